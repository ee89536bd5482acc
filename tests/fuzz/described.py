"""The API's description as Schemathesis reads it, and what it cannot say of what goes together."""

import os
import re
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import Case, HookContext
from schemathesis.config import InferenceAlgorithm, SchemathesisConfig
from schemathesis.schemas import BaseSchema

from domain.due import Due
from domain.listing import Mark, Order, SortKey, SortValue
from entrypoints.http.cursors import write_cursor
from entrypoints.http.openapi import document
from tests.builders import DAWN

AnyCase: TypeAlias = Case[Any]

SUBJECT = "fuzz|user"

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""How many cases each storage gets in a long run, beside those that the description implies."""

_VALUES: dict[SortKey, tuple[SortValue, ...]] = {
    SortKey.CREATED_AT: (DAWN,),
    SortKey.UPDATED_AT: (DAWN,),
    SortKey.DUE_DATE: (None, Due.parse("2026-03-29"), Due.parse("2026-03-29T00:00:00Z")),
    SortKey.PRIORITY: (0, 4),
    SortKey.TITLE: ("", "a", "ü", "😀" * 100),
    SortKey.COMPLETED_AT: (None, DAWN),
}
_ORDERS = {f"{sign}{key}": Order(key, bool(sign)) for key in SortKey for sign in ("", "-")}
_DEFAULT = "-created_at"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_numbers = count(1)


def _cursor(sort: str, number: int) -> str:
    orders = [_ORDERS[key] for key in sort.split(",")]
    values = (_VALUES[order.key] for order in orders)
    mark = Mark(tuple(options[number % len(options)] for options in values), UUID(int=number))
    return write_cursor(mark, orders)


_CURSORS = {_cursor(_DEFAULT, number): number for number in range(12)}
schemathesis.openapi.format("taskhaven-cursor", st.sampled_from(list(_CURSORS)))
schemathesis.openapi.format("taskhaven-since", st.just("c0"))


def bounded(share: float, *, otherwise: int) -> settings:
    """As many cases as that share of a long run, else a few, the same each time."""
    long = EXAMPLES > 0
    return settings(
        max_examples=max(1, int(EXAMPLES * share)) if long else otherwise,
        derandomize=not long,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        # A scenario is given up where no link leads on, which says nothing of the service.
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


def load(app: object = None) -> BaseSchema:
    """The description, for one caller: in the path only its own `user_id` is right.

    Its cases go to `app` in process, unless they are told where else.
    """
    description = document("0", accounts=True)
    parameters = description["components"]["parameters"]
    parameters["UserId"]["schema"] = {"const": SUBJECT}
    zone = parameters["Tz"]["schema"]
    zone["enum"] = ["UTC", *zone["enum"][::60]]  # each of the others would be a case, and no news
    schema = schemathesis.openapi.from_dict(description, config=SchemathesisConfig())
    schema.app = app
    checks = schema.config.checks
    # A condition that does not hold refuses a request that is as it should be, and so does the
    # length of the whole query, of which no single parameter knows.
    checks.positive_data_acceptance.expected_statuses += ["412", "414"]
    checks.negative_data_rejection.expected_statuses += ["413", "414", "431"]
    # A list shows what other scenarios left behind: links made up from it would lead elsewhere each
    # time, and a scenario could not be told again.
    inference = schema.config.phases.stateful.inference
    inference.algorithms.remove(InferenceAlgorithm.DEPENDENCY_ANALYSIS)
    return schema.exclude(path_regex="/stream$")  # an answer that does not end says nothing here


@schemathesis.hook
def before_call(context: HookContext, case: AnyCase, kwargs: dict[str, Any]) -> None:
    """Mends what a schema cannot say; Schemathesis then judges anew whether the case is valid."""
    _bind_cursor(case)
    _renew_key(case)
    _bind_version(case)
    _trim(case)


def _bind_cursor(case: AnyCase) -> None:
    """Bound to its sort: a good cursor that meets another sort is refused by design."""
    number = _CURSORS.get(str(case.query.get("cursor")))
    sort = str(case.query.get("sort", _DEFAULT))
    if number is not None and all(key in _ORDERS for key in sort.split(",")):
        case.query["cursor"] = _cursor(sort, number)


def _renew_key(case: AnyCase) -> None:
    """Each request's own: a key that another request had is refused by design."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and _KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = f"{next(_numbers)}-{key}"[:255]


def _bind_version(case: AnyCase) -> None:
    """One that was: no schema knows which versions a task has had."""
    if case.path.endswith("/revert") and isinstance(case.body, dict):
        version = case.body.get("version")
        if isinstance(version, int | float) and version > 1 and version == version // 1:
            case.body["version"] = 1


def _trim(case: AnyCase) -> None:
    """Trimmed already: blanks around a text do not count for its length."""
    if isinstance(case.body, dict):
        for name in case.body.keys() & {"title", "tags"}:
            case.body[name] = _trimmed(case.body[name])
    if "tag" in case.query:
        case.query["tag"] = _trimmed(case.query["tag"])


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value.strip() if isinstance(value, str) else value
