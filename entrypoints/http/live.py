"""The route on which changes are told as they happen (contract §6)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from application.errors import Crowded, InvalidToken, KeysUnavailable, StorageError
from application.journal import FollowChanges, Since
from application.live import Feed
from application.tasks import ReadPosition
from domain.errors import HistoryGone
from entrypoints.http.calls import Call
from entrypoints.http.errors import Fault, InvalidRequest
from entrypoints.http.gate import Gate
from entrypoints.http.incoming import Incoming
from entrypoints.http.journal_bodies import write_change
from entrypoints.http.leaving import Leaving
from entrypoints.http.places import read_since, write_since
from entrypoints.http.query import read_query
from entrypoints.http.reading import ParameterReader
from entrypoints.http.routing import forms, route
from entrypoints.http.streaming import Streamed, comment, event

_AT_ONCE = 100  # changes read before the first of them is sent
_LOOK = 5.0  # seconds after which a quiet stream sees whether its token is good still
_LOOKS_TO_A_COMMENT = 3
_RECONNECT = b"retry: 1000\n\n"  # milliseconds


@dataclass(frozen=True, slots=True)
class LiveRoutes:
    """The handler, with all it needs as fields; the container fills them once.

    Streams end when the process is about to be stopped, so that clients go elsewhere before it is.
    """

    gate: Gate
    feed: Feed
    follow_changes: FollowChanges
    read_position: ReadPosition
    leaving: Leaving

    def routes(self) -> list[HTTPRouteHandler]:
        """The handler at its paths."""
        return [route("GET", forms("/changes/stream"), self.stream)]

    async def stream(self, incoming: Incoming) -> Streamed:
        call = await self.gate.call(incoming)
        since = _since(call)
        if since is None:
            since = Since(await self.read_position(call.actor, call.owner))
        else:  # refused before the stream begins, if at all
            await self.follow_changes(call.actor, call.owner, since, limit=1)
        self.feed.check_room(call.owner)
        return Streamed(self._events(call, since))

    async def _events(self, call: Call, since: Since) -> AsyncGenerator[bytes, None]:
        yield _RECONNECT
        try:
            with self.feed.following(call.owner) as news:
                async for piece in self._told(call, since, news):
                    yield piece
            yield event("end", b'{"reason":"restart"}')
        except InvalidToken:
            yield event("end", b'{"reason":"unauthorized"}')
        except HistoryGone:
            yield event("end", b'{"reason":"history_gone"}')
        except (StorageError, KeysUnavailable, Crowded):
            yield event("end", b'{"reason":"unavailable"}')

    async def _told(
        self, call: Call, since: Since, news: asyncio.Event
    ) -> AsyncGenerator[bytes, None]:
        while not self.leaving.now:
            news.clear()
            # A client that goes away must not break off what storage is doing.
            await asyncio.shield(
                self.gate.authenticate(call.incoming.bearer())
            )  # expired, revoked?
            found = await asyncio.shield(
                self.follow_changes(call.actor, call.owner, since, limit=_AT_ONCE)
            )
            for place, item in found.items:
                yield event("change", write_change(item), write_since(place))
            since = found.next
            if not found.more:
                async for piece in self._waited(call, news):
                    yield piece

    async def _waited(self, call: Call, news: asyncio.Event) -> AsyncGenerator[bytes, None]:
        """What is to be sent until there is news."""
        looks = 0
        while not news.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await news.wait()
                    return
            await asyncio.shield(self.gate.authenticate(call.incoming.bearer()))
            looks += 1
            if looks % _LOOKS_TO_A_COMMENT == 0:
                yield comment()


def _since(call: Call) -> Since | None:
    """Where to go on: the header's event, or the parameter's token; none is from now on."""
    query = read_query(call.incoming.query, ("since",))
    reader = ParameterReader(query)
    since = reader.one("since", read_since, None)
    reader.check()
    lines = call.incoming.header(b"last-event-id")
    if not any(lines):
        return since
    try:
        return read_since(lines[0] if len(lines) == 1 else "")
    except ValueError as bad:
        raise InvalidRequest(Fault("header", "Last-Event-ID", str(bad))) from None
