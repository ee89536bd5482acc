"""One line for each request."""

from collections.abc import Callable
from typing import Any

import structlog

from entrypoints.logs.rendering import lines
from entrypoints.logs.sink import STDERR

RequestLog = Callable[..., None]
"""Is called with `level` and what there is to say of a request."""


def request_log(kind: str, level: str) -> RequestLog:
    """Says what came of a request. Structlog's own way, which costs microseconds."""
    logger = structlog.wrap_logger(
        None,
        processors=[structlog.processors.add_log_level, *lines(kind), _hand_over],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()

    def say(level: str, **said: object) -> None:
        getattr(logger, level)("request", **said)

    return say


def _hand_over(_: object, __: str, line: Any) -> str:
    STDERR.write(line.encode("utf-8", "backslashreplace") + b"\n")
    raise structlog.DropEvent
