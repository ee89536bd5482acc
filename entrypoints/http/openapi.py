"""The API's description (OpenAPI 3.1); tests hold it against what the server does."""

from functools import partial

from entrypoints.http.account_schemas import account_schemas
from entrypoints.http.journal_schemas import journal_schemas
from entrypoints.http.openapi_accounts import account_paths
from entrypoints.http.openapi_journal import journal_paths
from entrypoints.http.openapi_parts import (
    CHANGED,
    ETAG,
    JSON,
    OF_BODIES,
    OF_WRITES,
    PATCH,
    REPLAYED,
    RETRY,
    TASK,
    body,
    header,
    json,
    operation_id,
    owner_operation,
    parameter,
    problem,
    schema,
)
from entrypoints.http.parameters import LIST, PARAMETERS
from entrypoints.http.schemas import Schema, schemas

_DESCRIPTION = """\
Tasks that belong to one user each.

Every path with `{user_id}` also exists without it, where the token tells whose tasks are meant.
`/api` is another name for `/api/v1`. Every error is a problem document (RFC 9457) whose `code` is
stable.
"""


def document(version: str, *, accounts: bool) -> Schema:
    """The whole description, with or without the routes of our own accounts."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Taskhaven", "version": version, "description": _DESCRIPTION},
        "security": [{"bearer": []}],
        "paths": {
            **_task_paths("/api/v1/{user_id}", owned=True),
            **_task_paths("/api/v1", owned=False),
            **journal_paths("/api/v1/{user_id}", owned=True),
            **journal_paths("/api/v1", owned=False),
            **(account_paths("/api/v1/auth") if accounts else {}),
            **{path: _health_path(path) for path in ("/health", "/health/live", "/health/ready")},
            "/metrics": _metrics_path(),
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "parameters": PARAMETERS,
            "schemas": {
                **schemas(),
                **journal_schemas(),
                **(account_schemas() if accounts else {}),
            },
        },
    }


def _task_paths(base: str, *, owned: bool) -> Schema:
    many = [parameter("UserId")] if owned else []
    one = [*many, parameter("TaskId")]

    operation = partial(owner_operation, owned=owned)
    return {
        f"{base}/tasks": {
            "parameters": many,
            "get": operation(
                "list_tasks",
                "List tasks",
                parameters=[parameter(name) for name in (*LIST, "IfNoneMatch")],
                responses={"200": _PAGE, "304": _UNCHANGED},
            ),
            "post": operation(
                "create_task",
                "Create a task",
                *(409, *OF_BODIES),
                parameters=[parameter("IdempotencyKey")],
                requestBody=body("NewTask", JSON),
                responses={"201": {**_CREATED, "links": _links(owned=owned)}},
            ),
        },
        f"{base}/tasks/{{id}}": {
            "parameters": one,
            "get": operation(
                "read_task",
                "Read a task",
                404,
                parameters=[parameter("IfNoneMatch")],
                responses={"200": CHANGED, "304": _UNCHANGED},
            ),
            "put": operation(
                "change_task",
                "Change the members given",
                *(404, 412, *OF_BODIES),
                parameters=OF_WRITES,
                requestBody=body("TaskChanges", JSON),
                responses={"200": CHANGED},
            ),
            "patch": operation(
                "patch_task",
                "Change the members given",
                *(404, 412, *OF_BODIES),
                parameters=OF_WRITES,
                requestBody=body("TaskChanges", JSON, PATCH),
                responses={"200": CHANGED},
            ),
            "delete": operation(
                "delete_task",
                "Delete a task",
                *(404, 412),
                parameters=[parameter("IfMatch"), parameter("Permanent")],
                responses={"204": {"description": "It is gone"}},
            ),
        },
        f"{base}/tasks/{{id}}/complete": {
            "parameters": one,
            "patch": operation(
                "complete_task",
                "Toggle whether it is done, or set it",
                *(404, 412, *OF_BODIES),
                parameters=OF_WRITES,
                requestBody=body("Completion", JSON, PATCH, required=False),
                responses={"200": CHANGED},
            ),
        },
    }


def _health_path(path: str) -> Schema:
    responses = {"200": json(schema("Health"), "It is well", {})}
    if path != "/health/live":
        responses["503"] = json(schema("Health"), "Storage is not ready", RETRY)
    return {
        "get": {
            "operationId": path.strip("/").replace("/", "_"),
            "summary": "Whether the service is well",
            "tags": ["health"],
            "security": [],
            "responses": responses,
        }
    }


def _metrics_path() -> Schema:
    return {
        "get": {
            "operationId": "metrics",
            "summary": "Figures for Prometheus; elsewhere than on loopback with METRICS_TOKEN",
            "tags": ["health"],
            "security": [],
            "responses": {
                "200": {
                    "description": "Prometheus's text format",
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                },
                "404": problem(404),
            },
        }
    }


def _links(*, owned: bool) -> Schema:
    """What can be done with the task that was created."""
    parameters = {"id": "$response.body#/id"}
    if owned:
        parameters["user_id"] = "$request.path.user_id"
    names = ("read_task", "change_task", "patch_task", "complete_task", "delete_task")
    return {
        name: {"operationId": operation_id(name, owned=owned), "parameters": parameters}
        for name in names
    }


_LOCATION = {"Location": header("Where it is", required=True)}
_PAGES = {
    "ETag": header("The version; none with `due`, since time changes the answer"),
    "Link": header("The next page"),
    "X-Total-Count": header("How many there are on all pages, if asked for", "integer"),
}

_PAGE = json({"type": "array", "items": TASK}, "A page of tasks", _PAGES)
_CREATED = json(
    TASK,
    "The whole task",
    {**ETAG, **REPLAYED, **_LOCATION},
)
_UNCHANGED: Schema = {"description": "Still the same", "headers": ETAG}
