"""Keys that an issuer publishes, fetched in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic, time

from adapters.tokens.compact import CompactToken
from adapters.tokens.key_set import read_key_set
from adapters.tokens.keys import Keys
from adapters.tokens.public_keys import Key, find
from application.errors import InvalidToken, KeysUnavailable
from application.metering import KEY_FETCHES, KEYS, KEYS_FETCHED, UNMETERED, Meter
from application.ports import Lasting

_EVERY = 300.0  # seconds between fetches: a key that was removed is refused within twice that
_TRY_AGAIN = 15.0  # seconds after a fetch that failed
_COOL_DOWN = 30.0  # seconds in which keys that nobody knows cause one fetch at most
_COLD_COOL_DOWN = 2.0  # the same as long as there are no keys at all
_STALE = 24 * 3600.0  # seconds for which keys serve while the issuer cannot be reached

Fetch = Callable[[], Awaitable[bytes]]
"""Gets the key set's document; raises `OSError` where that is not possible."""

_log = logging.getLogger("taskhaven.keys")


class FetchedKeys(Keys, Lasting):
    """The key set that `fetch` gets, of the issuer called `name`.

    A request whose key is known never waits for a fetch; one whose key is not waits for the fetch
    that it caused, or that was under way, unless there was one just before.
    """

    def __init__(
        self,
        name: str,
        fetch: Fetch,
        seconds: Callable[[], float] = monotonic,
        meter: Meter = UNMETERED,
    ) -> None:
        self._meter = meter
        self._generation = 0
        self._name = name
        self._fetch = fetch
        self._seconds = seconds
        self._keys: tuple[Key, ...] = ()
        self._fetched_at: float | None = None
        self._tried_at = float("-inf")
        self._under_way: asyncio.Task[None] | None = None
        self._background: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._background = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        for task in (self._background, self._under_way):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._background = self._under_way = None

    async def check(self, token: CompactToken) -> None:
        key = self._find(token)
        if key is None:
            await self._look_again()
            key = self._find(token)
        if key is None:
            self._refuse()
        else:
            key.check(token)

    @property
    def generation(self) -> int:
        return self._generation if self._present else -1

    @property
    def _present(self) -> bool:
        """Whether there are keys that can be relied on."""
        return self._fetched_at is not None and self._seconds() - self._fetched_at < _STALE

    def _find(self, token: CompactToken) -> Key | None:
        return find(self._keys, token) if self._present else None

    def _refuse(self) -> None:
        if not self._present:
            raise KeysUnavailable(f"the keys of {self._name} cannot be fetched")
        raise InvalidToken("no key has this id")

    async def _look_again(self) -> None:
        cool_down = _COOL_DOWN if self._present else _COLD_COOL_DOWN
        if self._under_way is not None or self._seconds() - self._tried_at >= cool_down:
            await self._refresh()

    async def _refresh(self) -> None:
        """Fetch once, however many ask for it meanwhile; a caller that goes away stops nobody."""
        if self._under_way is None:
            self._tried_at = self._seconds()
            self._under_way = asyncio.create_task(self._try())
            self._under_way.add_done_callback(self._landed)
        await asyncio.shield(self._under_way)

    def _landed(self, _: object) -> None:
        self._under_way = None

    async def _try(self) -> None:
        try:
            keys = read_key_set(await self._fetch())
        except (OSError, ValueError) as error:
            _log.warning("the keys of %s could not be fetched: %s", self._name, error)
            self._meter.count(KEY_FETCHES, self._name, "failed")
            return
        except Exception:  # noqa: BLE001 - nothing published may end the task in the background
            _log.exception("the keys of %s could not be read", self._name)
            self._meter.count(KEY_FETCHES, self._name, "failed")
            return
        self._meter.count(KEY_FETCHES, self._name, "fetched")
        self._meter.set(KEYS_FETCHED, time(), self._name)
        self._meter.set(KEYS, len(keys), self._name)
        if keys != self._keys:
            self._generation += 1
            _log.info("the keys of %s are now %d", self._name, len(keys))
        self._keys = keys
        self._fetched_at = self._seconds()

    async def _keep_fresh(self) -> None:
        while True:
            await self._refresh()
            failed = self._fetched_at is None or self._fetched_at < self._tried_at
            await asyncio.sleep(_TRY_AGAIN if failed else _EVERY)
