"""Turns events into text for people on a terminal."""

import sys
from collections.abc import Callable
from typing import Any

from structlog.dev import ConsoleRenderer


def renderer() -> Callable[[dict[str, Any]], str]:
    """What makes a line, or several where something was raised, of an event."""
    render = ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="time", pad_event_to=0)

    def say(event: dict[str, Any]) -> str:
        exception = event.pop("exception", None)
        line = str(render(None, "", {key: _printable(event[key]) for key in event}))
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
