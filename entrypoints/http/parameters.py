"""The parameters in the API's description."""

from typing import Any

from domain.fields import Priority
from domain.listing import SortKey
from entrypoints.http.listing import LONGEST_SEARCH, MOST_KEYS, zones
from entrypoints.http.reading import DEFAULT_LIMIT, HIGHEST_LIMIT
from entrypoints.http.schemas import DUE, TAG, TEXT, Schema

_KEY = f"-?(?:{'|'.join(SortKey)})"
_MORE_KEYS = f"(?:,{_KEY}){{0,{MOST_KEYS - 1}}}"
_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS: Schema = {
    "anyOf": [{"const": "*"}, {"type": "string", "pattern": rf"^{_TAG}(?:, ?{_TAG})*$"}],
    "examples": ['"3"'],
}


def _parameter(place: str, name: str, description: str, schema: Schema, **more: Any) -> Schema:
    return {"name": name, "in": place, "description": description, "schema": schema, **more}


def _query(name: str, description: str, schema: Schema, **more: Any) -> Schema:
    return _parameter("query", name, description, schema, **more)


def _header(name: str, description: str, schema: Schema) -> Schema:
    return _parameter("header", name, description, schema)


PATH: Schema = {
    "UserId": _parameter(
        "path",
        "user_id",
        "The `sub` of the token; anybody else's is refused.",
        {"type": "string", "pattern": r"^[A-Za-z0-9._|@:-]{1,255}$"},
        required=True,
    ),
    "TaskId": _parameter(
        "path", "id", "The task.", {"type": "string", "format": "uuid"}, required=True
    ),
    "SessionId": _parameter(
        "path", "id", "The session.", {"type": "string", "format": "uuid"}, required=True
    ),
}

LIST: Schema = {
    "Limit": _query(
        "limit",
        "How many tasks a page holds at most.",
        {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "Cursor": _query(
        "cursor",
        "Where the page begins: taken from the `Link` of the page before, and bound to its sort.",
        {"type": "string", "format": "taskhaven-cursor"},
    ),
    "Sort": _query(
        "sort",
        f"Up to {MOST_KEYS} keys, each with `-` for descending; what has no value comes "
        "last. `title` counts with its first 100 characters, casefolded.",
        {"type": "string", "pattern": f"^{_KEY}{_MORE_KEYS}$", "default": "-created_at"},
    ),
    "Completed": _query("completed", "Only tasks that are done, or not.", {"type": "boolean"}),
    "Priority": _query(
        "priority",
        "Only tasks of this priority; repeated, of any of them.",
        {"type": "array", "items": {"type": "string", "enum": [str(p) for p in Priority]}},
    ),
    "Tag": _query(
        "tag",
        "Only tasks with this tag; repeated, with any of them.",
        {
            "type": "array",
            "items": TAG,
        },
    ),
    "DueAfter": _query(
        "due_after",
        "Only tasks due from then on. A day counts as its midnight in `tz`.",
        DUE,
    ),
    "DueBefore": _query(
        "due_before",
        "Only tasks due before. A day counts as its midnight in `tz`.",
        DUE,
    ),
    "Due": _query(
        "due",
        "Only tasks due today, those not done in time, or those without a due date.",
        {"type": "string", "enum": ["today", "overdue", "none"]},
    ),
    "Tz": _query(
        "tz",
        "The IANA time zone that says when a day begins.",
        {"type": "string", "default": "UTC", "enum": sorted(zones())},
    ),
    "Q": _query(
        "q",
        "Only tasks whose title or description holds each of these words, whatever their case.",
        {"type": "string", "maxLength": LONGEST_SEARCH, **TEXT},
    ),
    "Count": _query(
        "count",
        "Count the tasks on all pages together: `X-Total-Count`.",
        {"type": "string", "enum": ["exact"]},
    ),
}

CONDITIONS: Schema = {
    "IfMatch": _header(
        "If-Match",
        "Change nothing unless the task is in one of these versions.",
        _TAGS,
    ),
    "IfNoneMatch": _header(
        "If-None-Match",
        "Answer 304 if this is still what there is.",
        _TAGS,
    ),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "Makes a retry safe: for 24 hours the same request with the same key gets the same answer, "
        "and is done once.",
        {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
    ),
}

JOURNAL: Schema = {
    "Since": _query(
        "since",
        "How far you have come: the `next` of an answer, or the id of an event.",
        {"type": "string", "format": "taskhaven-since"},
    ),
    "LastEventId": _header(
        "Last-Event-ID",
        "The id of the last event you got; goes before `since`.",
        {"type": "string", "format": "taskhaven-since"},
    ),
    "HistoryCursor": _query(
        "cursor",
        "Where the page begins: taken from the `Link` of the page before.",
        {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
    ),
    "TrashCursor": _query(
        "cursor",
        "Where the page begins: taken from the `Link` of the page before.",
        {"type": "string", "pattern": "^[0-9]{1,16}-[0-9a-f]{32}$"},
    ),
    "Permanent": _query(
        "permanent",
        "Erase it with its history, also if it is in the trash already.",
        {"type": "boolean", "default": False},
    ),
    "DryRun": _query("dry_run", "Answer what would be done, and do nothing.", {"type": "boolean"}),
}

PARAMETERS: Schema = {**PATH, **LIST, **CONDITIONS, **JOURNAL}
