"""The API's description is true to what the server does (contract §1)."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.types import ASGIApp

from entrypoints.container import Container
from tests.builders import an_id
from tests.http.api import Api, Json, User, path_of
from tests.http.schemas import conforms, described, references, resolve

VERBS = {"get", "put", "post", "patch", "delete"}
DOCUMENTED = ("/api/v1/{user_id}", "/api/v1")
UNDOCUMENTED = ("/openapi.json", "/docs")


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for verb in item.keys() & VERBS:
            yield path, verb, item[verb]


def routes(app: Any) -> set[tuple[str, str]]:
    """Every path there is with each method that somebody wrote a handler for."""
    return {
        (route.path_format, method)
        for route in app._app.routes
        for method in route.methods - {"HEAD", "OPTIONS"}
    }


async def test_every_route_is_described_and_everything_described_is_a_route(
    document: Json, in_memory: tuple[Container, ASGIApp]
) -> None:
    described = {(path, verb.upper()) for path, verb, _ in operations(document)}
    twins = {(path.replace("/api/v1", "/api"), verb) for path, verb in described}

    there = routes(in_memory[1])

    assert {way for way in there if not way[0].startswith(UNDOCUMENTED)} == described | twins
    for path, verb in described:
        if path.startswith(DOCUMENTED[0]):
            assert (path.replace(*DOCUMENTED), verb) in described


async def test_it_is_well_formed(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document.keys() <= {
        "openapi",
        "info",
        "security",
        "paths",
        "components",
        "servers",
        "tags",
    }
    for reference in references(document):
        assert resolve(document, {"$ref": reference})
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, _, operation in operations(document):
        parameters = [
            resolve(document, p)
            for p in [
                *document["paths"][path].get("parameters", []),
                *operation.get("parameters", []),
            ]
        ]
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        assert in_path == {step[1:-1] for step in path.split("/") if step.startswith("{")}
        assert all(p["required"] is True for p in parameters if p["in"] == "path")
        assert all("schema" in p for p in parameters)
        assert all("description" in response for response in operation["responses"].values())


async def test_no_object_takes_or_gives_what_is_not_described(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema["type"] == "object", name
        assert schema["additionalProperties"] is False, name
        for example in schema.get("examples", []):
            assert conforms(document, example, schema)


async def test_a_token_is_demanded_where_the_description_says_so(
    document: Json, memory_api: Api
) -> None:
    for path, verb, operation in operations(document):
        answer = await memory_api.client.request(verb.upper(), path)
        demanded = operation.get("security", document["security"]) != []
        assert (answer.status_code == 401) is demanded


Way = tuple[str, str, dict[str, Any]]


def ways(task: Json) -> Iterator[tuple[int, Way]]:
    """Requests below a user's base, and the status of the answer to each."""
    many, one, complete = "/tasks", "/tasks/{id}", "/tasks/{id}/complete"
    for path, found in [(many, 200), (one, 200)]:
        yield found, (path, "get", {})
        yield 304, (path, "get", {"headers": {"if-none-match": "*"}})
        yield 422, (path, "get", {"headers": {"if-none-match": "x"}})
    yield 201, (many, "post", {"json": task})
    for path, verb, body in [
        (many, "post", {"title": ""}),
        (one, "put", {"title": ""}),
        (one, "patch", {"title": ""}),
        (complete, "patch", {"completed": 0}),
    ]:
        yield 422, (path, verb, {"json": body})
        yield 400, (path, verb, {"content": b"{"})
        yield 413, (path, verb, {"content": b" " * 300_000})
        yield 415, (path, verb, {"content": b"x", "headers": {"content-type": "text/plain"}})
    for path, verb in [(one, "put"), (one, "patch"), (complete, "patch")]:
        yield 200, (path, verb, {"json": {"completed": True}})
        yield 412, (path, verb, {"json": {}, "headers": {"if-match": '"99"'}})
    for path, verb in [(many, "get"), (many, "post"), (one, "delete"), (complete, "patch")]:
        yield 401, (path, verb, {"headers": {"authorization": ""}})
        yield 431, (path, verb, {"headers": {"x-long": "x" * 17_000}})
    yield 412, (one, "delete", {"headers": {"if-match": '"99"'}})
    yield 204, (one, "delete", {})
    for path, verb in [
        (one, "get"),
        (one, "put"),
        (one, "patch"),
        (complete, "patch"),
        (one, "delete"),
    ]:
        yield 404, (path, verb, {} if verb in {"get", "delete"} else {"json": {}})


@pytest.mark.parametrize("base", DOCUMENTED)
async def test_every_answer_is_one_that_is_described(api: Api, document: Json, base: str) -> None:
    alice = api.user(form=base)
    task = await alice.create(due_date="2026-12-01", tags=["a"])

    for status, (path, verb, said) in ways(task):
        answer = await alice.send(verb.upper(), path.replace("{id}", task["id"]), **said)
        assert answer.status_code == status, (path, verb, said)
        described(document, f"{base}{path}", verb, answer)

    stranger = User(alice.client, "somebody", alice.token)
    for path, verb in [("/tasks", "get"), ("/tasks", "post"), ("/tasks/{id}", "put")]:
        answer = await stranger.send(verb.upper(), path.replace("{id}", str(an_id())))
        described(document, f"{DOCUMENTED[0]}{path}", verb, answer)


async def test_the_description_of_bodies_agrees_with_the_domain(
    alice: User, document: Json
) -> None:
    new = document["components"]["schemas"]["NewTask"]
    task = await alice.create()

    for body, status in [
        ({"title": "x"}, 201),
        ({**task, "description": None, "due_date": None, "priority": None, "tags": None}, 201),
        ({}, 422),
        ({"title": None}, 422),
        ({"title": "x", "completed": None}, 422),
        ({"title": "x", "priority": "High"}, 422),
        ({"title": "x", "tags": "a"}, 422),
        ({"title": "x", "titel": "x"}, 422),
    ]:
        answer = await alice.send("POST", json=body)
        assert (answer.status_code, conforms(document, body, new)) == (status, status == 201)
    assert (await alice.send("GET", path_of(task))).json() == task
