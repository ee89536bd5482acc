"""Every request is one line, under its request id, with nothing in it that is secret."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from entrypoints.http import addresses
from tests.http.api import Api, container, in_process, path_of
from tests.log_lines import LogLines

Lines = list[dict[str, Any]]


@pytest.fixture
def requests() -> Lines:
    """What is logged of requests."""
    return []


@pytest.fixture
async def api(requests: Lines) -> AsyncIterator[Api]:
    made = container(TRUSTED_PROXIES="127.0.0.1")
    made.request_log.override(
        providers.Object(lambda level, **said: requests.append({"level": level, **said}))
    )
    async with in_process(made) as api:
        yield api


@pytest.mark.parametrize(
    ("method", "path", "token", "said"),
    [
        ("GET", "/nowhere", "", ("GET", "none", 404, "no_such_route")),
        ("GET", "/canary?canary=canary", "", ("GET", "none", 404, "no_such_route")),
        ("CANARY", "/api/v1/tasks", "", ("none", "none", 405, "method_not_allowed")),
        ("GET", "/api/tasks", "", ("GET", "/api/v1/{user_id}/tasks", 401, "unauthorized")),
        (
            "GET",
            "/api/v1/canary/tasks/canary?canary",
            "canary.canary.canary",
            ("GET", "/api/v1/{user_id}/tasks/{id}", 401, "unauthorized"),
        ),
        ("POST", "/api/auth/login", "", ("POST", "/api/v1/auth/login", 415, None)),
    ],
)
async def test_a_refusal_is_one_line_and_shows_nothing_that_a_client_chose(
    api: Api, requests: Lines, method: str, path: str, token: str, said: tuple[Any, ...]
) -> None:
    headers = {
        "x-request-id": "findme-1",
        "authorization": f"Bearer {token}",
        "user-agent": "canary",
        "x-forwarded-for": "canary, 192.0.2.7",
    }

    await api.client.request(method, path, headers=headers, content=b"canary")

    (line,) = requests
    assert line["request_id"] == "findme-1"
    assert line["address"] == "192.0.2.7"
    assert (line["method"], line["route"], line["status"]) == said[:3]
    assert said[3] in (line["code"], None)
    assert line["ms"] >= 0
    assert "canary" not in str(line)


async def test_what_is_answered_says_who_asked_and_not_by_name(api: Api, requests: Lines) -> None:
    alice, bob = api.user(), api.user()

    for user in (alice, bob, alice):
        await user.create("canary")

    first, other, again = (line["who"] for line in requests)
    assert first == again != other
    assert alice.subject not in str(requests)
    assert "canary" not in str(requests)
    assert {line["status"] for line in requests} == {201}
    assert {line["level"] for line in requests} == {"info"}


async def test_O04_what_is_our_fault_is_an_error(api: Api, requests: Lines) -> None:
    await api.user().send("GET", path_of("no-id"))
    made = container()
    made.request_log.override(
        providers.Object(lambda level, **said: requests.append({"level": level, **said}))
    )

    async def fail(*_: object) -> None:
        raise RuntimeError

    made.read_task.override(providers.Object(fail))
    async with in_process(made) as broken:
        await broken.user().send("GET", path_of("no-id"))

    assert [(line["level"], line["status"]) for line in requests] == [("info", 404), ("error", 500)]


async def test_probes_are_for_debugging(api: Api, requests: Lines) -> None:
    for path in ("/health", "/health/ready", "/health/live", "/metrics"):
        await api.client.get(path)

    assert {line["level"] for line in requests} == {"debug"}


async def test_what_anybody_may_make_up_is_not_kept(api: Api, requests: Lines) -> None:
    kept = addresses._client_address.cache_info().currsize
    for number in range(20):
        made_up = f"{number}, {'192.0.2.1, ' * 500}198.51.100.{number}"
        await api.client.get("/nowhere", headers={"x-forwarded-for": made_up})

    assert [line["address"] for line in requests] == [f"198.51.100.{n}" for n in range(20)]
    assert addresses._client_address.cache_info().currsize == kept


async def test_an_expired_token_says_why_in_the_log_alone(api: Api, log_lines: LogLines) -> None:
    token = api.token("alice", timedelta(hours=-1))

    answer = await api.client.get(
        "/api/v1/tasks",
        headers={"authorization": f"Bearer {token}", "x-request-id": "findme-2"},
    )

    assert "expired" not in answer.text
    (line,) = log_lines.of("taskhaven.audit")
    assert (line["event"], line["reason"]) == ("token.refused", "expired")
    assert line["request_id"] == "findme-2"
