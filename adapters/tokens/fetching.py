"""Gets a key set's document from where it is published."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.tokens.key_set import LONGEST_KEY_SET

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

_PATIENCE = 3.0  # seconds for all of it
_STEP_PATIENCE = 2.5  # seconds for a step, such as TLS: what gives up by itself also cleans up
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",  # so that the limit is one of what is held in memory
    "user-agent": "taskhaven",
}


@dataclass(frozen=True, slots=True)
class Published:
    """A document, and the date that its server put on it."""

    document: bytes
    date: str | None


class KeySetUrl:
    """A document at `url`, which settings have found to be https, or http on this machine."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: AsyncClient | None = None

    async def __call__(self) -> bytes:
        """The document. Raises `OSError`, without the address."""
        return (await self.look()).document

    async def look(self) -> Published:
        """The document and its date. Raises `OSError`, without the address.

        Redirects are not followed: nobody vouches for where they lead.
        """
        # Takes a while to import, which only those who have key sets should wait for.
        import httpx2

        if self._client is None:  # reads every certificate authority there is
            self._client = await asyncio.to_thread(_client, self._url)
        try:
            async with asyncio.timeout(_PATIENCE), self._client.stream("GET", self._url) as answer:
                if answer.status_code != httpx2.codes.OK:
                    raise OSError(f"answered {answer.status_code}")
                return Published(await _within_limit(answer), answer.headers.get("date"))
        except TimeoutError:
            raise OSError(f"no answer within {_PATIENCE:.0f} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            raise OSError(type(error).__name__) from None


def _client(url: str) -> "AsyncClient":
    import httpx2

    return httpx2.AsyncClient(
        headers=_HEADERS,
        follow_redirects=False,
        limits=httpx2.Limits(max_keepalive_connections=0),
        timeout=_STEP_PATIENCE,
        trust_env=url.startswith("https:"),  # to this machine the way leads past any proxy
    )


async def _within_limit(answer: "Response") -> bytes:
    document = bytearray()
    async for chunk in answer.aiter_raw():
        document += chunk
        if len(document) > LONGEST_KEY_SET:
            raise OSError("the document is too long")
    return bytes(document)
