"""Which request is being answered, for whoever writes a log line about it."""

from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id that the answer carries too; none outside of requests."""
