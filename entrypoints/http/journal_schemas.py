"""The shapes of the journal and the trash in the API's description."""

from application.operations import MOST_OPERATIONS, Op
from domain.change import Action
from entrypoints.http.schemas import INSTANT, UUID, Schema, object_of, or_null, schemas

_VERSION: Schema = {"type": "integer", "minimum": 1}
_TASK: Schema = {"$ref": "#/components/schemas/Task"}


def journal_schemas() -> Schema:
    """Every named schema of the journal and the trash."""
    task: Schema = schemas()["Task"]
    gone = {"id": UUID, "deleted": {"const": True}}
    step = {
        "version": _VERSION,
        "at": INSTANT,
        "by": {"type": "string"},
        "action": {"type": "string", "enum": [str(action) for action in Action]},
        "changed": {
            "type": "object",
            "description": "From what to what, for each member that differs.",
            "additionalProperties": object_of({"from": {}, "to": {}}, ["from", "to"]),
        },
    }
    outcome = {"status": {"type": "integer"}, "task": or_null(_TASK)}
    changes = {
        "changes": {
            "type": "array",
            "items": {"anyOf": [_TASK, {"$ref": "#/components/schemas/Gone"}]},
        },
        "next": {"type": "string", "description": "The `since` to go on with."},
    }
    return {
        "Gone": object_of(gone, list(gone), description="A task that is no longer there."),
        "Changes": object_of(changes, list(changes)),
        "Step": object_of(step, list(step)),
        "Reversion": object_of(
            {"version": {**_VERSION, "description": "No later than the present one."}},
            ["version"],
            examples=[{"version": 1}],
        ),
        "Nothing": object_of({}, []),
        "Trashed": object_of(
            {**task["properties"], "deleted_at": INSTANT}, [*task["required"], "deleted_at"]
        ),
        "Batch": object_of(
            {
                "operations": {
                    "type": "array",
                    "items": {"oneOf": _operations()},
                    "minItems": 1,
                    "maxItems": MOST_OPERATIONS,
                }
            },
            ["operations"],
            examples=[{"operations": [{"op": "create", "task": {"title": "Buy milk"}}]}],
        ),
        "Outcome": object_of(outcome, list(outcome)),
        "Outcomes": object_of(
            {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Outcome"}}},
            ["results"],
        ),
    }


def _operations() -> list[Schema]:
    of_one = {"id": {"type": "string"}, "if_version": or_null(_VERSION)}
    changes = {"task": {"$ref": "#/components/schemas/TaskChanges"}}
    return [
        _operation(Op.CREATE, {"task": {"$ref": "#/components/schemas/NewTask"}}, ["task"]),
        _operation(Op.EDIT, {**of_one, **changes}, ["id", "task"]),
        _operation(Op.COMPLETE, {**of_one, "completed": or_null({"type": "boolean"})}, ["id"]),
        _operation(Op.DELETE, of_one, ["id"]),
    ]


def _operation(op: Op, members: Schema, required: list[str]) -> Schema:
    return object_of({"op": {"const": str(op)}, **members}, ["op", *required])
