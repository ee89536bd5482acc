"""`PasswordHasher` with argon2id: what fits, what is not even tried, how many run (R13, R15)."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import argon2
import pytest
from argon2 import Type, extract_parameters
from argon2.exceptions import VerifyMismatchError

from adapters.passwords import argon2id
from adapters.passwords.argon2id import Argon2id
from application.errors import Crowded
from domain.credentials import Password

PASSWORD, OTHER = Password("correct horse battery"), Password("correct horse batterY")
WAITING = 100


def made_with(memory: int = 19_456, passes: int = 2, kind: Type = Type.ID, length: int = 32) -> str:
    """A hash of no password, that says it was made so; by default as ours are."""
    name = {Type.ID: "argon2id", Type.I: "argon2i", Type.D: "argon2d"}[kind]
    salt, tag = ("A" * (-(-n * 4 // 3)) for n in (16, length))
    return f"${name}$v=19$m={memory},t={passes},p=1${salt}${tag}"


@dataclass
class Gate:
    """Stands in for argon2: takes note of every job, and lets none finish before it is open."""

    tried: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    running: int = 0
    most: int = 0
    done: int = 0
    opened: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, **_: object) -> "Gate":
        return self

    def verify(self, kept: str, password: str) -> bool:
        with self.lock:
            self.tried.append(kept)
            self.threads.add(threading.current_thread().name)
            self.running += 1
            self.most = max(self.most, self.running)
        self.opened.wait()
        with self.lock:
            self.running -= 1
            self.done += 1
        return True


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(argon2id, "Argon2", gate)
    yield gate
    gate.opened.set()


async def start(hasher: Argon2id, count: int) -> list[asyncio.Task[bool]]:
    """So many passwords being verified, or waiting for it."""
    kept = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")
    started = [asyncio.create_task(hasher.verify(PASSWORD, kept)) for _ in range(count)]
    await asyncio.sleep(0.05)
    return started


async def has_room(hasher: Argon2id) -> bool:
    """Whether one more password can be verified."""
    try:
        return await hasher.verify(PASSWORD, None)
    except Crowded:
        await asyncio.sleep(0.01)
        return False


async def test_a_hash_fits_its_password_and_no_other() -> None:
    hasher = Argon2id()

    kept = await hasher.hash(PASSWORD)

    assert await hasher.verify(PASSWORD, kept)
    assert not await hasher.verify(OTHER, kept)
    assert not await hasher.verify(Password(""), kept)
    assert PASSWORD.text not in kept


@pytest.mark.parametrize("text", ["😀" * 1024, " spaces ", "\u00e9\u00e9\u00e9\u00e9", "x" * 73])
async def test_R14_no_password_is_cut(text: str) -> None:
    hasher = Argon2id()

    kept = await hasher.hash(Password(text))

    assert await hasher.verify(Password(text), kept)
    assert not await hasher.verify(Password(text[:-1]), kept)
    assert not await hasher.verify(Password(text + "x"), kept)


async def test_R15_a_hash_says_how_it_was_made_and_no_two_are_equal() -> None:
    hasher = Argon2id()

    one, other = await hasher.hash(PASSWORD), await hasher.hash(PASSWORD)

    assert one != other
    made = extract_parameters(one)
    assert made.type is Type.ID
    assert (made.memory_cost, made.time_cost, made.parallelism) == (19_456, 2, 1)
    assert (made.salt_len, made.hash_len, made.version) == (16, 32, 19)


async def test_R10_for_no_hash_at_all_the_work_is_that_for_one_of_ours(gate: Gate) -> None:
    gate.opened.set()

    await Argon2id().verify(PASSWORD, None)

    (nobodys,) = gate.tried
    assert extract_parameters(nobodys) == extract_parameters(made_with())
    with pytest.raises(VerifyMismatchError):  # not one that argon2 refuses without the work
        argon2.PasswordHasher().verify(nobodys, PASSWORD.text)


async def test_no_password_fits_no_hash() -> None:
    assert not await Argon2id().verify(PASSWORD, None)
    assert not await Argon2id().verify(Password(""), None)


@pytest.mark.parametrize(
    "asked",
    [
        "m=4194304,t=1,p=1",
        "m=4294967295,t=4294967295,p=1",
        "m=8,t=4294967295,p=1",
        "m=19456,t=9,p=1",
        "m=155649,t=1,p=1",
        "m=64,t=1,p=5",
        "m=99999999999999999999999,t=1,p=1",
    ],
)
async def test_R15_a_hash_that_asks_for_too_much_is_not_tried(gate: Gate, asked: str) -> None:
    gate.opened.set()
    kept = f"$argon2id$v=19${asked}$c29tZXNhbHRzb21lc2FsdA${'A' * 43}"

    await Argon2id().verify(PASSWORD, kept)

    (tried,) = gate.tried
    assert tried != kept
    assert extract_parameters(tried).memory_cost == 19_456


async def test_R15_one_that_asks_for_four_times_as_much_still_is() -> None:
    dear = argon2.PasswordHasher(time_cost=2, memory_cost=4 * 19_456, parallelism=1)

    assert await Argon2id().verify(PASSWORD, dear.hash(PASSWORD.text))


@pytest.mark.parametrize(
    "kept",
    [
        *("", "x", "$", "$$$$$", "correct horse battery", "\0", "$2b$12$" + "a" * 53),
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=19456,t=2,p=1$!$!",
        "$argon2id$v=19$m=19456,t=2$c29tZXNhbHQ$AAAA",
        "$argon2id$v=19$m=-8,t=-1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
        "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
        "$argon2id$v=99$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
        "$argon2x$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$\u00e9",
    ],
    ids=lambda kept: ascii(kept)[:40],
)
async def test_R15_what_is_no_hash_fits_nothing_and_breaks_nothing(kept: str) -> None:
    assert not await Argon2id().verify(PASSWORD, kept)


@pytest.mark.parametrize(
    ("kept", "outdated"),
    [
        (made_with(), False),
        (made_with(memory=19_455), True),
        (made_with(passes=1), True),
        (made_with(kind=Type.I), True),
        (made_with(length=16), True),
        (made_with(passes=3), False),
    ],
    ids=["ours", "less memory", "fewer passes", "argon2i", "shorter", "more passes"],
)
def test_R15_a_hash_made_with_less_care_is_outdated(kept: str, outdated: bool) -> None:
    assert Argon2id().outdated(kept) is outdated


@pytest.mark.parametrize("threads", [1, 3])
async def test_R13_no_more_run_at_once_than_there_are_threads(gate: Gate, threads: int) -> None:
    hasher = Argon2id(threads)

    started = await start(hasher, 40)
    assert gate.running == threads
    gate.opened.set()
    await asyncio.gather(*started)

    assert (gate.most, gate.done) == (threads, 40)
    assert all(name.startswith("argon2") for name in gate.threads)


async def test_R13_who_comes_when_too_many_wait_is_told_so_at_once(gate: Gate) -> None:
    hasher = Argon2id(threads=2)
    started = await start(hasher, 2 + WAITING)

    for attempt in (hasher.verify(PASSWORD, None), hasher.hash(PASSWORD)):
        with pytest.raises(Crowded):
            await asyncio.wait_for(attempt, timeout=10)

    gate.opened.set()
    assert await asyncio.gather(*started) == [True] * (2 + WAITING)
    assert await hasher.verify(PASSWORD, None)
    assert gate.most == 2


async def test_R13_a_job_whose_caller_has_gone_keeps_its_place_until_it_is_done(
    gate: Gate,
) -> None:
    hasher = Argon2id(threads=1)
    abandoned = await start(hasher, 1 + WAITING)
    for task in abandoned:
        task.cancel()
    gone = await asyncio.gather(*abandoned, return_exceptions=True)
    assert {type(result) for result in gone} == {asyncio.CancelledError}

    with pytest.raises(Crowded):
        await asyncio.wait_for(hasher.verify(PASSWORD, None), timeout=10)

    assert gate.running == 1
    gate.opened.set()
    tried = [await has_room(hasher) for _ in range(500)]
    assert tried[-1]
    assert gate.most == 1
    assert gate.done == 1 + WAITING + tried.count(True)


async def test_R13_a_job_that_fails_gives_its_place_back() -> None:
    hasher = Argon2id(threads=1)

    for _ in range(3 + WAITING):
        with pytest.raises(UnicodeEncodeError):
            await hasher.hash(Password("\ud800"))

    assert await hasher.verify(PASSWORD, await hasher.hash(PASSWORD))


async def test_R13_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    hashing = asyncio.create_task(Argon2id().hash(PASSWORD))

    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 10
