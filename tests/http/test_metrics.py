"""Every request is counted once, as what it was: route, method, status, and why it was refused."""

from dataclasses import dataclass, field

import pytest
from dependency_injector import providers

from application.errors import Unavailable
from tests.http.api import FORMS, container, in_process, path_of
from tests.http.counted import counted, figures, problems

TASKS = "/api/v1/{user_id}/tasks"


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what it has to be counted as."""

    method: str
    path: str
    status: int
    code: str | None
    route: str = "none"
    counted_as: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def series(self) -> tuple[str, str, str]:
        return self.route, self.counted_as or self.method, str(self.status)


JSON = {"content-type": "application/json"}
NOWHERE = {"access-control-request-method": "GET", "origin": "https://app.example.com"}

CASES = [
    Case("GET", "/health/live", 200, None, "/health/live"),
    Case("HEAD", "/health/live", 200, None, "/health/live"),
    Case("OPTIONS", "/health/live", 204, None, "/health/live"),
    Case("OPTIONS", "/api/v1/tasks", 204, None, headers=NOWHERE),
    Case("GET", "/nowhere", 404, "no_such_route"),
    Case("GET", "/api/v1/a%2Fb/tasks", 404, "no_such_route"),
    Case("DELETE", "/api/v1/tasks", 405, "method_not_allowed"),
    Case("BREW", "/api/v1/tasks", 405, "method_not_allowed", counted_as="none"),
    Case("GET", "/api/tasks", 401, "unauthorized", TASKS),
    Case("GET", "/api/v1/eve/tasks/1", 401, "unauthorized", f"{TASKS}/{{id}}"),
    Case("GET", "/" + "x" * 9000, 414, "uri_too_long"),
    Case("GET", "/health/live", 431, "headers_too_large", headers={"x": "x" * 17_000}),
    Case("POST", "/api/v1/tasks", 413, "body_too_large", headers=JSON, body=b" " * 300_000),
    Case("GET", "/health/live", 400, "malformed_request", headers={"host": "a b"}),
    Case("POST", "/api/auth/login", 400, "not_json", "/api/v1/auth/login", "", JSON, b"{"),
    Case("POST", "/api/auth/login", 415, "unsupported_media_type", "/api/v1/auth/login", body=b"x"),
    Case("POST", "/api/v1/auth/login", 422, "validation", "/api/v1/auth/login", "", JSON, b"{}"),
    Case("GET", "/metrics", 404, "no_such_route", "none", settings={"HOST": "::"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method}-{case.status}-{case.code}")
async def test_a_request_is_counted_as_what_it_was(case: Case) -> None:
    made = container(CORS_ORIGINS="https://app.example.com", **case.settings)
    async with in_process(made) as api:
        answer = await api.client.request(
            case.method, case.path, headers=case.headers, content=case.body
        )

    assert answer.status_code == case.status
    assert counted(made) == {case.series: 1}
    assert problems(made) == ({case.code: 1} if case.code else {})
    timed = figures(made).of("taskhaven_request_seconds_count", route=case.series[0])
    assert timed == figures(made).of("taskhaven_request_seconds_count") == 1


async def test_the_four_forms_of_a_path_are_one_route() -> None:
    made = container()
    async with in_process(made) as api:
        alice = api.user()
        for form in FORMS:
            task = await alice.at(form).create()
            await alice.at(form).read(task)
        for prefix in ("/api/v1", "/api"):
            await api.client.get(f"{prefix}/auth/me")

    assert counted(made) == {
        (TASKS, "POST", "201"): 4,
        (f"{TASKS}/{{id}}", "GET", "200"): 4,
        ("/api/v1/auth/me", "GET", "401"): 2,
    }


async def test_somebody_called_like_a_route_is_still_a_user() -> None:
    made = container()
    async with in_process(made) as api:
        for name in ("v1", "none", "health", "metrics"):
            await api.user(name).send("GET")

    assert counted(made) == {(TASKS, "GET", "200"): 4}


async def test_who_asks_too_much_is_counted_by_what_they_are() -> None:
    made = container(RATE_LIMIT="2/minute")
    async with in_process(made) as api:
        alice = api.user()
        for _ in range(5):
            await alice.send("GET")
        for _ in range(4):
            await api.client.get("/api/v1/tasks")

    assert counted(made) == {
        (TASKS, "GET", "200"): 2,
        (TASKS, "GET", "401"): 2,
        (TASKS, "GET", "429"): 5,
    }
    assert problems(made) == {"too_many_requests": 5, "unauthorized": 2}
    assert figures(made).of("taskhaven_limited_total", by="user") == 3
    assert figures(made).of("taskhaven_limited_total", by="address") == 2


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("canary"), "500", "internal"),
        (KeyError("canary"), "500", "internal"),
        (Unavailable("canary"), "503", "storage_unavailable"),
    ],
)
async def test_what_fails_is_counted_as_what_the_client_saw(
    error: Exception, status: str, code: str
) -> None:
    async def fail(*_: object) -> None:
        raise error

    made = container()
    made.read_task.override(providers.Object(fail))
    async with in_process(made) as api:
        await api.user().send("GET", path_of("no-id"))

    assert counted(made) == {(f"{TASKS}/{{id}}", "GET", status): 1}
    assert problems(made) == {code: 1}
