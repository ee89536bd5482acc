"""A local HTTP server that publishes what a test tells it to, and counts who asks."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from adapters.tokens.fetching import KeySetUrl

_SIGNS = ("canary", "127.0.0.1", "localhost", "jwks", "http", ":")

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class KeySetServer:
    """Answers every request by `answer`, which a test may replace at any time."""

    def __init__(self, scheme: str, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.port = 0
        self._scheme = scheme
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the key set is."""
        return f"{self._scheme}://127.0.0.1:{self.port}/canary/jwks.json"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        connection = asyncio.current_task()
        assert connection
        self._connections.add(connection)
        try:
            first = await reader.readexactly(1)
            if first.isalpha():  # else somebody wants TLS of a server that has none
                self.requests.append(first + await reader.readuntil(b"\r\n\r\n"))
                await self.answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client had enough, or the test
        finally:
            self._connections.discard(connection)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        """Cut off whoever still listens."""
        for connection in [*self._connections]:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[KeySetServer]:
    """The server for the length of the block, on a port that is free."""
    published = KeySetServer("https" if tls else "http", answer)
    server = await asyncio.start_server(published.serve, "127.0.0.1", 0, ssl=tls)
    published.port = server.sockets[0].getsockname()[1]
    try:
        yield published
    finally:
        server.close()
        await published.close()
        await server.wait_closed()


def saying(body: bytes, *, status: str = "200 OK", headers: Sequence[str] = ()) -> Answer:
    """An answer of this body, with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return answer


def trickling(chunk: bytes, *, every: float, headers: str = "") -> Answer:
    """An answer without end: this, again and again, with a pause between."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\r\n".encode())
        while True:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(every)

    return answer


async def complaint(url: str) -> str:
    """What is said of an address that gives no document: nothing of the address."""
    with pytest.raises(OSError) as raised:  # noqa: PT011 - no message is foreseen
        await KeySetUrl(url)()
    message = str(raised.value)
    assert message
    assert not [sign for sign in _SIGNS if sign in message]
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return message
