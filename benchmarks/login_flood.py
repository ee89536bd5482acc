"""What logins cost everybody else: `python -m benchmarks.login_flood --help`.

Starts `taskhaven serve` on each storage, and a process that reads one user's list at a constant
rate: alone, while a hundred people log in at once, and while a hundred logins are under way all the
time. After that, how long a login takes that fails because nobody is known by the address, or
because the password is wrong.
"""

import argparse
import asyncio
import json
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, inf, sqrt
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Self

from domain.owner import Actor, Owner
from tests.http.api import container, signer_of
from tests.http.server import Server
from tests.postgres_server import postgres

_TASKS = 20  # that the one user has
_TRIES = 3  # wrong passwords for one account: fewer than make anybody wait
_LOOKS = 0.05  # seconds between looks at the worker's memory
_WARM_UP = 1.0  # seconds
_LONGEST = 900  # seconds for one storage: something is wrong when it takes longer
_PAUSE = 1.0  # seconds for what the round before left to be done
_ROUNDS = ("alone", "logins at once", "reads at once", "logins all the time")


def main() -> None:
    arguments = _arguments()
    for storage in arguments.storage:
        with (
            _database(storage) as url,
            tempfile.TemporaryDirectory() as folder,
            Server(Path(folder), DATABASE_URL=url, RATE_LIMIT="off") as server,
        ):
            measuring = _measure(storage, server, arguments)
            asyncio.run(asyncio.wait_for(measuring, _LONGEST))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    both = ["sqlite", "postgresql"]
    parser.add_argument("--storage", nargs="+", choices=both, default=both)
    parser.add_argument("--logins", type=int, default=100, help="logins at once")
    parser.add_argument("--rate", type=int, default=100, help="reads a second")
    parser.add_argument("--rounds", type=int, default=3, help="of each")
    parser.add_argument(
        "--seconds", type=float, default=5, help="that a round takes, but for one of logins at once"
    )
    parser.add_argument("--fails", type=int, default=300, help="failing logins of each kind")
    return parser.parse_args()


@contextmanager
def _database(storage: str) -> Iterator[str]:
    """The address of a new database, for the length of the block."""
    if storage == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/taskhaven.db"
    else:
        with postgres() as server:
            yield server.create_database(f"flood_{secrets.token_hex(8)}")


async def _measure(storage: str, server: Server, arguments: argparse.Namespace) -> None:
    token = _token_of("alice")
    for number in range(_TASKS):
        await _ask(server.port, _post("/tasks", {"title": f"Task {number}"}, token))
    people = [(_new_email(), secrets.token_urlsafe()) for _ in range(arguments.logins)]
    for email, password in people:
        await _ask(server.port, _log_in(email, password, "register"))

    rounds: dict[str, list[_Reads]] = {name: [] for name in _ROUNDS}
    floods = []
    with _Readers(server.port, token, arguments.rate) as readers:
        for _ in range(arguments.rounds):
            await asyncio.sleep(_PAUSE)
            rounds["alone"].append(readers.between(*await _silence(arguments.seconds)))
            await asyncio.sleep(_PAUSE)
            floods.append(flood := await _flood(server, people, 0))
            rounds["logins at once"].append(readers.between(flood.began, flood.ended))
            await asyncio.sleep(_PAUSE)
            burst = await _burst(server.port, token, len(people), flood.ended - flood.began)
            rounds["reads at once"].append(readers.between(*burst))
            await asyncio.sleep(_PAUSE)
            floods.append(flood := await _flood(server, people, arguments.seconds))
            rounds["logins all the time"].append(readers.between(flood.began, flood.ended))

    _print_reads(storage, rounds)
    for flood in floods:
        print(flood, flush=True)
    if arguments.fails:
        _print_fails(*await _failing(server.port, people, arguments.fails))


# The reads: in a process of their own, so that nothing here makes them wait.


@dataclass(frozen=True, slots=True)
class _Reads:
    """How long reads took, in milliseconds."""

    times: Sequence[float]

    def percentile(self, part: float) -> float:
        """What that part of them did not exceed."""
        times = sorted(self.times)
        return times[min(int(part * len(times)), len(times) - 1)]


