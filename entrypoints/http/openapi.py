"""The API's description (OpenAPI 3.1); a test holds it against the routes there are."""

from http import HTTPStatus
from typing import Any

from entrypoints.http.paging import DEFAULT_LIMIT, HIGHEST_LIMIT
from entrypoints.http.schemas import Schema, schemas

_OWNED = "/api/v1/{user_id}"
_OWN = "/api/v1"

_DESCRIPTION = """\
Tasks that belong to one user each.

Every path with `{user_id}` also exists without it, where the token tells whose tasks are meant.
`/api` is another name for `/api/v1`. Every error is a problem document (RFC 9457) whose `code` is
stable.
"""

_PARAMETERS: Schema = {
    "UserId": {
        "name": "user_id",
        "in": "path",
        "required": True,
        "description": "The `sub` of the token; anybody else's is refused.",
        "schema": {"type": "string"},
    },
    "TaskId": {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "How many tasks a page holds at most.",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": HIGHEST_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "Where the page begins: taken from the `Link` of the page before.",
        "schema": {"type": "string"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Change nothing unless the task is in this version.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Answer 304 if this is still what there is.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
}

_ETAG: Schema = {"ETag": {"description": "The version.", "schema": {"type": "string"}}}
_CHALLENGE: Schema = {"WWW-Authenticate": {"schema": {"type": "string"}}}
_LINK: Schema = {"Link": {"description": "The next page.", "schema": {"type": "string"}}}
_LOCATION: Schema = {"Location": {"schema": {"type": "string"}}}
_RETRY: Schema = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}

_READ_ERRORS = (400, 401, 404, 414, 422, 431, 500, 503)
_WRITE_ERRORS = (400, 401, 404, 408, 412, 413, 414, 415, 422, 431, 500, 503)


def document(version: str) -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Taskhaven", "version": version, "description": _DESCRIPTION},
        "security": [{"bearer": []}],
        "paths": {
            **_task_paths(_OWNED, [_ref("parameters", "UserId")], owned=True),
            **_task_paths(_OWN, [], owned=False),
            **{path: _health_path(path) for path in ("/health", "/health/live", "/health/ready")},
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "parameters": _PARAMETERS,
            "schemas": schemas(),
        },
    }


def _task_paths(base: str, parameters: list[Schema], *, owned: bool) -> Schema:
    one = [*parameters, _ref("parameters", "TaskId")]
    return {
        f"{base}/tasks": {
            "parameters": parameters,
            "get": _operation("list_tasks", "List tasks, newest first", owned, _LIST),
            "post": _operation("create_task", "Create a task", owned, _CREATE),
        },
        f"{base}/tasks/{{id}}": {
            "parameters": one,
            "get": _operation("read_task", "Read a task", owned, _READ),
            "put": _operation("change_task", "Change the members given", owned, _EDIT),
            "patch": _operation("patch_task", "Change the members given", owned, _PATCH),
            "delete": _operation("delete_task", "Delete a task", owned, _DELETE),
        },
        f"{base}/tasks/{{id}}/complete": {
            "parameters": one,
            "patch": _operation("complete_task", "Toggle, or set, completion", owned, _COMPLETE),
        },
    }


def _operation(name: str, summary: str, owned: bool, rest: Schema) -> Schema:
    errors = _READ_ERRORS if "requestBody" not in rest and "IfMatch" not in str(rest) else None
    statuses = [*(errors or _WRITE_ERRORS), *([403] if owned else [])]
    return {
        "operationId": name if owned else f"{name}_of_own",
        "summary": summary,
        "tags": ["tasks"],
        **rest,
        "responses": {
            **rest["responses"],
            **{str(status): _problem(status) for status in sorted(statuses)},
        },
    }


def _problem(status: int) -> Schema:
    content = {"application/problem+json": {"schema": _ref("schemas", "Problem")}}
    headers = {401: _CHALLENGE, 503: _RETRY}.get(status, {})
    return {"description": HTTPStatus(status).phrase, "content": content, "headers": headers}


def _json(schema: Schema, description: str, headers: Schema) -> Schema:
    content = {"application/json": {"schema": schema}}
    return {"description": description, "headers": headers, "content": content}


def _body(schema: str, *media_types: str, required: bool = True) -> Schema:
    content = {media_type: {"schema": _ref("schemas", schema)} for media_type in media_types}
    return {"required": required, "content": content}


def _ref(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _health_path(path: str) -> Schema:
    body = _json(_ref("schemas", "Health"), "It is well", {})
    responses = {"200": body}
    if path != "/health/live":
        responses["503"] = _json(_ref("schemas", "Health"), "Storage is not ready", _RETRY)
    name = path.strip("/").replace("/", "_")
    return {
        "get": {
            "operationId": name,
            "summary": "Whether the service is well",
            "tags": ["health"],
            "security": [],
            "responses": responses,
        }
    }


_TASK = _ref("schemas", "Task")
_JSON, _PATCHES = "application/json", "application/merge-patch+json"
_IF_MATCH = [_ref("parameters", "IfMatch")]
_UNCHANGED: Schema = {"304": {"description": "Still the same", "headers": _ETAG}}
_CHANGED = {"200": _json(_TASK, "The whole task", _ETAG)}

_LIST: Schema = {
    "parameters": [_ref("parameters", name) for name in ("Limit", "Cursor", "IfNoneMatch")],
    "responses": {
        "200": _json({"type": "array", "items": _TASK}, "A page of tasks", {**_ETAG, **_LINK}),
        **_UNCHANGED,
    },
}
_CREATE: Schema = {
    "requestBody": _body("NewTask", _JSON),
    "responses": {"201": _json(_TASK, "The whole task", {**_ETAG, **_LOCATION})},
}
_READ: Schema = {
    "parameters": [_ref("parameters", "IfNoneMatch")],
    "responses": {**_CHANGED, **_UNCHANGED},
}
_EDIT: Schema = {
    "parameters": _IF_MATCH,
    "requestBody": _body("TaskChanges", _JSON),
    "responses": _CHANGED,
}
_PATCH: Schema = {**_EDIT, "requestBody": _body("TaskChanges", _JSON, _PATCHES)}
_COMPLETE: Schema = {
    "parameters": _IF_MATCH,
    "requestBody": _body("Completion", _JSON, _PATCHES, required=False),
    "responses": _CHANGED,
}
_DELETE: Schema = {
    "parameters": _IF_MATCH,
    "responses": {"204": {"description": "It is gone"}},
}
