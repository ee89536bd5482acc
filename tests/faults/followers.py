"""Writers and followers of one user on two servers, of which one is killed in the middle."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.http.api import Json, User, over_socket, path_of
from tests.http.server import Server
from tests.http.streams import after, listening

_PATIENCE = 30.0  # seconds for all to catch up in the end
_NEW = {"title": "new"}
_AGAIN = 0.1  # seconds until somebody who was cut off tries again


@dataclass
class Times:
    """When each version of each task was asked for."""

    asked: dict[tuple[str, int], float] = field(default_factory=dict)

    def note(self, task: Json, since: float) -> None:
        self.asked[task["id"], task["version"]] = since

    def delay(self, change: Json) -> float | None:
        """How long ago what this change tells was asked for; none if nobody knows yet."""
        asked = self.asked.get((change["id"], change.get("version", 0)))
        return None if asked is None else time.monotonic() - asked


@dataclass
class Writer:
    """Does something every now and then, by whichever server answers."""

    users: Sequence[User]
    times: Times
    pause: float
    there: list[str] = field(default_factory=list)
    accepted: int = 0
    cut_off: int = 0

    async def write(self, until: float) -> None:
        while time.monotonic() < until:
            await self._write_one()
            await asyncio.sleep(random.random() * 2 * self.pause)

    async def _write_one(self) -> None:
        """One write, sent with its key until somebody answers it."""
        method, path, body = self._something() if self.there else ("POST", "/tasks", _NEW)
        key, began = {"idempotency-key": str(uuid4())}, time.monotonic()
        while True:
            with suppress(httpx2.TransportError):
                user = random.choice(self.users)
                answer = await user.send(method, path, json=body, headers=key)
                if answer.status_code != 503:
                    break
            self.cut_off += 1
            await asyncio.sleep(_AGAIN)
        self.accepted += answer.is_success
        if answer.is_success and answer.content:
            self._note(answer.json(), began)

    def _note(self, told: Json, began: float) -> None:
        results = told.get("results", [{"task": told}])
        for task in [result["task"] for result in results]:
            self.times.note(task, began)
            if task["version"] == 1:
                self.there.append(task["id"])

    def _something(self) -> tuple[str, str, Json | None]:
        id = random.choice(self.there)
        complete = {"op": "complete", "id": id}
        ways: list[tuple[int, str, str, Json | None]] = [
            (3, "POST", "/tasks", _NEW),
            (5, "PATCH", path_of(id), {"title": str(uuid4())}),
            (2, "PATCH", f"{path_of(id)}/complete", None),
            (2, "DELETE", path_of(id), None),
            (1, "DELETE", f"{path_of(id)}?permanent=true", None),
            (2, "POST", f"{path_of(id)}/restore", None),
            (1, "POST", f"{path_of(id)}/revert", {"version": 1}),
            (1, "POST", "/tasks/batch", {"operations": [{"op": "create", "task": _NEW}, complete]}),
        ]
        _, method, path, body = random.choices(ways, [often for often, *_ in ways])[0]
        return method, path, body


@dataclass
class Client:
    """Follows by stream, from the last event that it got, at whichever server answers."""

    users: Sequence[User]
    times: Times
    since: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    began: str = ""
    seen: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    streams: int = 0

    async def follow(self) -> None:
        while True:
            user = random.choice(self.users)
            with suppress(httpx2.TransportError):
                if not self.since:
                    await self._start(user)
                await self._listen(user)
            await asyncio.sleep(_AGAIN)

    async def _start(self, user: User) -> None:
        path = "/changes"
        while True:
            answer = await user.send("GET", path)
            told = answer.json()
            for change in told["changes"]:
                self._apply(change)
            path = f"/changes?since={told['next']}"
            if "link" not in answer.headers:
                self.began = self.since = told["next"]
                return

    async def _listen(self, user: User) -> None:
        async with listening(user, headers=after(self.since)) as stream:
            self.streams += 1
            while True:
                (event,) = await stream.take(1, patience=None)
                if event.name != "change":
                    return
                assert event.id
                delay = self.times.delay(event.data)
                if delay is not None:
                    self.delays.append(delay)
                self._apply(event.data)
                self.since = event.id
                self.seen.append(place(event.id))

    def _apply(self, change: Json) -> None:
        if change.get("deleted"):
            self.tasks.pop(change["id"], None)
        else:
            self.tasks[change["id"]] = change


@dataclass(frozen=True)
class Findings:
    """What came of it."""

    position: int
    accepted: int
    cut_off: int
    streams: int
    told: int
    delays: Sequence[float]
    different: int
    repeated: int
    missed: int
    caught_up: float


def place(token: str) -> int:
    """The position that a token is of."""
    return int(token.removeprefix("c"))


async def followed(
    servers: Sequence[Server], *, writers: int, clients: int, seconds: float, pause: float
) -> Findings:
    """Write and follow for so long; the first server is killed in the middle, and started again."""
    times = Times()
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(over_socket(server.url)) for server in servers]
        subject = f"user-{uuid4()}"
        users = [api.user(subject) for api in apis]
        for _ in range(5):
            await users[0].create()
        all_writers = [Writer(users, times, pause) for _ in range(writers)]
        all_clients = [Client(users, times) for _ in range(clients)]
        following = [asyncio.create_task(client.follow()) for client in all_clients]
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(writer.write(until) for writer in all_writers), _kill(servers[0], seconds / 2)
        )
        ended = time.monotonic()
        try:
            position = place(await _last(users[1]))
            await _wait(lambda: all(place(c.since) >= position for c in all_clients), following)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
        caught_up = time.monotonic() - ended
        there = await _everything(users[1])
        last = await _last_changes(users[1])
    return Findings(
        position=position,
        accepted=sum(writer.accepted for writer in all_writers),
        cut_off=sum(writer.cut_off for writer in all_writers),
        streams=sum(client.streams for client in all_clients),
        told=sum(len(client.seen) for client in all_clients),
        delays=sorted(delay for client in all_clients for delay in client.delays),
        different=sum(client.tasks != there for client in all_clients),
        repeated=sum(client.seen != sorted({*client.seen}) for client in all_clients),
        missed=sum(
            len({at for at in last if at > place(client.began)} - {*client.seen})
            for client in all_clients
        ),
        caught_up=caught_up,
    )


async def _kill(server: Server, after_: float) -> None:
    await asyncio.sleep(after_)
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(server.start)


async def _wait(done: Callable[[], bool], meanwhile: Sequence["asyncio.Task[None]"]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
        for task in meanwhile:
            if task.done():
                task.result()


async def _pages(user: User, path: str, take: Callable[[Any], None]) -> str:
    while True:
        answer = await user.send("GET", path)
        take(answer.json())
        link = answer.headers.get("link", "")
        if not link:
            return answer.text
        path = link[1:].partition(">")[0].removeprefix(user.base)


async def _everything(user: User) -> dict[str, Json]:
    found: dict[str, Json] = {}
    await _pages(user, "/tasks?limit=500", lambda page: found.update({t["id"]: t for t in page}))
    return found


async def _last(user: User) -> str:
    """How far the journal has come."""
    tokens: list[str] = []
    await _pages(user, "/changes?limit=500", lambda page: tokens.append(page["next"]))
    return tokens[-1]


async def _last_changes(user: User) -> list[int]:
    """Where each task last changed."""
    async with listening(user, "?since=c0") as stream:
        position, found = place(await _last(user)), [0]
        while found[-1] < position:
            (event,) = await stream.take(1)
            assert event.id
            found.append(place(event.id))
    return found[1:]
