"""A query as its parameters, and what is wrong with them (the URL standard's form encoding)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from entrypoints.http.errors import Fault

_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
_NOT_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Query:
    """The values of each parameter, and a fault for each that is unknown, repeated or garbled."""

    values: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def get(self, name: str) -> Sequence[str]:
        """The parameter's values, none if it is absent."""
        return self.values.get(name, ())


def read_query(raw: bytes, once: Collection[str] = (), repeatable: Collection[str] = ()) -> Query:
    """The query in which some parameters may stand once, and others repeatedly."""
    query = Query()
    for pair in raw.split(b"&") if raw else ():
        raw_name, _, raw_value = pair.partition(b"=")
        name, value = _decode(raw_name), _decode(raw_value)
        if name is None or not (name in once or name in repeatable):
            shown = name if name and _NAME.fullmatch(name) else "?"
            query.faults.append(Fault("parameter", shown, "is not known here"))
        elif name in query.values and name not in repeatable:
            query.faults.append(Fault("parameter", name, "must not be repeated"))
        elif value is None:
            query.faults.append(Fault("parameter", name, "must be percent-encoded UTF-8"))
        else:
            query.values.setdefault(name, []).append(value)
    return query


def _decode(raw: bytes) -> str | None:
    if _NOT_ENCODED.search(raw):
        return None
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None
