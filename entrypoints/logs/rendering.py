"""Turns events into lines: JSON for machines, text for people on a terminal."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeAlias

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.errors import TaskhavenError
from entrypoints.request import request_id

Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

_FIRST = ("time", "level", "event", "request_id")
_MOST_FRAMES = 30
_QUOTED = re.compile(r"\s*[(<\n].*", re.DOTALL)

_time = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


def lines(kind: str) -> Sequence[Processor]:
    """What makes a line, as `json` or `console`, of an event that has its level."""
    return [_time, _json if kind == "json" else _console()]


def formatter(kind: str) -> logging.Formatter:
    """Makes a line of whatever comes by way of the standard library's logging.

    What a record `said` (a mapping given as `extra`) becomes members of the event. Of an exception
    the type and the way to it are told. Its text only if it is one of our own: the texts of others
    may hold whatever a client or a database said.
    """
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, _where_from],
        processors=[
            _take_over,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *lines(kind),
        ],
    )


def _where_from(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["logger"] = event["_record"].name
    if (id := request_id.get()) is not None:
        event["request_id"] = id
    return event


def _take_over(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    if record.name == "asyncio":  # it quotes tasks and what they were given, errors with their text
        event["event"] = _QUOTED.sub("", str(event["event"]))
    event.update(getattr(record, "said", {}))
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        event["exception"] = _told(raised)
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


def _json(_: WrappedLogger, __: str, event: EventDict) -> str:
    ordered = {name: event[name] for name in _FIRST if name in event}
    ordered.update(event)
    with suppress(UnicodeEncodeError):  # a lone surrogate
        line = msgspec.json.encode(ordered, enc_hook=repr).decode()
        if line.isprintable():
            return line
    return json.dumps(ordered, default=repr)  # slower, and escapes what could forge a line


def _console() -> Processor:
    colours = sys.stderr.isatty()
    render = structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="time", pad_event_to=0)

    def say(logger: WrappedLogger, name: str, event: EventDict) -> str:
        exception = event.pop("exception", None)
        line = str(render(logger, name, {key: _printable(event[key]) for key in event}))
        if exception is None:
            return line
        about = exception["type"] + (f": {exception['text']}" if "text" in exception else "")
        return "\n".join([line, *(f"    {step}" for step in exception["at"]), f"    {about}"])

    return say


def _printable(value: object) -> object:
    """Nothing that could forge a line, or steer a terminal."""
    if isinstance(value, str) and not value.isprintable():
        return repr(value)
    return value
