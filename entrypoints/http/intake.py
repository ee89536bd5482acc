"""Takes in a request's body: whole, within a size and a time."""

import asyncio
from collections.abc import Mapping, Sequence

from litestar.types import Receive

from entrypoints.http.errors import BodyTooLarge, MalformedRequest, SlowBody

LONGEST_BODY = 256 * 1024
LONGEST_BATCH = 4 * 1024 * 1024
_PATIENCE = 10.0  # seconds for the whole body

# A client that is still sending does not read our 413, so what it sends is thrown away first,
# up to these bounds.
_MOST_DRAINED = 16 * 1024 * 1024
_DRAIN_PATIENCE = 5.0


async def take_body(
    lines: Mapping[bytes, Sequence[bytes]], receive: Receive, longest: int
) -> bytes:
    """The whole body of a request with these headers, of at most `longest` bytes; empty for none.

    Raises `BodyTooLarge`, `SlowBody`, and `MalformedRequest` if the client goes away in the middle.
    """
    lengths = lines.get(b"content-length")
    if not lengths and b"transfer-encoding" not in lines:
        return b""
    announced = int(lengths[0]) if lengths and lengths[0].isdigit() else 0
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(_PATIENCE):
            while more and max(announced, len(body)) <= longest:
                chunk, more = await _next_chunk(receive)
                body += chunk
    except TimeoutError:
        raise SlowBody(f"the body must arrive within {_PATIENCE:.0f} seconds") from None
    if max(announced, len(body)) <= longest:
        return bytes(body)
    if more:
        await _drain(receive)
    raise BodyTooLarge(f"the body may be at most {longest} bytes")


async def _next_chunk(receive: Receive) -> tuple[bytes, bool]:
    """A piece of the body, and whether more follows. Raises `MalformedRequest`."""
    message = await receive()
    if message["type"] != "http.request":
        raise MalformedRequest("the body ended early")
    return message.get("body", b""), message.get("more_body", False)


async def _drain(receive: Receive) -> None:
    drained, more = 0, True
    try:
        async with asyncio.timeout(_DRAIN_PATIENCE):
            while more and drained <= _MOST_DRAINED:
                chunk, more = await _next_chunk(receive)
                drained += len(chunk)
    except (TimeoutError, MalformedRequest):
        pass  # it stopped sending, so it can read the answer, or is gone
