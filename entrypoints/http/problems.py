"""The one table that turns errors into answers (RFC 9457); a test proves that it is complete."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import quote

import msgspec
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from application.errors import (
    Busy,
    CorruptRecord,
    Crowded,
    InvalidToken,
    KeysUnavailable,
    KeyTaken,
    LimitsUnavailable,
    Unavailable,
)
from application.once import DoneBefore, KeyReused
from domain.errors import (
    BatchRefused,
    EmailTaken,
    HistoryGone,
    InvalidFields,
    InvalidOwner,
    InvalidRefreshToken,
    NoAccount,
    NotOwner,
    RegistrationClosed,
    SessionNotFound,
    TaskNotFound,
    TooManyTasks,
    TooManyTries,
    VersionMismatch,
    WrongCredentials,
)
from entrypoints.http.answers import Answer, allow
from entrypoints.http.errors import (
    BodyTooLarge,
    HeadersTooLarge,
    InvalidRequest,
    MalformedRequest,
    NotJson,
    NoToken,
    SlowBody,
    TooManyRequests,
    UriTooLong,
    WrongMediaType,
)
from entrypoints.http.incoming import Incoming

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 100  # listed in one answer
_log = logging.getLogger("taskhaven.http")


@dataclass(frozen=True, slots=True)
class Problem:
    """How one kind of error is answered. With no `detail` of its own the error's text is shown."""

    status: int
    code: str
    detail: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


_RETRY = {"retry-after": "1"}
_CHALLENGE = {"www-authenticate": "Bearer"}
_INTERNAL = Problem(500, "internal", "something went wrong on our side")

PROBLEMS: Mapping[type[Exception], Problem] = {
    MalformedRequest: Problem(400, "malformed_request", headers={"connection": "close"}),
    NotJson: Problem(400, "not_json"),
    NoToken: Problem(401, "unauthorized", "a valid bearer token is needed", _CHALLENGE),
    InvalidToken: Problem(
        401,
        "unauthorized",
        "a valid bearer token is needed",
        {"www-authenticate": 'Bearer error="invalid_token"'},
    ),
    WrongCredentials: Problem(
        401, "wrong_credentials", "the e-mail address or the password is wrong", _CHALLENGE
    ),
    InvalidRefreshToken: Problem(
        401, "invalid_refresh_token", "log in again: the session is over", _CHALLENGE
    ),
    NoAccount: Problem(403, "no_account", "the token is not one of an account of this service"),
    RegistrationClosed: Problem(403, "registration_closed", "accounts are made by the operator"),
    NotOwner: Problem(403, "forbidden", "the token does not speak for this user"),
    NotFoundException: Problem(404, "no_such_route", "there is nothing at this path"),
    SessionNotFound: Problem(404, "session_not_found", "there is no such session"),
    TaskNotFound: Problem(404, "task_not_found", "there is no such task"),
    MethodNotAllowedException: Problem(
        405, "method_not_allowed", "the Allow header lists what can be done here"
    ),
    SlowBody: Problem(408, "slow_body", headers={"connection": "close"}),
    EmailTaken: Problem(409, "email_taken", "there is an account with this e-mail address"),
    TooManyTasks: Problem(409, "too_many_tasks", "the user has as many tasks as allowed"),
    HistoryGone: Problem(410, "history_gone", "so far back the journal is not kept: start over"),
    VersionMismatch: Problem(412, "version_mismatch", "the task has changed since that version"),
    BodyTooLarge: Problem(413, "body_too_large"),
    UriTooLong: Problem(414, "uri_too_long"),
    WrongMediaType: Problem(415, "unsupported_media_type"),
    InvalidFields: Problem(422, "validation"),
    KeyReused: Problem(
        422, "idempotency_key_reused", "this Idempotency-Key was used for another request"
    ),
    InvalidRequest: Problem(422, "validation"),
    TooManyRequests: Problem(429, "too_many_requests", "wait as long as Retry-After says"),
    TooManyTries: Problem(429, "too_many_tries", "too many tries: wait before the next"),
    HeadersTooLarge: Problem(431, "headers_too_large"),
    InvalidOwner: _INTERNAL,  # what clients send is checked before it becomes an owner
    CorruptRecord: _INTERNAL,
    BatchRefused: _INTERNAL,  # answered as what refused the operation
    DoneBefore: _INTERNAL,  # answered, with what was answered then, by the route
    KeyTaken: _INTERNAL,  # a use case makes more of it
    Unavailable: Problem(503, "storage_unavailable", "storage cannot be reached now", _RETRY),
    KeysUnavailable: Problem(
        503, "keys_unavailable", "the token's issuer cannot be reached now", _RETRY
    ),
    LimitsUnavailable: Problem(
        503, "limits_unavailable", "tries cannot be counted now: wait before the next", _RETRY
    ),
    Crowded: Problem(503, "crowded", "too many ask for this at once", _RETRY),
    Busy: Problem(503, "busy", "too many writers at once", _RETRY),
}


def refusal(incoming: Incoming, error: Exception) -> Answer:
    """The answer to the error that a request ran into."""
    answer = answer_to(error, incoming.id)
    incoming.code = answer.code
    return answer


def answer_to(error: Exception, request_id: str) -> Answer:
    """The answer to an error. What is our fault stands in the log under the same request id."""
    problem = _problem_of(error.reason if isinstance(error, BatchRefused) else error)
    _log_problem(problem, error)
    errors = _errors_of(error)
    document: dict[str, Any] = {
        "type": f"urn:taskhaven:problem:{problem.code}",
        "title": _title(problem.status),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail or (_count(errors) if errors else str(error)),
        "request_id": request_id,
    }
    if errors:
        document["errors"] = errors[:_MOST_ERRORS]
    headers = {"content-type": MEDIA_TYPE, **problem.headers}
    if isinstance(error, MethodNotAllowedException):
        headers["allow"] = allow((error.headers or {}).get("allow", "").split(", "))
    if isinstance(error, TooManyTries | TooManyRequests):
        headers["retry-after"] = str(max(1, ceil(error.wait.total_seconds())))
    return Answer(problem.status, headers, msgspec.json.encode(document), problem.code)


def _problem_of(error: Exception) -> Problem:
    for kind in type(error).__mro__:
        if problem := PROBLEMS.get(kind):
            return problem
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(error.status_code, "bad_request", "the request cannot be answered as it is")
    return _INTERNAL


def _log_problem(problem: Problem, error: Exception) -> None:
    if problem is _INTERNAL:
        _log.error("request failed", exc_info=error)
    elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # others' texts may quote the client
        _log.warning(
            "request not served", extra={"said": {"code": problem.code, "why": str(error)}}
        )


def _errors_of(error: Exception) -> Sequence[dict[str, str]]:
    if isinstance(error, InvalidFields):
        return [{"pointer": _pointer(e.path), "detail": e.detail} for e in error.errors]
    if isinstance(error, BatchRefused):
        detail = _problem_of(error.reason).detail or str(error.reason)
        return [{"pointer": _pointer(("operations", error.place)), "detail": detail}]
    if isinstance(error, InvalidRequest):
        return [{fault.kind: fault.name, "detail": fault.detail} for fault in error.faults]
    return []


def _pointer(path: tuple[str | int, ...]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901 §6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="~") for step in steps)


def _count(errors: Sequence[dict[str, str]]) -> str:
    return "1 field is not valid" if len(errors) == 1 else f"{len(errors)} fields are not valid"


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase


# RFC 9110; older in Python
_TITLES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}
