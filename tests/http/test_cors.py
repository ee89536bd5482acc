"""Which web pages may call (contract §5): exact origins, on refusals too."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import Response

from tests.http.answers import refusal
from tests.http.api import Api, container, in_process

OURS = "https://app.example.com"
OTHERS = [
    "http://app.example.com",
    "https://app.example.com:443",
    "https://app.example.com:8443",
    "https://app.example.com.",
    "https://app.example.com.evil.com",
    "https://app.example.com@evil.com",
    "https://evil.com/https://app.example.com",
    "https://evilapp.example.com",
    "https://evil.app.example.com",
    "https://example.com",
    "https://app.example.co",
    "https://app.example.comm",
    "https://evil.com",
    "HTTPS://APP.EXAMPLE.COM",
    "https://App.example.com",
    "https://app.example.com/",
    "https://app.example.com https://evil.com",
    "https://app.example.com, https://evil.com",
    "app.example.com",
    "//app.example.com",
    "https://",
    "file://",
    "null",
    "NULL",
    "*",
    "",
]
PATTERNS = [  # what our origin would match, were it one
    "https://appXexample.com",
    "https://appXexampleXcom",
    "https://app-example.com",
    "https://app.example-com.evil.com",
    "https:..app.example.com",
]
PREFLIGHT = {"access-control-request-method": "PATCH", "access-control-request-headers": "if-match"}
EXPOSED = (
    "ETag, Link, Location, X-Request-ID, X-Total-Count, Retry-After, RateLimit, RateLimit-Policy, "
    "Idempotency-Replayed"
)
TAKEN = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, "
    "X-Request-ID"
)
QUESTIONS = [
    ("GET", "/health/live", 200),
    ("GET", "/api/v1/tasks", 401),
    ("GET", "/nothing", 404),
    ("FOO", "/api/v1/tasks", 405),
    ("GET", f"/health?{'x' * 9000}", 414),
]


@pytest.fixture
async def pages() -> AsyncIterator[Api]:
    """Taskhaven for pages of `OURS`, which a setting names by an address below it."""
    async with in_process(container(BETTER_AUTH_URL=f"{OURS}:443/api/auth")) as api:
        yield api


def said(answer: Response) -> set[str]:
    """What an answer says of pages."""
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize(("method", "path", "status"), QUESTIONS)
async def test_a_page_of_ours_may_read_every_answer(
    pages: Api, method: str, path: str, status: int
) -> None:
    answer = await pages.client.request(method, path, headers={"origin": OURS})

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == OURS
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-expose-headers"] == EXPOSED
    assert answer.headers["vary"] == "Authorization, Origin"


async def hear_nothing(pages: Api, origin: str, more: dict[str, str]) -> None:
    for method in ("GET", "OPTIONS"):
        answer = await pages.client.request(
            method, "/health/live", headers={"origin": origin, "cookie": "a=b", **more}
        )
        assert answer.is_success
        assert said(answer) == set()
        assert answer.headers["vary"] == "Authorization, Origin"


@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize("more", [{}, PREFLIGHT])
async def test_O01_other_pages_hear_nothing_of_it(
    pages: Api, origin: str, more: dict[str, str]
) -> None:
    await hear_nothing(pages, origin, more)


@pytest.mark.parametrize("origin", PATTERNS)
@pytest.mark.parametrize("more", [{}, PREFLIGHT])
async def test_O02_an_origin_is_no_pattern(pages: Api, origin: str, more: dict[str, str]) -> None:
    await hear_nothing(pages, origin, more)


async def test_O01_without_a_page_of_ours_there_is_none(memory_api: Api) -> None:
    for origin in (OURS, "null", "*"):
        await hear_nothing(memory_api, origin, PREFLIGHT)


async def test_O01_of_two_origins_neither_counts(pages: Api) -> None:
    answer = await pages.client.get("/health/live", headers=[("origin", OURS), ("origin", OURS)])

    assert said(answer) == set()


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/alice/tasks/1/complete", "/nothing"])
async def test_a_preflight_is_answered_before_anything_is_looked_for(pages: Api, path: str) -> None:
    answer = await pages.client.options(path, headers={"origin": OURS, **PREFLIGHT})

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == OURS
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-headers"] == TAKEN
    methods = answer.headers["access-control-allow-methods"].split(", ")
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= {*methods}


async def test_options_without_a_preflights_headers_is_an_ordinary_request(pages: Api) -> None:
    known = await pages.client.options("/api/v1/tasks", headers={"origin": OURS})
    unknown = await pages.client.options("/nothing", headers={"origin": OURS})

    assert known.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert refusal(unknown) == (404, "no_such_route")
    assert known.headers["access-control-allow-origin"] == OURS


async def test_where_no_origin_is_set_no_page_may_call(memory_api: Api) -> None:
    for more in ({}, PREFLIGHT):
        answer = await memory_api.client.options("/api/v1/tasks", headers={"origin": OURS, **more})
        assert said(answer) == set()
