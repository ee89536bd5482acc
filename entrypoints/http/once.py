"""`Idempotency-Key`: a retry gets the answer of the first try (contract §4)."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import msgspec

from application.once import DoneBefore, Once
from entrypoints.http.answers import Answer
from entrypoints.http.calls import Call
from entrypoints.http.errors import Fault, InvalidRequest

T = TypeVar("T")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class _Kept(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: str


def read_once(call: Call, answer: Callable[[T], Answer]) -> Once[T] | None:
    """What the request's key asks for, if it has one. Raises `InvalidRequest`."""
    lines = call.incoming.header(b"idempotency-key")
    if not lines:
        return None
    if len(lines) > 1 or not _KEY.fullmatch(lines[0]):
        raise InvalidRequest(
            Fault("header", "Idempotency-Key", "must be 1 to 255 visible ASCII characters")
        )
    return Once(lines[0], _digest(call), lambda outcome: _write(answer(outcome)))


def replay(before: DoneBefore) -> Answer:
    """The answer that was given when the command was done."""
    kept = msgspec.json.decode(before.answer, type=_Kept)
    headers = {**kept.headers, "idempotency-replayed": "true"}
    return Answer(kept.status, headers, kept.body.encode())


def _write(answer: Answer) -> str:
    kept = _Kept(answer.status, dict(answer.headers), answer.body.decode())
    return msgspec.json.encode(kept).decode()


def _digest(call: Call) -> str:
    """Of method, path and body; the four forms of a path are one."""
    asked = f"{call.incoming.method} {call.place}\n".encode()
    return sha256(asked + call.incoming.content).hexdigest()
