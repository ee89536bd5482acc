"""Clients that listen to what changes: over a socket, and in process by ASGI's own means."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from litestar.types import ASGIApp

from tests.http.api import Json, User

PATIENCE = 20.0  # seconds for what takes less than one


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as the HTML standard reads it."""

    name: str
    id: str | None
    data: Json


def read_event(text: str) -> Event | None:
    """The event that is written between two blank lines; none for what is no event."""
    lines = [line.partition(": ") for line in text.split("\n")]
    fields = {name: value for name, _, value in lines if name}
    if "data" not in fields:
        return None
    return Event(fields["event"], fields.get("id"), json.loads(fields["data"]))


class Stream:
    """A stream that is open."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self._events = self._read()

    async def take(self, count: int, patience: float | None = PATIENCE) -> list[Event]:
        """The next events."""
        async with asyncio.timeout(patience):
            return [await anext(self._events) for _ in range(count)]

    async def close(self) -> None:
        await self._events.aclose()

    async def _read(self) -> AsyncGenerator[Event, None]:
        text = ""
        async with aclosing(self.answer.aiter_text()) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                *texts, text = (text + piece).split("\n\n")
                for event in map(read_event, texts):
                    if event is not None:
                        yield event


@asynccontextmanager
async def listening(
    user: User, query: str = "", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Stream]:
    """The user's stream, for the length of the block."""
    said = {"authorization": f"Bearer {user.token}", **(headers or {})}
    path = f"{user.base}/changes/stream{query}"
    async with user.client.stream("GET", path, headers=said) as answer:
        assert answer.status_code == 200, await answer.aread()
        stream = Stream(answer)
        try:
            yield stream
        finally:
            await stream.close()


def after(token: str) -> dict[str, str]:
    return {"last-event-id": token}


@dataclass
class Asked:
    """A request to an application in process, which goes on until it `leave`s."""

    app: ASGIApp
    user: User
    method: str = "GET"
    query: str = ""
    sent: list[Any] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    _asked: bool = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        """The application at work, for the length of the block."""
        path = f"{self.user.base}/changes/stream"
        headers = [(b"host", b"x"), (b"authorization", f"Bearer {self.user.token}".encode())]
        scope: Any = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": self.method, "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": self.query.encode(), "headers": headers, "state": {},
            "server": ("x", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        task: asyncio.Task[None] = asyncio.ensure_future(self.app(scope, self._receive, self._send))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])

    @property
    def text(self) -> str:
        """All that was sent."""
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    async def until(self, text: str, count: int = 1) -> None:
        """Wait until that text was sent so many times."""
        async with asyncio.timeout(PATIENCE), self._grown:
            await self._grown.wait_for(lambda: self.text.count(text) >= count)

    async def _receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        async with self._grown:
            self.sent.append(message)
            self._grown.notify_all()