class _Readers:
    """A process that sends a read every so often, whether or not the one before was answered."""

    def __init__(self, port: int, token: str, rate: int) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        request = _request("GET", "/tasks", token=token)
        self._process = context.Process(target=_read_on, args=(theirs, port, request, rate))

    def __enter__(self) -> Self:
        self._process.start()
        self._pipe.recv()  # it is warm
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(10)
        self._process.kill()

    def between(self, began: float, ended: float) -> _Reads:
        """The reads that were sent within these instants of the monotonic clock."""
        self._pipe.send((began, ended))
        reads: _Reads = self._pipe.recv()
        return reads


def _read_on(pipe: Connection, port: int, request: bytes, rate: int) -> None:
    asyncio.run(_reading(pipe, port, request, rate))


async def _reading(pipe: Connection, port: int, request: bytes, rate: int) -> None:
    idle: list[_Connected] = []
    taken: list[tuple[float, float]] = []
    under_way: set[asyncio.Task[None]] = set()

    async def read() -> None:
        began = monotonic()
        while idle and idle[-1].closed:  # one that nobody needed for a while
            idle.pop()
        connection = idle.pop() if idle else await _Connected.to(port)
        status, _ = await connection.ask(request)
        taken.append((began, (monotonic() - began) * 1000 if status == 200 else inf))
        idle.append(connection)

    started = due = monotonic()
    warm = False
    while True:
        task = asyncio.create_task(read())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        due += 1 / rate
        await asyncio.sleep(max(0.0, due - monotonic()))
        if not warm and due - started > _WARM_UP:
            warm = True
            pipe.send(None)
        if pipe.poll():
            asked = pipe.recv()
            if asked is None:
                break
            await asyncio.gather(*under_way)
            began, ended = asked
            pipe.send(_Reads([took for at, took in taken if began <= at <= ended]))
            due = monotonic()
    for connection in idle:
        connection.close()


async def _silence(seconds: float) -> tuple[float, float]:
    """From when to when nothing else happened."""
    began = monotonic()
    await asyncio.sleep(seconds)
    return began, monotonic()


def _print_reads(storage: str, rounds: Mapping[str, Sequence[_Reads]]) -> None:
    print(f"\n| {storage}: ms of a read | reads a round | p50 | p99 | worst | p99 / p99 alone |")
    print("|---|---|---|---|---|---|")
    alone = median(reads.percentile(0.99) for reads in rounds["alone"])
    for name, measured in rounds.items():
        count = median(len(reads.times) for reads in measured)
        cells = [_spread([r.percentile(part) for r in measured]) for part in (0.5, 0.99, 1)]
        ratio = median(reads.percentile(0.99) for reads in measured) / alone
        print(f"| {name} | {count:.0f} | {' | '.join(cells)} | {ratio:.2f} |")
    print(flush=True)


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


# The flood.


@dataclass(frozen=True, slots=True)
class _Flood:
    """Many logins at once: from when to when, how they were answered, and the memory it took."""

    began: float
    ended: float
    answers: Counter[int]
    before: float | None
    during: float | None

    def __str__(self) -> str:
        said = ", ".join(
            f"{count} answered {status}" for status, count in sorted(self.answers.items())
        )
        memory = "" if self.before is None else f"; worker {self.before:.0f} MiB"
        memory += "" if self.during is None else f", at most {self.during:.0f} MiB in it"
        return f"logins: {said} in {self.ended - self.began:.2f} s{memory}"


async def _flood(server: Server, people: Sequence[tuple[str, str]], seconds: float) -> _Flood:
    """Everybody logs in at once, and again as soon as they are in, until the seconds are over."""
    resident = _resident(server)
    before, most = resident(), [0.0]
    answers: Counter[int] = Counter()

    async def look() -> None:
        while True:
            most.append(resident() or 0)
            await asyncio.sleep(_LOOKS)

    async def log_in(connection: _Connected, person: tuple[str, str]) -> None:
        again = True
        while again:
            status, _ = await connection.ask(_log_in(*person))
            answers[status] += 1
            again = monotonic() - began < seconds
        connection.close()

    connections = [await _Connected.to(server.port) for _ in people]
    looking = asyncio.create_task(look())
    began = monotonic()
    await asyncio.gather(*(log_in(*each) for each in zip(connections, people, strict=True)))
    ended = monotonic()
    looking.cancel()
    return _Flood(began, ended, answers, before, max(most) or None)


