"""The routes of the journal and the trash in the API's description."""

from functools import partial

from entrypoints.http.openapi_parts import (
    CHANGED,
    JSON,
    OF_BODIES,
    OF_WRITES,
    REPLAYED,
    body,
    header,
    json,
    owner_operation,
    parameter,
    schema,
)
from entrypoints.http.schemas import Schema

_LINK = {"Link": header("The next page")}
_STREAM: Schema = {
    "description": "Server-sent events: `change` for each change, its id a `since` token, and at "
    "last `end` with the reason. Read it with `fetch`, which can send the token.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def journal_paths(base: str, *, owned: bool) -> Schema:
    """Every path below `base`."""
    operation = partial(owner_operation, owned=owned)
    many = [parameter("UserId")] if owned else []
    one = [*many, parameter("TaskId")]
    return {
        f"{base}/changes": {
            "parameters": many,
            "get": operation(
                "follow_changes",
                "What changed since; without `since`, every task",
                410,
                parameters=[parameter("Since"), parameter("Limit")],
                responses={"200": json(schema("Changes"), "A page of changes", _LINK)},
            ),
        },
        f"{base}/changes/stream": {
            "parameters": many,
            "get": operation(
                "stream_changes",
                "Changes as they happen",
                410,
                parameters=[parameter("Since"), parameter("LastEventId")],
                responses={"200": _STREAM},
            ),
        },
        f"{base}/tasks/{{id}}/history": {
            "parameters": one,
            "get": operation(
                "read_history",
                "What was done to a task, newest first",
                404,
                parameters=[parameter("Limit"), parameter("HistoryCursor")],
                responses={
                    "200": json({"type": "array", "items": schema("Step")}, "A page", _LINK)
                },
            ),
        },
        f"{base}/tasks/{{id}}/revert": {
            "parameters": one,
            "post": operation(
                "revert_task",
                "Bring a task back to an earlier version, as a new change",
                *(404, 410, 412, *OF_BODIES),
                parameters=OF_WRITES,
                requestBody=body("Reversion", JSON),
                responses={"200": CHANGED},
            ),
        },
        f"{base}/tasks/{{id}}/restore": {
            "parameters": one,
            "post": operation(
                "restore_task",
                "Take a task out of the trash",
                *(404, 409, 412, *OF_BODIES),
                parameters=OF_WRITES,
                requestBody=body("Nothing", JSON, required=False),
                responses={"200": CHANGED},
            ),
        },
        f"{base}/trash": {
            "parameters": many,
            "get": operation(
                "list_trash",
                "Tasks that can be restored, newest deletion first",
                parameters=[parameter("Limit"), parameter("TrashCursor")],
                responses={
                    "200": json({"type": "array", "items": schema("Trashed")}, "A page", _LINK)
                },
            ),
        },
        f"{base}/tasks/batch": {
            "parameters": many,
            "post": operation(
                "run_batch",
                "Several operations in one step: all are done, or none",
                *(404, 409, 412, *OF_BODIES),
                parameters=[parameter("IdempotencyKey"), parameter("DryRun")],
                requestBody=body("Batch", JSON),
                responses={"200": json(schema("Outcomes"), "What they led to", REPLAYED)},
            ),
        },
    }
