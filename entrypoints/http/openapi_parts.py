"""The pieces that descriptions of operations are put together from."""

from http import HTTPStatus
from typing import Any

from entrypoints.http.schemas import Schema

JSON, PATCH = "application/json", "application/merge-patch+json"

ALWAYS = (400, 401, 414, 422, 431, 500, 503)
"""Statuses that any operation may answer with."""

OF_BODIES = (408, 413, 415)
"""Those of operations that take a body."""


def problem(status: int) -> Schema:
    """The answer to an error."""
    content = {"application/problem+json": {"schema": schema("Problem")}}
    headers = {401: CHALLENGE, 503: RETRY}.get(status, {})
    return {"description": HTTPStatus(status).phrase, "content": content, "headers": headers}


def json(shape: Schema, description: str, headers: Schema) -> Schema:
    """An answer with a JSON body."""
    return {
        "description": description,
        "headers": headers,
        "content": {JSON: {"schema": shape}},
    }


def body(name: str, *media_types: str, required: bool = True) -> Schema:
    """A body to send."""
    content = {media_type: {"schema": schema(name)} for media_type in media_types}
    return {"required": required, "content": content}


def header(description: str, type_: str = "string", *, required: bool = False) -> Schema:
    """A header of an answer."""
    return {"description": description, "required": required, "schema": {"type": type_}}


def parameter(name: str) -> Schema:
    """A parameter, by its name among those of the description."""
    return {"$ref": f"#/components/parameters/{name}"}


def schema(name: str) -> Schema:
    """A shape, by its name among those of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


CHALLENGE = {"WWW-Authenticate": header("`Bearer`, and what was wrong", required=True)}
RETRY = {"Retry-After": header("Seconds", "integer", required=True)}

TASK = schema("Task")
ETAG = {"ETag": header("The version", required=True)}
REPLAYED = {"Idempotency-Replayed": header("`true` if the request had been answered before")}
CHANGED = json(TASK, "The whole task", {**ETAG, **REPLAYED})
OF_WRITES = [parameter("IfMatch"), parameter("IdempotencyKey")]


def operation_id(name: str, *, owned: bool) -> str:
    """The id of an operation, which is there with and without the user in its path."""
    return name if owned else f"{name}_of_own"


def owner_operation(
    name: str, summary: str, *errors: int, owned: bool, responses: Schema, **more: Any
) -> Schema:
    """An operation on what one user has."""
    statuses = sorted({*ALWAYS, *errors, *([403] if owned else [])})
    return {
        "operationId": operation_id(name, owned=owned),
        "summary": summary,
        "tags": ["tasks"],
        **more,
        "responses": {**responses, **{str(status): problem(status) for status in statuses}},
    }
