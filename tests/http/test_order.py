"""Checks come in the order of the contract (§1), and none before existence asks storage."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest
from dependency_injector import providers
from httpx2 import Response

from entrypoints.http.intake import LONGEST_BODY
from tests.http.answers import refusal
from tests.http.api import Api, User, container, in_process, path_of


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with every flaw there is."""

    method: str = "FOO"
    user_id: str = "somebody"
    path: str = "/nothing"
    query: str = f"?nope={'x' * 9000}"
    token: str = "x"
    content_type: str = "text/plain"
    if_match: str = "?"
    body: bytes = b"[" * (LONGEST_BODY + 1)

    async def on(self, api: Api) -> Response:
        return await api.client.request(
            self.method,
            f"/api/v1/{self.user_id}{self.path}{self.query}",
            content=self.body,
            headers={
                "authorization": f"Bearer {self.token}",
                "content-type": self.content_type,
                "if-match": self.if_match,
            },
        )


def attempts(alice: User, task: str) -> Iterator[tuple[tuple[int, str], Attempt]]:
    """Attempts with ever fewer flaws, each with the verdict on the worst that is left."""
    mends: list[tuple[tuple[int, str], dict[str, Any]]] = [
        ((414, "uri_too_long"), {"query": "?nope=1"}),
        ((413, "body_too_large"), {"body": b"[" * 65}),
        ((404, "no_such_route"), {"path": "/tasks/no-id"}),
        ((405, "method_not_allowed"), {"method": "PATCH"}),
        ((401, "unauthorized"), {"token": alice.token}),
        ((403, "forbidden"), {"user_id": alice.subject}),
        ((415, "unsupported_media_type"), {"content_type": "application/json"}),
        ((400, "not_json"), {"body": b'{"nope": 1}'}),
        ((422, "validation"), {"query": ""}),
        ((422, "validation"), {"if_match": '"2"'}),
        ((422, "validation"), {"body": b'{"title": "new"}'}),
        ((404, "task_not_found"), {"path": path_of(task)}),
        ((412, "version_mismatch"), {}),
    ]
    attempt = Attempt()
    for verdict, mend in mends:
        yield verdict, attempt
        attempt = replace(attempt, **mend)


async def test_the_worst_flaw_of_a_request_is_answered_first(api: Api, alice: User) -> None:
    task = await alice.create()

    for verdict, attempt in attempts(alice, task["id"]):
        assert refusal(await attempt.on(api)) == verdict

    good = replace(attempt, if_match='"1"')
    assert (await good.on(api)).status_code == 200


class Untouchable:
    """A port that nobody may use."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"{name} was asked for")


@pytest.fixture
def guarded() -> Any:
    """A container whose storage nobody may ask for anything."""
    made = container()
    made.tasks.override(providers.Object(Untouchable()))
    made.journal.override(providers.Object(Untouchable()))
    return made


async def test_nothing_before_existence_asks_storage(guarded: Any) -> None:
    async with in_process(guarded) as api:
        *earlier, not_found, _ = attempts(api.user(), "no-id")
        for verdict, attempt in earlier:
            assert refusal(await attempt.on(api)) == verdict

        asked = await not_found[1].on(api)

    assert refusal(asked) == (500, "internal")  # so the guard does stand in the way


@pytest.mark.parametrize(
    "path",
    ["?limit=0", "?cursor=x", "?nope=1", "/no-id?nope=1"],
)
async def test_no_question_that_is_refused_asks_storage(guarded: Any, path: str) -> None:
    async with in_process(guarded) as api:
        answer = await api.user().send("GET", f"/tasks{path}")

    assert refusal(answer) == (422, "validation")