async def _burst(port: int, token: str, count: int, seconds: float) -> tuple[float, float]:
    """From when to when: that many reads at once, and nothing for the rest of the seconds.

    It tells what many requests at once cost, whatever they ask.
    """
    connections = [await _Connected.to(port) for _ in range(count)]
    request = _request("GET", "/tasks", token=token)
    began = monotonic()
    await asyncio.gather(*(connection.ask(request) for connection in connections))
    for connection in connections:
        connection.close()
    await asyncio.sleep(max(0.0, began + seconds - monotonic()))
    return began, began + seconds


def _resident(server: Server) -> Callable[[], float | None]:
    """Tells the MiB of memory that the server's one worker has, where the system tells (Linux)."""
    pid = server._process.pid if server._process else 0
    try:
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return lambda: None
    status = Path(f"/proc/{worker}/status")

    def look() -> float:
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    return look


# Logins that fail.


async def _failing(
    port: int, people: Sequence[tuple[str, str]], count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of logins with an unknown address and with a wrong password, in turns.

    Of both kinds there are as many for one address, so that what is counted is counted alike.
    """
    known = [email for email, _ in people][: -(-count // _TRIES)]
    unknown = [_new_email() for _ in known]
    times: dict[bool, list[float]] = {True: [], False: []}
    connection = await _Connected.to(port)
    for number in range(min(count, _TRIES * len(known))):
        place = number % len(known)
        turns = (True, False) if number % 2 else (False, True)
        for is_known in turns:
            email = (known if is_known else unknown)[place]
            request = _log_in(email, secrets.token_urlsafe())
            began = monotonic()
            status, _ = await connection.ask(request)
            times[is_known].append((monotonic() - began) * 1000)
            if status != 401:
                raise RuntimeError(f"a login that fails was answered {status}")
    connection.close()
    return times[False], times[True]


def _print_fails(unknown: Sequence[float], wrong: Sequence[float]) -> None:
    distance, chance = _kolmogorov_smirnov(unknown, wrong)
    print(
        f"login that fails, {len(unknown)} of each: unknown {median(unknown):.2f} ms, "
        f"wrong password {median(wrong):.2f} ms; Kolmogorov-Smirnov D = {distance:.3f}, "
        f"p = {chance:.2f}",
        flush=True,
    )


def _kolmogorov_smirnov(some: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """How far two distributions are apart, and how often equal ones would be as far."""
    one, two = sorted(some), sorted(others)
    distance, first, second = 0.0, 0, 0
    for value in sorted({*one, *two}):
        while first < len(one) and one[first] <= value:
            first += 1
        while second < len(two) and two[second] <= value:
            second += 1
        distance = max(distance, abs(first / len(one) - second / len(two)))
    size = sqrt(len(one) * len(two) / (len(one) + len(two)))
    scaled = (size + 0.12 + 0.11 / size) * distance
    if scaled < 0.2:
        return distance, 1.0  # where the series below converges too slowly
    terms = (2 * (-1) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, sum(terms)))


# HTTP, with as little work as possible.


class _Connected:
    """A connection that asks one thing at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        return int(head.split()[1]), await self._reader.readexactly(int(length))

    @property
    def closed(self) -> bool:
        """Whether the server has closed it."""
        return self._reader.at_eof()

    def close(self) -> None:
        self._writer.close()


async def _ask(port: int, request: bytes) -> None:
    connection = await _Connected.to(port)
    status, body = await connection.ask(request)
    connection.close()
    if status != 201:
        raise RuntimeError(f"answered {status}: {body.decode()}")


def _request(method: str, path: str, body: object = None, token: str | None = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += (
        [f"Content-Type: application/json\r\nContent-Length: {len(content)}"] if content else []
    )
    return "\r\n".join([*lines, "", ""]).encode() + content


def _post(path: str, body: object, token: str | None = None) -> bytes:
    return _request("POST", path, body, token)


def _log_in(email: str, password: str, how: str = "login") -> bytes:
    return _post(f"/auth/{how}", {"email": email, "password": password})


def _new_email() -> str:
    return f"{secrets.token_hex(12)}@example.com"


def _token_of(user: str) -> str:
    """A token that is signed with the tests' secret, as a provider would."""
    actor = Actor(Owner(user))
    return signer_of(container()).sign(actor, expires_at=datetime.now(UTC) + timedelta(hours=1))


if __name__ == "__main__":
    main()
