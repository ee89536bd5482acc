"""`PasswordHasher` with argon2id (RFC 9106), in a few threads of its own."""

import asyncio
import os
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from operator import lt
from time import perf_counter
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2 import Type, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError

from application.errors import Crowded
from application.identity import PasswordHasher
from application.metering import PASSWORD_SECONDS, UNMETERED, Meter
from domain.credentials import Password

T = TypeVar("T")

# What OWASP advises at least: some 40 ms of one core.
_MEMORY = 19 * 1024  # KiB
_PASSES = 2
_LANES = 1
_LENGTH = 32  # bytes

_DEAREST = 4 * _MEMORY * _PASSES  # KiB times passes; a kept hash that asks for more is not tried
_WAITING = 100  # jobs at most; the last of them waits some seconds
_NICENESS = 10  # so that requests get the processor first


class Argon2id(PasswordHasher):
    """Runs as many at a time as leave one processor to everybody else, at least one.

    A job keeps its thread until it is done, even if its caller goes away, so the memory in use is
    bounded by the number of threads times 19 MiB.
    """

    def __init__(self, threads: int | None = None, meter: Meter = UNMETERED) -> None:
        self._meter = meter
        self._argon2 = Argon2(
            time_cost=_PASSES,
            memory_cost=_MEMORY,
            parallelism=_LANES,
            hash_len=_LENGTH,
            type=Type.ID,
        )
        self._threads = threads or max(1, (os.cpu_count() or 1) - 1)
        self._executor: ThreadPoolExecutor | None = None
        self._jobs = 0
        self._nobodys = _nobodys_hash()

    async def hash(self, password: Password) -> str:
        return await self._run(lambda: self._argon2.hash(password.text))

    async def verify(self, password: Password, kept: str | None) -> bool:
        if kept is None or _too_dear(kept):
            kept = self._nobodys
        return await self._run(lambda: self._fits(password, kept))

    def outdated(self, kept: str) -> bool:
        made = extract_parameters(kept)
        care = (made.memory_cost, made.time_cost, made.hash_len)
        return made.type is not Type.ID or any(map(lt, care, (_MEMORY, _PASSES, _LENGTH)))

    def _fits(self, password: Password, kept: str) -> bool:
        try:
            return self._argon2.verify(kept, password.text)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError) as error:
            if "allocation" in str(error):
                raise Crowded("there is no memory to check passwords with") from error
            return False

    async def _run(self, job: Callable[[], T]) -> T:
        if self._jobs >= self._threads + _WAITING:
            raise Crowded("too many passwords wait to be checked")
        if self._executor is None:
            self._executor = ThreadPoolExecutor(
                self._threads, thread_name_prefix="argon2", initializer=_step_back
            )
        self._jobs += 1
        began = perf_counter()
        future = asyncio.get_running_loop().run_in_executor(self._executor, job)
        future.add_done_callback(lambda _: self._done(began))
        return await asyncio.shield(future)

    def _done(self, began: float) -> None:
        self._jobs -= 1
        self._meter.time(PASSWORD_SECONDS, perf_counter() - began)


def _too_dear(kept: str) -> bool:
    """Whether a hash asks for so much work or memory that trying it would be an attack on us."""
    try:
        asked = extract_parameters(kept)
    except InvalidHashError:
        return True
    return asked.memory_cost * asked.time_cost > _DEAREST or asked.parallelism > _LANES * 4


def _nobodys_hash() -> str:
    """A hash that no password fits, as much work to try as any that we make."""
    salt, tag = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, _LENGTH))
    return f"$argon2id$v=19$m={_MEMORY},t={_PASSES},p={_LANES}${salt}${tag}"


def _step_back() -> None:
    """Give the thread a lower priority, where threads have one of their own (Linux)."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
