"""No setting makes an answer tell more than it should (catalogue O03): there is no debug mode."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from httpx2 import Response

from tests.http.answers import anonymous, refusal
from tests.http.api import Api, container, in_process, over_socket, path_of
from tests.http.server import Server

TALKATIVE: list[dict[str, str]] = [
    {"LOG_LEVEL": "debug"},
    {"DEBUG": "true"},
    {"DEBUG": "1", "LOG_FORMAT": "console"},
    {"ENVIRONMENT": "development"},
    {"ENVIRONMENT": "production"},
    {"ENVIRONMENT": "production", "DEBUG": "true"},
]
FRAMEWORKS_OWN = {"LITESTAR_DEBUG": "1", "LITESTAR_PDB": "1", "PYTHONDEVMODE": "1"}
NOTHING_THERE = [
    "/schema",
    "/schema/",
    "/schema/openapi.json",
    "/schema/openapi.yaml",
    "/schema/swagger",
    "/schema/redoc",
    "/schema/elements",
    "/schema/rapidoc",
    "/debug",
    "/console",
    "/__debug__/",
    "/_debug_toolbar/",
    "/debug/pprof/",
    "/actuator",
    "/actuator/env",
    "/env",
    "/.env",
    "/.git/config",
    "/server-status",
    "/trace",
    "/swagger.json",
    "/redoc",
    "/graphql",
    "/admin",
]


@pytest.mark.parametrize("path", NOTHING_THERE)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_O03_nothing_of_a_framework_can_be_reached(
    memory_api: Api, method: str, path: str
) -> None:
    assert refusal(await memory_api.client.request(method, path)) == (404, "no_such_route")


async def answers(settings: Mapping[str, str]) -> list[tuple[int, Mapping[str, str], str]]:
    """What is answered to requests of which most cannot be served as they are."""
    async with in_process(container(**settings)) as api:
        alice = api.user("alice")
        found: list[Response] = [
            await alice.send("GET"),
            await alice.send("GET", path_of("no-id")),
            await alice.send("GET", "/tasks?debug=true&pretty=1"),
            await alice.send("GET", headers={"x-debug": "1"}),
            await alice.send("POST", content=b"{"),
            await alice.send("POST", json={"title": 5}),
            await alice.send("TRACE"),
            await alice.send("GET", headers={"authorization": "Bearer x.y.z"}),
            await api.client.get("/nowhere", headers={"accept": "text/html"}),
            await api.client.get("/openapi.json"),
        ]
    return [anonymous(answer) for answer in found]


@pytest.mark.parametrize("settings", TALKATIVE, ids=str)
async def test_O03_no_setting_changes_an_answer(settings: dict[str, str]) -> None:
    assert await answers(settings) == await answers({})


async def test_O03_a_framework_that_is_told_to_debug_does_not(
    sqlite_url: str, sqlite_file: Path, tmp_path: Path
) -> None:
    with Server(tmp_path, DATABASE_URL=sqlite_url, DEBUG="true", **FRAMEWORKS_OWN) as server:
        async with over_socket(server.url) as api:
            alice = api.user()
            task = await alice.create("canary")
            with sqlite3.connect(sqlite_file) as connection:
                connection.execute("UPDATE tasks SET tags = '{' WHERE id = ?", (task["id"],))
            connection.close()

            as_page = {"accept": "text/html"}
            answer = await alice.send("GET", path_of(task), headers=as_page)
            nowhere = await api.client.get("/nowhere", headers=as_page)
            after = await alice.send("POST", json={"title": "new"})

        assert refusal(answer) == (500, "internal")
        assert "canary" not in answer.text
        assert answer.json()["detail"] == "something went wrong on our side"
        assert refusal(nowhere) == (404, "no_such_route")
        assert after.status_code == 201
        assert "(Pdb)" not in server.welcome + server.log
