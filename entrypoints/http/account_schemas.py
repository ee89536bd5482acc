"""The shapes of accounts in the API's description, from the domain's own numbers."""

from domain.account import MAX_NAME
from domain.credentials import MAX_EMAIL, MAX_PASSWORD, MIN_PASSWORD
from entrypoints.http.schemas import INSTANT, TEXT, UUID, Schema, object_of, or_null

_NO_BLANK = r"[^@\s\x00-\x1f\x7f-\x9f]"
_EMAIL: Schema = {
    "type": "string",
    "maxLength": MAX_EMAIL,
    "pattern": rf"^{_NO_BLANK}+@{_NO_BLANK}+$",
    "examples": ["alice@example.com"],
}
_PASSWORD: Schema = {"type": "string", "maxLength": MAX_PASSWORD, **TEXT}
_NEW_PASSWORD: Schema = {
    **_PASSWORD,
    "minLength": MIN_PASSWORD,
    "description": "None of those that everybody uses, nor one that the e-mail address gives away.",
    "examples": ["a sentence is easy to keep"],
}
_NAME: Schema = or_null({"type": "string", "maxLength": MAX_NAME, **TEXT})
_TEXT: Schema = {"type": "string"}
_REFRESH_TOKEN: Schema = {**_TEXT, **TEXT, "description": "Good once: each answer has the next."}


def account_schemas() -> Schema:
    """Every named schema of accounts."""
    user = {"id": UUID, "email": _TEXT, "name": or_null(_TEXT), "created_at": INSTANT}
    grant = {
        "access_token": {**_TEXT, "description": "A JWT, to be sent as `Authorization: Bearer …`."},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "refresh_token": _REFRESH_TOKEN,
        "user": {"$ref": "#/components/schemas/User"},
    }
    session = {
        "id": UUID,
        "current": {"type": "boolean", "description": "Whether it is the one that asks."},
        "user_agent": or_null(_TEXT),
        "created_at": INSTANT,
        "last_used_at": INSTANT,
        "expires_at": INSTANT,
    }
    export = {
        "user": {"$ref": "#/components/schemas/User"},
        "sessions": _list("Session"),
        "tasks": _list("Task"),
        "trash": _list("Trashed"),
        "changes": {"type": "array", "items": {"type": "object"}},
    }
    return {
        "Registration": object_of(
            {"email": _EMAIL, "password": _NEW_PASSWORD, "name": _NAME}, ["email", "password"]
        ),
        "Login": object_of({"email": _EMAIL, "password": _PASSWORD}, ["email", "password"]),
        "Refresh": object_of({"refresh_token": _REFRESH_TOKEN}, ["refresh_token"]),
        "Logout": object_of({"refresh_token": _REFRESH_TOKEN}, []),
        "Renaming": object_of({"name": _NAME}, []),
        "PasswordChange": object_of(
            {"current": _PASSWORD, "new": _NEW_PASSWORD}, ["current", "new"]
        ),
        "Erasure": object_of({"password": _PASSWORD}, ["password"]),
        "User": object_of(user, list(user)),
        "Grant": object_of(grant, list(grant)),
        "Session": object_of(session, list(session)),
        "Export": object_of(export, list(export)),
        "KeySet": object_of({"keys": {"type": "array", "items": {"type": "object"}}}, ["keys"]),
    }


def _list(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
