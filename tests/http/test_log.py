"""Every refusal stands in the log under its request id, with nothing in it that is secret."""

import logging
from datetime import timedelta

import pytest

from tests.http.api import Api


@pytest.mark.parametrize(
    ("method", "path", "token", "said"),
    [
        ("GET", "/nowhere", "", "404 no_such_route"),
        ("DELETE", "/health", "", "405 method_not_allowed"),
        ("GET", "/api/v1/tasks", "", "401 unauthorized"),
        ("GET", "/api/v1/tasks", "canary.canary.canary", "401 unauthorized"),
    ],
)
async def test_a_refusal_can_be_found_by_its_request_id(
    memory_api: Api,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    token: str,
    said: str,
) -> None:
    headers = {"x-request-id": "findme-1", "authorization": f"Bearer {token}"}

    with caplog.at_level(logging.INFO, logger="taskhaven.http"):
        await memory_api.client.request(method, path, headers=headers)

    (line,) = [r.getMessage() for r in caplog.records if r.name == "taskhaven.http"]
    assert line == f"request findme-1: {said}"


async def test_an_expired_token_says_why_in_the_log_alone(
    memory_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    token = memory_api.token("alice", timedelta(hours=-1))

    with caplog.at_level(logging.INFO, logger="taskhaven"):
        answer = await memory_api.client.get(
            "/api/v1/tasks",
            headers={"authorization": f"Bearer {token}", "x-request-id": "findme-2"},
        )

    assert "expired" not in answer.text
    (line,) = [r.getMessage() for r in caplog.records if r.name == "taskhaven.audit"]
    assert line == "token.refused reason='expired' request='findme-2'"
