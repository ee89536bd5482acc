"""Our own way to a handler is the one that Litestar would have taken."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.exceptions import HTTPException

from entrypoints.http.edge import Edge
from entrypoints.worker import assemble
from tests.http.api import container

SEGMENTS = [
    *("api", "v1", "tasks", "alice", "batch", "complete", "history", "changes", "stream", "trash"),
    *("auth", "me", "sessions", "health", "live", "docs", "01a1ff0c", "{user_id}", "%2f", ".", "é"),
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"]
paths = st.lists(st.sampled_from(["", *SEGMENTS]), max_size=7).map("/".join)
written = st.tuples(st.sampled_from(["/", "/api/", "/api/v1/", "/api/v1/alice/", "//"]), paths)


@pytest.fixture(scope="module")
def edge() -> Edge:
    app = assemble(container(DATABASE_URL="memory:"))
    assert isinstance(app, Edge)
    return app


def by_litestar(edge: Edge, method: str, path: str) -> Any:
    app: Any = edge._app
    assert isinstance(app, Litestar)
    scope: Any = {"type": "http", "method": method, "path": path, "headers": []}
    try:
        _, handler, _, params, template = app.asgi_router.handle_routing(
            path="/" + "/".join(filter(None, path.split("/"))), method=scope["method"]
        )
    except HTTPException:
        return None
    return handler.opt["answer"], params, template


def by_us(edge: Edge, method: str, path: str) -> Any:
    scope: dict[str, Any] = {"method": method, "path": path, "root_path": ""}
    answer = edge._ways.find(scope)
    return None if answer is None else (answer, scope["path_params"], scope["path_template"])


@given(st.sampled_from(METHODS), written.map("".join))
@example("GET", "/api/v1/tasks/tasks")
@example("GET", "/api/v1/auth/me")
@example("PATCH", "/api/v1/alice/tasks/01a1ff0c/complete/")
@example("GET", "/health/live")
@example("OPTIONS", "/docs/swagger-ui.css")
def test_it_leads_to_the_same_handler_or_nowhere(edge: Edge, method: str, path: str) -> None:
    assert by_us(edge, method, path) == by_litestar(edge, method, path)


def test_below_another_root_litestar_is_asked(edge: Edge) -> None:
    scope = {"method": "GET", "path": "/health/live", "root_path": "/app"}

    assert edge._ways.find(scope) is None
