"""An issuer whose published keys a test changes, and a clock that the test sets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from adapters.tokens.claims import Expected
from adapters.tokens.fetched_keys import FetchedKeys
from adapters.tokens.issuers import Issuer
from adapters.tokens.verifier import JwtVerifier
from application.errors import InvalidToken, KeysUnavailable
from tests.issuing import AUDIENCE, CLAIMS, ISSUER
from tests.key_pairs import ALGORITHMS, KeyPair, key_set
from tests.tokens import NOW, RESERVED, SECONDS

LASTING: Mapping[str, object] = {**CLAIMS, "exp": SECONDS + 30 * 24 * 3600}


class Publisher:
    """Publishes these keys, in its own time, unless it is away."""

    def __init__(self, *keys: KeyPair | Mapping[str, object]) -> None:
        self.asked = 0
        self.away: Exception | None = None
        self.ready = asyncio.Event()
        self.ready.set()
        self.publish(*keys)

    def publish(self, *keys: KeyPair | Mapping[str, object]) -> None:
        """Publish these from now on, and no others."""
        self.document = key_set(*keys)

    async def __call__(self) -> bytes:
        self.asked += 1
        await self.ready.wait()
        if self.away is not None:
            raise self.away
        return self.document


class Seconds:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds


class Service:
    """What verifies the tokens of one publisher, and says what came of it."""

    def __init__(self, publisher: Publisher) -> None:
        self.seconds = Seconds()
        self.keys = FetchedKeys("publisher", publisher, self.seconds)
        issuer = Issuer("", Expected(ISSUER, (AUDIENCE,)), frozenset(ALGORITHMS), self.keys)
        self.verifier = JwtVerifier([issuer], lambda: NOW, reserved=RESERVED)

    async def status(self, token: str) -> int:
        """The status that a request with this token gets."""
        try:
            await self.verifier.verify(token)
        except InvalidToken:
            return 401
        except KeysUnavailable:
            return 503
        return 200

    async def of(self, signer: KeyPair, **header: object) -> int:
        """The same, of a token by this signer that lasts for a month."""
        return await self.status(signer.token(LASTING, **header))


@asynccontextmanager
async def served(publisher: Publisher, *, background: bool = False) -> AsyncIterator[Service]:
    """The service for the length of the block; only in the background does it look by itself."""
    service = Service(publisher)
    if background:
        await service.keys.open()
    try:
        yield service
    finally:
        await service.keys.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until that is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - it is not told of what it waits for
            await asyncio.sleep(0.001)
