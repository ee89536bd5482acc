"""The API's description (OpenAPI 3.1); tests hold it against what the server does."""

from http import HTTPStatus
from typing import Any

from entrypoints.http.parameters import LIST, PARAMETERS
from entrypoints.http.schemas import Schema, schemas

_DESCRIPTION = """\
Tasks that belong to one user each.

Every path with `{user_id}` also exists without it, where the token tells whose tasks are meant.
`/api` is another name for `/api/v1`. Every error is a problem document (RFC 9457) whose `code` is
stable.
"""

_ALWAYS = (400, 401, 414, 422, 431, 500, 503)
_OF_BODIES = (408, 413, 415)


def document(version: str) -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Taskhaven", "version": version, "description": _DESCRIPTION},
        "security": [{"bearer": []}],
        "paths": {
            **_task_paths("/api/v1/{user_id}", owned=True),
            **_task_paths("/api/v1", owned=False),
            **{path: _health_path(path) for path in ("/health", "/health/live", "/health/ready")},
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "parameters": PARAMETERS,
            "schemas": schemas(),
        },
    }


def _task_paths(base: str, *, owned: bool) -> Schema:
    many = [_parameter("UserId")] if owned else []
    one = [*many, _parameter("TaskId")]

    def operation(name: str, summary: str, *errors: int, **rest: Any) -> Schema:
        statuses = sorted({*_ALWAYS, *errors, *([403] if owned else [])})
        responses = {**rest.pop("responses"), **{str(s): _problem(s) for s in statuses}}
        operation_id = _operation_id(name, owned=owned)
        return {
            "operationId": operation_id,
            "summary": summary,
            "tags": ["tasks"],
            **rest,
            "responses": responses,
        }

    return {
        f"{base}/tasks": {
            "parameters": many,
            "get": operation(
                "list_tasks",
                "List tasks",
                parameters=[_parameter(name) for name in (*LIST, "IfNoneMatch")],
                responses={"200": _PAGE, "304": _UNCHANGED},
            ),
            "post": operation(
                "create_task",
                "Create a task",
                *(409, *_OF_BODIES),
                parameters=[_parameter("IdempotencyKey")],
                requestBody=_body("NewTask", _JSON),
                responses={"201": {**_CREATED, "links": _links(owned=owned)}},
            ),
        },
        f"{base}/tasks/{{id}}": {
            "parameters": one,
            "get": operation(
                "read_task",
                "Read a task",
                404,
                parameters=[_parameter("IfNoneMatch")],
                responses={"200": _CHANGED, "304": _UNCHANGED},
            ),
            "put": operation(
                "change_task",
                "Change the members given",
                *(404, 412, *_OF_BODIES),
                parameters=_OF_WRITES,
                requestBody=_body("TaskChanges", _JSON),
                responses={"200": _CHANGED},
            ),
            "patch": operation(
                "patch_task",
                "Change the members given",
                *(404, 412, *_OF_BODIES),
                parameters=_OF_WRITES,
                requestBody=_body("TaskChanges", _JSON, _PATCH),
                responses={"200": _CHANGED},
            ),
            "delete": operation(
                "delete_task",
                "Delete a task",
                *(404, 412),
                parameters=[_parameter("IfMatch")],
                responses={"204": {"description": "It is gone"}},
            ),
        },
        f"{base}/tasks/{{id}}/complete": {
            "parameters": one,
            "patch": operation(
                "complete_task",
                "Toggle whether it is done, or set it",
                *(404, 412, *_OF_BODIES),
                parameters=_OF_WRITES,
                requestBody=_body("Completion", _JSON, _PATCH, required=False),
                responses={"200": _CHANGED},
            ),
        },
    }


def _health_path(path: str) -> Schema:
    responses = {"200": _json(_schema("Health"), "It is well", {})}
    if path != "/health/live":
        responses["503"] = _json(_schema("Health"), "Storage is not ready", _RETRY)
    return {
        "get": {
            "operationId": path.strip("/").replace("/", "_"),
            "summary": "Whether the service is well",
            "tags": ["health"],
            "security": [],
            "responses": responses,
        }
    }


def _operation_id(name: str, *, owned: bool) -> str:
    return name if owned else f"{name}_of_own"


def _links(*, owned: bool) -> Schema:
    """What can be done with the task that was created."""
    parameters = {"id": "$response.body#/id"}
    if owned:
        parameters["user_id"] = "$request.path.user_id"
    names = ("read_task", "change_task", "patch_task", "complete_task", "delete_task")
    return {
        name: {"operationId": _operation_id(name, owned=owned), "parameters": parameters}
        for name in names
    }


def _problem(status: int) -> Schema:
    content = {"application/problem+json": {"schema": _schema("Problem")}}
    headers = {401: _CHALLENGE, 503: _RETRY}.get(status, {})
    return {"description": HTTPStatus(status).phrase, "content": content, "headers": headers}


def _json(schema: Schema, description: str, headers: Schema) -> Schema:
    return {
        "description": description,
        "headers": headers,
        "content": {_JSON: {"schema": schema}},
    }


def _body(schema: str, *media_types: str, required: bool = True) -> Schema:
    content = {media_type: {"schema": _schema(schema)} for media_type in media_types}
    return {"required": required, "content": content}


def _header(description: str, type_: str = "string", *, required: bool = False) -> Schema:
    return {"description": description, "required": required, "schema": {"type": type_}}


def _parameter(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _schema(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_JSON, _PATCH = "application/json", "application/merge-patch+json"
_OF_WRITES = [_parameter("IfMatch"), _parameter("IdempotencyKey")]

_CHALLENGE = {"WWW-Authenticate": _header("`Bearer`, and what was wrong", required=True)}
_RETRY = {"Retry-After": _header("Seconds", "integer", required=True)}
_ETAG = {"ETag": _header("The version", required=True)}
_LOCATION = {"Location": _header("Where it is", required=True)}
_REPLAYED = {"Idempotency-Replayed": _header("`true` if the request had been answered before")}
_PAGES = {
    "ETag": _header("The version; none with `due`, since time changes the answer"),
    "Link": _header("The next page"),
    "X-Total-Count": _header("How many there are on all pages, if asked for", "integer"),
}

_TASK = _schema("Task")
_PAGE = _json({"type": "array", "items": _TASK}, "A page of tasks", _PAGES)
_CHANGED = _json(_TASK, "The whole task", {**_ETAG, **_REPLAYED})
_CREATED = _json(
    _TASK,
    "The whole task",
    {**_ETAG, **_REPLAYED, **_LOCATION},
)
_UNCHANGED: Schema = {"description": "Still the same", "headers": _ETAG}
