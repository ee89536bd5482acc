"""One line for each request."""

import logging
from collections.abc import Callable

from entrypoints.logs.rendering import line
from entrypoints.logs.sink import STDERR

RequestLog = Callable[..., None]
"""Is called with `level` and what there is to say of a request."""


def request_log(kind: str, level: str) -> RequestLog:
    """Says what came of a request, if its level is `level` or above.

    It goes through what makes lines of events, but past the loggers, which cost as much again.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    levels = {name: number for name, number in _LEVELS.items() if number >= least}
    rendered = line(kind)

    def say(level: str, **said: object) -> None:
        if level in levels:
            STDERR.write(rendered({"level": level, "event": "request", **said}) + b"\n")

    return say


_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "error": logging.ERROR}
