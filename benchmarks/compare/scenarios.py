"""What is asked of the systems, as bytes ready to be sent.

Reads and writes have tasks of their own, so that what is read stays as it was made: reads have
those with even places in their owner's list, writes those with odd ones.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from benchmarks.compare.data import DataSet, owner_of
from benchmarks.compare.systems import OURS, System

PAGE_SIZE = 50
CHANGES_TOLD = 10

_REQUESTS = 5000  # different ones of a scenario, sent in turns


@dataclass(frozen=True, slots=True)
class Target:
    """An owner's task; `behind` is a journal position that the owner's last changes are beyond."""

    owner: str
    task_id: str
    behind: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of request, and the status that answers it.

    `path` is what follows the base. In the `body` is a place for a number, which is another one
    each time. `ours` alone know what some are about.
    """

    name: str
    status: int
    method: str
    path: Callable[[Target], str]
    body: str | None = None
    header: str = ""
    writes: bool = False
    forged: bool = False
    ours: bool = False

    def is_for(self, system: System) -> bool:
        """Whether the system knows what it is about."""
        return not self.ours or system.name in OURS


GET, LIST, POST, PUT, COMPLETE = "GET one", f"list {PAGE_SIZE}", "POST", "PUT", "PATCH complete"
NOT_MODIFIED, UNAUTHORIZED, CHANGES = "304", "401", f"changes, {CHANGES_TOLD}"

SHARED = (GET, LIST, POST, PUT, COMPLETE, UNAUTHORIZED)
"""The names of what every system is asked."""


def _one(target: Target) -> str:
    return f"/tasks/{target.task_id}"


SCENARIOS = (
    Scenario(GET, 200, "GET", _one),
    Scenario(LIST, 200, "GET", lambda _: f"/tasks?limit={PAGE_SIZE}"),
    Scenario(NOT_MODIFIED, 304, "GET", _one, header='If-None-Match: "1"', ours=True),
    Scenario(UNAUTHORIZED, 401, "GET", _one, forged=True),
    Scenario(
        CHANGES,
        200,
        "GET",
        lambda target: f"/changes?since=c{target.behind}&limit={CHANGES_TOLD}",
        ours=True,
    ),
    Scenario(
        POST,
        201,
        "POST",
        lambda _: "/tasks",
        '{"title": "Buy milk %08d", "description": "two litres", "due_date": "2026-12-01", '
        '"tags": ["home"]}',
        writes=True,
    ),
    Scenario(PUT, 200, "PUT", _one, '{"title": "Buy milk %08d", "priority": "high"}', writes=True),
    Scenario(COMPLETE, 200, "PATCH", lambda target: f"{_one(target)}/complete", writes=True),
)


class Tokens:
    """A token for each owner, good or with a signature of another secret, made beforehand."""

    def __init__(self, secret: str, owners: int) -> None:
        self._good = _sign(secret, owners)
        self._forged = _sign(secret[::-1], owners)

    def of(self, owner: str, *, forged: bool) -> str:
        """The owner's token."""
        return (self._forged if forged else self._good)[owner]


def requests(scenario: Scenario, system: System, data: DataSet, tokens: Tokens) -> Iterator[bytes]:
    """Requests of many owners, each without its body, in an order that all systems share."""
    for target in _targets(scenario, system, data):
        yield _head(scenario, system, target, tokens.of(target.owner, forged=scenario.forged))


def body(scenario: Scenario, number: int) -> bytes:
    """The body with that number."""
    return b"" if scenario.body is None else (scenario.body % number).encode()


def _targets(scenario: Scenario, system: System, data: DataSet) -> Iterator[Target]:
    chance = random.Random(scenario.name)  # noqa: S311 - the same each time
    sizes = list(data.sizes())
    for _ in range(_REQUESTS):
        number, size = chance.choice(sizes)
        place = 2 * chance.randrange(size // 2) + scenario.writes
        id = system.task_id(data.serial(number, place))
        yield Target(owner_of(number).subject, id, max(0, size - CHANGES_TOLD))


def _head(scenario: Scenario, system: System, target: Target, token: str) -> bytes:
    path = system.base.format(owner=target.owner) + scenario.path(target)
    lines = [
        f"{scenario.method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
    ]
    if scenario.header:
        lines.append(scenario.header)
    if scenario.body is not None:
        length = len(body(scenario, 0))
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def _sign(secret: str, owners: int) -> dict[str, str]:
    now = datetime.now(UTC)
    claims = {"iat": now, "exp": now + timedelta(days=1)}
    names = [owner_of(number).subject for number in range(owners)]
    return {name: jwt.encode({"sub": name, **claims}, secret, "HS256") for name in names}
