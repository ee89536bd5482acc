"""The shapes in the API's description, from the domain's own numbers."""

from typing import Any

from domain.fields import MAX_DESCRIPTION, MAX_TAG, MAX_TAGS, MAX_TITLE, READ_ONLY, Priority

Schema = dict[str, Any]

UUID = {"type": "string", "format": "uuid"}
INSTANT = {"type": "string", "format": "date-time"}
_DAY = {"type": "string", "format": "date"}
_NULL = {"type": "null"}
_PRIORITY = {"type": "string", "enum": [str(priority) for priority in Priority]}
_YEARS = r"(?:19[7-9]\d|2\d{3})"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,32})?"
_OFFSET = r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"

TEXT: Schema = {"pattern": "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$"}
"""No control characters other than tab, LF and CR."""

DUE: Schema = {
    "anyOf": [
        {**_DAY, "pattern": rf"^{_YEARS}-\d\d-\d\d$"},
        {**INSTANT, "pattern": rf"^{_YEARS}-\d\d-\d\dT{_TIME}{_OFFSET}$"},
    ],
    "description": "A day, which is that day wherever the user is, or an instant with an offset, "
    "which comes back in UTC. Years 1970 to 2999.",
    "examples": ["2026-12-01", "2026-12-01T17:00:00Z"],
}
_NOT_BLANK = {"allOf": [TEXT, {"pattern": r"\S"}]}
TAG: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TAG, **_NOT_BLANK}
_TAGS = {"type": "array", "items": TAG, "maxItems": MAX_TAGS, "uniqueItems": True}
_TITLE = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_TITLE,
    "examples": ["Buy milk"],
    **_NOT_BLANK,
}
_DESCRIPTION_TEXT = {"type": "string", "maxLength": MAX_DESCRIPTION, **TEXT}
_READ_ONLY: Schema = {"description": "Ignored, so that a whole task can be sent back."}


def or_null(schema: Schema) -> Schema:
    """What the schema describes, or null."""
    return {"anyOf": [schema, _NULL]}


def _said() -> Schema:
    """The members a client may say."""
    return {
        "title": _TITLE,
        "description": or_null(_DESCRIPTION_TEXT),
        "priority": or_null(_PRIORITY),
        "due_date": or_null(DUE),
        "tags": or_null(_TAGS),
        "completed": {"type": "boolean"},
        **dict.fromkeys(sorted(READ_ONLY), _READ_ONLY),
    }


_TASK: Schema = {
    "id": UUID,
    "user_id": {"type": "string"},
    "title": _TITLE,
    "description": or_null(_DESCRIPTION_TEXT),
    "priority": _PRIORITY,
    "due_date": or_null(DUE),
    "tags": _TAGS,
    "completed": {"type": "boolean"},
    "completed_at": or_null(INSTANT),
    "created_at": INSTANT,
    "updated_at": INSTANT,
    "version": {"type": "integer", "minimum": 1},
}

_FIELD_ERROR: Schema = {
    "type": "object",
    "properties": {
        "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
        "parameter": {"type": "string", "description": "Which parameter of the query."},
        "header": {"type": "string", "description": "Which header."},
        "detail": {"type": "string"},
    },
    "required": ["detail"],
    "additionalProperties": False,
}

_PROBLEM: Schema = {
    "type": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "code": {"type": "string", "description": "Stable; what a program decides by."},
    "detail": {"type": "string"},
    "request_id": {"type": "string", "description": "The same stands in the log."},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
}


def object_of(properties: Schema, required: list[str], **more: Any) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        **more,
    }


def schemas() -> Schema:
    """Every named schema."""
    return {
        "Task": object_of(_TASK, list(_TASK)),
        "NewTask": object_of(_said(), ["title"], examples=[{"title": "Buy milk"}]),
        "TaskChanges": object_of(_said(), [], examples=[{"priority": "high"}]),
        "Completion": object_of(
            {
                "completed": {"type": "boolean"},
                **{name: schema for name, schema in _said().items() if schema is _READ_ONLY},
            },
            [],
            examples=[{"completed": True}],
        ),
        "Health": object_of(
            {"status": {"type": "string"}, "timestamp": INSTANT}, ["status", "timestamp"]
        ),
        "FieldError": _FIELD_ERROR,
        "Problem": object_of(_PROBLEM, [name for name in _PROBLEM if name != "errors"]),
    }
