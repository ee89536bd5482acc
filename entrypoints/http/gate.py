"""Who may come in, and how often."""

from dataclasses import dataclass

from application.errors import InvalidToken
from application.identity import AuditTrail
from application.limits import Limiter
from application.metering import LIMITED, UNMETERED, Meter
from application.sessions import Authenticate
from domain.errors import NotOwner
from domain.owner import Actor
from entrypoints.http.addresses import address_of
from entrypoints.http.calls import Call
from entrypoints.http.errors import NoToken, TooManyRequests
from entrypoints.http.incoming import Incoming
from entrypoints.settings.limits import Network


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in who proves who they are, to nobody's tasks but their own, and not too often.

    Whoever has a good token counts as themselves, all others by their address; `proxies` are those
    whose word on addresses is believed. `limiter` counts whatever happens; `strict` says so when it
    cannot, for what must not go on uncounted.
    """

    authenticate: Authenticate
    audit: AuditTrail
    limiter: Limiter | None = None
    strict: Limiter | None = None
    proxies: tuple[Network, ...] = ()
    meter: Meter = UNMETERED

    async def actor(self, incoming: Incoming) -> Actor:
        """Who calls. Raises `NoToken`, `InvalidToken` and `TooManyRequests`."""
        try:
            actor = await self.authenticate(incoming.bearer())
        except (NoToken, InvalidToken):
            await self.count_stranger(incoming)
            raise
        incoming.who = actor.owner.key
        await self._count(incoming, self.limiter, "user", actor.owner.key)
        return actor

    async def call(self, incoming: Incoming) -> Call:
        """Who calls, and for whom: the path's `user_id`, or without one the caller.

        Raises `NoToken`, `InvalidToken`, `NotOwner` and `TooManyRequests`.
        """
        actor = await self.actor(incoming)
        user_id = incoming.params.get("user_id")
        try:
            owner = actor.owner if user_id is None else actor.owner_named(user_id)
        except NotOwner:
            self.audit.record("owner.refused", who=actor.owner.key)
            raise
        return Call(incoming, actor, owner)

    async def count_stranger(self, incoming: Incoming) -> None:
        """Count a request of somebody who has no token. Raises `TooManyRequests`."""
        await self._count(incoming, self.limiter, "address", self.address(incoming))

    async def count_try(self, incoming: Incoming) -> None:
        """Count a stranger's try to get in. Raises `TooManyRequests` and `LimitsUnavailable`."""
        await self._count(incoming, self.strict, "address", self.address(incoming))

    def address(self, incoming: Incoming) -> str | None:
        """Where a request comes from."""
        return address_of(incoming, self.proxies)

    async def _count(
        self, incoming: Incoming, limiter: Limiter | None, by: str, whom: str | None
    ) -> None:
        if limiter is None:
            return
        standing = await limiter.take(f"{by} {whom}")
        incoming.standing = standing
        if not standing.allowed:
            self.meter.count(LIMITED, by)
            raise TooManyRequests(standing.wait)
