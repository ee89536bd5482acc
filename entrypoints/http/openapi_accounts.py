"""The routes of our own accounts in the API's description."""

from typing import Any

from entrypoints.http.openapi_parts import (
    ALWAYS,
    JSON,
    OF_BODIES,
    PATCH,
    body,
    header,
    json,
    parameter,
    problem,
    schema,
)
from entrypoints.http.schemas import Schema

_DONE: Schema = {"description": "It is done"}
_WAIT = {"Retry-After": header("Seconds", "integer", required=True)}


def account_paths(base: str) -> Schema:
    """Every path below `base`."""
    grant = json(schema("Grant"), "Tokens, and whose they are", {})
    user = json(schema("User"), "The account", {})
    return {
        f"{base}/register": {
            "post": _operation(
                "register",
                "Make an account, and log in with it",
                *(403, 409, 429),
                taking="Registration",
                responses={"201": grant},
                security=[],
            )
        },
        f"{base}/login": {
            "post": _operation(
                "log_in",
                "Begin a session",
                429,
                taking="Login",
                responses={"200": grant},
                security=[],
            )
        },
        f"{base}/refresh": {
            "post": _operation(
                "refresh_session",
                "Go on with a session: a refresh token for the next one, and an access token",
                taking="Refresh",
                responses={"200": grant},
                security=[],
            )
        },
        f"{base}/logout": {
            "post": _operation(
                "log_out",
                "End the session of the access token, of a refresh token, or of both",
                403,
                taking="Logout",
                optional=True,
                responses={"204": _DONE},
                security=[{"bearer": []}, {}],
            )
        },
        f"{base}/me": {
            "get": _operation("read_account", "Who I am", 403, responses={"200": user}),
            "patch": _operation(
                "rename_account",
                "Change the name",
                403,
                taking="Renaming",
                types=(JSON, PATCH),
                responses={"200": user},
            ),
        },
        f"{base}/me/erase": {
            "post": _operation(
                "erase_account",
                "Erase the account and everything of its owner's",
                *(403, 429),
                taking="Erasure",
                responses={"204": _DONE},
            )
        },
        f"{base}/me/export": {
            "get": _operation(
                "export_account",
                "Everything that there is of the account, to keep",
                403,
                responses={"200": json(schema("Export"), "All of it", {})},
            )
        },
        f"{base}/password": {
            "post": _operation(
                "change_password",
                "Change the password, and end all other sessions",
                *(403, 429),
                taking="PasswordChange",
                responses={"204": _DONE},
            )
        },
        f"{base}/sessions": {
            "get": _operation(
                "list_sessions",
                "Where I am logged in",
                403,
                responses={
                    "200": json({"type": "array", "items": schema("Session")}, "Sessions", {})
                },
            )
        },
        f"{base}/sessions/{{id}}": {
            "parameters": [parameter("SessionId")],
            "delete": _operation(
                "end_session", "Log out elsewhere", *(403, 404), responses={"204": _DONE}
            ),
        },
        f"{base}/jwks": {
            "get": _operation(
                "read_key_set",
                "The public keys by which others can verify our access tokens",
                responses={"200": json(schema("KeySet"), "A key set (RFC 7517)", {})},
                security=[],
            )
        },
    }


def _operation(
    name: str,
    summary: str,
    *errors: int,
    taking: str | None = None,
    types: tuple[str, ...] = (JSON,),
    optional: bool = False,
    responses: Schema,
    **more: Any,
) -> Schema:
    takes = {"requestBody": body(taking, *types, required=not optional)} if taking else {}
    statuses = sorted({*ALWAYS, *errors, *(OF_BODIES if taking else ())})
    problems = {str(status): problem(status) for status in statuses}
    if 429 in errors:
        problems["429"] = {**problems["429"], "headers": _WAIT}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["accounts"],
        **more,
        **takes,
        "responses": {**responses, **problems},
    }
