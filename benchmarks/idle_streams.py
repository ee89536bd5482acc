"""What streams cost that have nothing to say: `python -m benchmarks.idle_streams --help`.

Starts `taskhaven serve` on SQLite, opens so many streams of as many users, and looks at the memory
and processor time of the worker before and while they are open; at last one more user writes a few
times, and hears of it.
"""

import argparse
import asyncio
import os
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter

from application.identity import TokenSigner
from domain.owner import Actor, Owner
from tests.http.api import container, signer_of
from tests.http.server import Server

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SETTLED = 2.0  # seconds until what opening left to be done is done
_WRITES = 9


@dataclass(frozen=True, slots=True)
class Look:
    """The worker with so many `streams` open: bytes in memory, the share of a processor that it
    takes while nothing happens, and milliseconds until each write is heard of.
    """

    streams: int
    memory: int
    busy: float
    heard: Sequence[float]


def main() -> None:
    arguments = _arguments()
    before, after = asyncio.run(looks((0, arguments.streams), arguments.seconds))
    each = (after.memory - before.memory) / arguments.streams
    print(f"{arguments.streams} streams: {each / 1024:.1f} KiB each")
    print(
        f"worker {before.memory / 2**20:.0f} MiB before, {after.memory / 2**20:.0f} MiB with them"
    )
    print(
        f"{after.busy:.1%} of a processor while nothing happens; "
        f"a write is heard of in {median(after.heard):.0f} ms"
    )


async def looks(sizes: Sequence[int], seconds: float) -> Sequence[Look]:
    """A look, for so many seconds, at one server with each number of streams, which grows."""
    found = []
    opened: list[StreamWriter] = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'streams.db'}"
        with Server(Path(folder), DATABASE_URL=url) as server:
            for size in sizes:
                opened += [
                    (await _open(server, f"user-{number}"))[1]
                    for number in range(len(opened), size)
                ]
                found.append(await _look(server, size, seconds))
                print(f"looked at {size:,} streams", flush=True)
            for writer in opened:
                writer.close()
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20, help="to look at them")
    return parser.parse_args()


async def _look(server: Server, streams: int, seconds: float) -> Look:
    worker = _worker_of(server)
    await asyncio.sleep(_SETTLED)
    memory, ticks = _memory(worker), _ticks(worker)
    await asyncio.sleep(seconds)
    busy = (_ticks(worker) - ticks) / _TICKS / seconds
    user = f"writer-{streams}"
    reader, writer = await _open(server, user)
    heard = [await _heard(server, reader, user) for _ in range(_WRITES)]
    writer.close()
    return Look(streams, memory, busy, heard)


async def _open(server: Server, user: str) -> tuple[StreamReader, StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(_request("GET", "/api/v1/changes/stream", user))
    await reader.readuntil(b"retry: 1000")
    return reader, writer


async def _heard(server: Server, stream: StreamReader, user: str) -> float:
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
    token = _signer().sign(Actor(Owner(user)), expires_at=expires_at)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: taskhaven.test",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@cache
def _signer() -> TokenSigner:
    """Made once, which takes longer than to open a stream."""
    return signer_of(container())


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
