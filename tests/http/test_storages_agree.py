"""Whatever a client says, and wherever: one verdict and one stored value, whatever the storage."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
from httpx2 import Response
from litestar.types import ASGIApp

from entrypoints.container import Container
from tests.http.api import Json, User, in_process, over_socket, path_of
from tests.http.hostile import STRINGS
from tests.http.lists import ask
from tests.http.server import Server

Verdict: TypeAlias = tuple[int, object]
Question: TypeAlias = Callable[[User, Json, str], Awaitable[Response]]

OF_A_MOMENT = ("id", "user_id", "created_at", "updated_at", "completed_at", "request_id")
STORED = ("title", "description", "due_date", "tags")
PARAMETERS = (
    *("limit", "cursor", "sort", "completed", "priority", "tag", "due_before", "due_after"),
    *("due", "tz", "q", "count"),
)
EXPECTED = {
    "if-match": {200, 412, 422},
    "if-none-match": {200, 304, 422},
    "idempotency-key": {200, 422},
    "x-request-id": {200},
}


@pytest.fixture
async def users(
    in_memory: tuple[Container, ASGIApp], sqlite_server: Server, postgresql_server: Server
) -> AsyncIterator[list[User]]:
    """The same person on each storage."""
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(in_process(*in_memory))]
        apis += [
            await stack.enter_async_context(over_socket(server.url))
            for server in (sqlite_server, postgresql_server)
        ]
        subject = apis[0].user().subject
        yield [api.user(subject) for api in apis]


def verdict(answer: Response) -> Verdict:
    """What an answer says but for what is of its moment."""
    assert answer.status_code < 500, answer.text
    return answer.status_code, _timeless(answer.json() if answer.content else None)


def _timeless(said: Any) -> object:
    if isinstance(said, list):
        return [_timeless(item) for item in said]
    if isinstance(said, dict):
        return {name: _timeless(said[name]) for name in said if name not in OF_A_MOMENT}
    return said


async def agree(users: list[User], question: Question) -> list[Verdict]:
    """The verdict on each string, after making sure that it is everywhere the same."""
    tasks = [await user.create("milk", tags=["a"], due_date="2026-12-01") for user in users]
    verdicts = []
    for text in STRINGS:
        answers = [
            verdict(await question(user, task, text))
            for user, task in zip(users, tasks, strict=True)
        ]
        assert answers[0] == answers[1] == answers[2], (text, answers)
        verdicts.append(answers[0])
    return verdicts


@pytest.mark.parametrize("member", STORED)
async def test_N04_N08_N09_N10_N20_on_every_member_that_is_stored(
    users: list[User], member: str
) -> None:
    async def create(user: User, _: Json, text: str) -> Response:
        value = [text, f"{text}2"] if member == "tags" else text
        answer = await user.send("POST", json={"title": "x", member: value})
        if answer.status_code == 201:
            assert await user.read(answer.json()) == answer.json()
        return answer

    verdicts = await agree(users, create)

    assert 422 in {status for status, _ in verdicts}
    for text, (status, body) in zip(STRINGS, verdicts, strict=True):
        if status == 201 and member in {"title", "description"}:
            assert isinstance(body, dict)
            assert body[member] == (text.strip() if member == "title" else text)


async def test_N04_N20_on_all_members_and_their_names_at_once(users: list[User]) -> None:
    async def change(user: User, task: Json, text: str) -> Response:
        said = {**dict.fromkeys((*STORED, "priority", "completed"), text), text: text}
        return await user.send("PATCH", path_of(task), json=said)

    assert {status for status, _ in await agree(users, change)} == {422}


@pytest.mark.parametrize("parameter", ["tag", "q"])
async def test_N04_N18_on_every_parameter_that_storage_sees(
    users: list[User], parameter: str
) -> None:
    async def search(user: User, _: Json, text: str) -> Response:
        return await ask(user, (parameter, text))

    assert {200, 422} == {status for status, _ in await agree(users, search)}


async def test_N18_on_all_parameters_and_their_names_at_once(users: list[User]) -> None:
    async def search(user: User, _: Json, text: str) -> Response:
        short = text[:40]  # all together have to fit into a URL
        return await ask(user, *((name, short) for name in (*PARAMETERS, short)))

    assert {status for status, _ in await agree(users, search)} == {422}


async def test_I05_I06_on_the_user_in_the_path(users: list[User]) -> None:
    async def pose(user: User, _: Json, text: str) -> Response:
        path = f"/api/v1/{quote(user.subject + text, safe='')}/tasks"
        return await user.client.get(path, headers={"authorization": f"Bearer {user.token}"})

    verdicts = await agree(users, pose)

    for text, (status, _) in zip(STRINGS, verdicts, strict=True):
        assert status == 200 if text == "" else status in {403, 404}


async def test_I07_on_the_id_in_the_path(users: list[User]) -> None:
    async def read(user: User, task: Json, text: str) -> Response:
        return await user.send("GET", f"/tasks/{quote(task['id'] + text, safe='')}")

    verdicts = await agree(users, read)

    assert [text for text, (status, _) in zip(STRINGS, verdicts, strict=True) if status == 200] == [
        ""
    ]


@pytest.mark.parametrize("name", EXPECTED)
async def test_N21_on_headers(users: list[User], name: str) -> None:
    numbers = iter(range(10 * len(STRINGS)))

    async def write(user: User, task: Json, text: str) -> Response:
        # What could not be sent at all in a header is sent as it would be in a URL.
        sent = text if text.isprintable() and text == text.strip() else quote(text)
        method = "GET" if name == "if-none-match" else "PATCH"
        body = None if method == "GET" else {"description": str(next(numbers) // 3)}
        answer = await user.send(method, path_of(task), json=body, headers={name: sent})
        assert "x-evil" not in answer.headers
        return answer

    statuses = {status for status, _ in await agree(users, write)}

    assert statuses == EXPECTED[name]


async def test_N05_lone_surrogates_wherever_they_stand(users: list[User]) -> None:
    for body in (
        rb'{"title": "\ud800"}',
        rb'{"\udfff": 1}',
        rb'{"title": "x", "tags": ["\udc00"]}',
    ):
        answers = [verdict(await user.send("POST", content=body)) for user in users]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][0] == 400
    for query in ("q=%ED%A0%80", "tag=%ED%B0%80", "%ED%A0%80=1"):
        answers = [verdict(await user.send("GET", f"/tasks?{query}")) for user in users]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][0] == 422


async def test_N20_what_was_stored_is_found_and_sorted_the_same(users: list[User]) -> None:
    stored = []
    for user in users:
        for text in STRINGS:
            await user.send("POST", json={"title": f"x{text}", "description": text})
        found = [
            verdict(await ask(user, ("q", text), ("sort", sort), ("count", "exact")))
            for sort in ("title,created_at", "-title,created_at")
            for text in ["", *STRINGS]
        ]
        stored.append(found)

    assert stored[0] == stored[1] == stored[2]
