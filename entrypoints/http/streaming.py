"""Answers that are sent piece by piece, and server-sent events (the HTML standard, §9.2)."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

from litestar.types import Receive, Scope, Send

from entrypoints.http.incoming import incoming_of

_SLOW = 15.0  # seconds in which a client has to take a piece

EVENTS: Mapping[str, str] = {
    "content-type": "text/event-stream",
    "cache-control": "private, no-cache, no-transform",
    "x-accel-buffering": "no",  # a proxy is to pass each event on at once
}


class Streamed:
    """Sends what `pieces` gives until it ends, or the client goes away or takes nothing any more.

    The next piece is made when the last one was taken, so nothing piles up for a slow client. What
    makes them must bear to be broken off while it waits: see `asyncio.shield`.
    """

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str] = EVENTS
    ) -> None:
        self._pieces = pieces
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        if incoming_of(scope).is_head:  # whose answer has no body to wait for
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._pieces):
            async for piece in self._pieces:
                try:
                    async with asyncio.timeout(_SLOW):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                except TimeoutError:
                    return  # unfinished, which makes the server close the connection
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def event(name: str, data: bytes, id: str | None = None) -> bytes:
    """One event; `data` is JSON on one line."""
    place = b"id: " + id.encode() + b"\n" if id is not None else b""
    return b"event: " + name.encode() + b"\n" + place + b"data: " + data + b"\n\n"


def comment(text: str = "") -> bytes:
    """What keeps a connection busy that has nothing to say."""
    return f": {text}\n\n".encode()
