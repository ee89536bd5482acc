"""What streams cost that have nothing to say: `python -m benchmarks.idle_streams --help`.

Starts `taskhaven serve` on SQLite, opens so many streams of as many users, and looks at the memory
and processor time of the worker before and while they are open; at last one user writes, and hears
of it.
"""

import argparse
import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from domain.owner import Actor, Owner
from tests.http.api import container, signer_of
from tests.http.server import Server

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'streams.db'}"
        with Server(Path(folder), DATABASE_URL=url) as server:
            asyncio.run(_measure(server, arguments.streams, arguments.seconds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20, help="to look at them")
    return parser.parse_args()


async def _measure(server: Server, streams: int, seconds: float) -> None:
    worker = _worker_of(server)
    before = _memory(worker)
    opened = [await _open(server, f"user-{number}") for number in range(streams)]
    await asyncio.sleep(2)
    with_them, ticks = _memory(worker), _ticks(worker)
    await asyncio.sleep(seconds)
    busy = (_ticks(worker) - ticks) / _TICKS / seconds
    heard = await _heard(server, opened[-1][0], f"user-{streams - 1}")
    print(f"{streams} streams: {(with_them - before) / streams / 1024:.1f} KiB each")
    print(f"worker {before / 2**20:.0f} MiB before, {with_them / 2**20:.0f} MiB with them")
    print(f"{busy:.1%} of a processor while nothing happens; a write is heard of in {heard:.0f} ms")
    for _, writer in opened:
        writer.close()


async def _open(server: Server, user: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(_request("GET", "/api/v1/changes/stream", user))
    await reader.readuntil(b"retry: 1000")
    return reader, writer


async def _heard(server: Server, stream: asyncio.StreamReader, user: str) -> float:
    """Milliseconds from a write until its user's stream tells of it."""
    body = b'{"title": "Buy milk"}'
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    started = perf_counter()
    writer.write(_request("POST", "/api/v1/tasks", user, body))
    await stream.readuntil(b"event: change")
    writer.close()
    return (perf_counter() - started) * 1000


def _request(method: str, path: str, user: str, body: bytes = b"") -> bytes:
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    token = signer_of(container()).sign(Actor(Owner(user)), expires_at=expires_at)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: taskhaven.test",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _worker_of(server: Server) -> int:
    """The process that serves: of those that the server started, the one that has most memory."""
    parent = server.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(map(int, children), key=_memory)


def _memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    main()
