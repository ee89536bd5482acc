"""Turns events into lines: JSON for machines, text for people on a terminal."""

import json
import logging
import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeAlias

import msgspec

from domain.errors import TaskhavenError
from entrypoints.request import request_id

Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]
Event: TypeAlias = dict[str, Any]

_DELETE = b"\x7f"  # the one character of ASCII that JSON need not escape, and terminals act on
_MOST_FRAMES = 30
_QUOTED = re.compile(r"\s*[(<\n].*", re.DOTALL)


def line(kind: str) -> Callable[[Event], bytes]:
    """What makes a line, as `json` or `console`, of an event that has its level, but no time.

    What the event has stands there in its order.
    """
    render = _json if kind == "json" else _console()

    def of(event: Event) -> bytes:
        return render({"time": f"{datetime.now(UTC).isoformat()[:-6]}Z", **event})

    return of


def formatter(kind: str) -> logging.Formatter:
    """Makes a line of whatever comes by way of the standard library's logging.

    What a record `said` (a mapping given as `extra`) becomes members of the event. Of an exception
    the type and the way to it are told. Its text only if it is one of our own: the texts of others
    may hold whatever a client or a database said.
    """
    return _Lines(line(kind))


class _Lines(logging.Formatter):
    def __init__(self, render: Callable[[Event], bytes]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        return self._render(_event_of(record)).decode()


def _event_of(record: logging.LogRecord) -> Event:
    event: Event = {"level": record.levelname.lower(), "event": record.getMessage()}
    if (id := request_id.get()) is not None:
        event["request_id"] = id
    event["logger"] = record.name
    if record.name == "asyncio":  # it quotes tasks and what they were given, errors with their text
        event["event"] = _QUOTED.sub("", event["event"])
    event.update(getattr(record, "said", {}))
    if record.exc_info and record.exc_info[0] is not None:
        event["exception"] = _told(record.exc_info)
    return event


def _told(raised: Raised) -> dict[str, Any]:
    kind, error, trace = raised
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if isinstance(error, TaskhavenError):
        told["text"] = str(error)
    if state := getattr(error, "sqlstate", None):
        told["sqlstate"] = state
    frames = traceback.extract_tb(trace)[-_MOST_FRAMES:]
    told["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return told


def _json(event: Event) -> bytes:
    with suppress(UnicodeEncodeError):  # a lone surrogate
        line = msgspec.json.encode(event, enc_hook=repr)
        if (line.isascii() and _DELETE not in line) or line.decode().isprintable():
            return line
    return json.dumps(event, default=repr).encode()  # slower, and escapes what could forge a line


def _console() -> Callable[[Event], bytes]:
    # It brings rich with it, and both take a while to import: only for those who see its colours.
    from entrypoints.logs.console import renderer

    render = renderer()
    return lambda event: render(event).encode("utf-8", "backslashreplace")
