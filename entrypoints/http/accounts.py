"""The routes of our own accounts (contract §7)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from application.accounts import LogIn, ReadAccount, Register, RenameAccount
from application.erasure import EraseAccount, ExportAccount
from application.errors import InvalidToken
from application.passwords import ChangePassword
from application.sessions import (
    Client,
    EndSession,
    Grant,
    ListSessions,
    LogOut,
    RefreshSession,
)
from domain.owner import Actor
from domain.reading import read_members, read_text
from entrypoints.http.account_bodies import (
    write_account,
    write_export,
    write_grant,
    write_sessions,
)
from entrypoints.http.answers import Answer
from entrypoints.http.bodies import read_object
from entrypoints.http.calls import read_id
from entrypoints.http.errors import NoToken
from entrypoints.http.gate import Gate
from entrypoints.http.incoming import JSON, JSON_OR_PATCH, Incoming
from entrypoints.http.routing import route, versions
from entrypoints.http.streaming import Streamed

_JSON = {"content-type": "application/json", "cache-control": "no-store"}
_LONGEST_AGENT = 256

Granting = Callable[[Mapping[str, object], Client], Awaitable[Grant]]


@dataclass(frozen=True, slots=True)
class AccountRoutes:
    """The handlers, with all they need as fields; the container fills them once."""

    gate: Gate
    key_set: bytes
    register: Register
    log_in: LogIn
    refresh_session: RefreshSession
    log_out: LogOut
    read_account: ReadAccount
    rename_account: RenameAccount
    change_password: ChangePassword
    list_sessions: ListSessions
    end_session: EndSession
    erase_account: EraseAccount
    export_account: ExportAccount

    def routes(self) -> list[HTTPRouteHandler]:
        """Every handler at its paths and methods."""
        return [
            route("POST", versions("/auth/register"), self.do_register),
            route("POST", versions("/auth/login"), self.do_log_in),
            route("POST", versions("/auth/refresh"), self.do_refresh),
            route("POST", versions("/auth/logout"), self.do_log_out),
            route("GET", versions("/auth/me"), self.me),
            route("PATCH", versions("/auth/me"), self.rename),
            route("POST", versions("/auth/me/erase"), self.erase),
            route("GET", versions("/auth/me/export"), self.export),
            route("POST", versions("/auth/password"), self.password),
            route("GET", versions("/auth/sessions"), self.sessions),
            route("DELETE", versions("/auth/sessions/{id:str}"), self.end),
            route("GET", versions("/auth/jwks"), self.jwks),
        ]

    async def do_register(self, incoming: Incoming) -> Answer:
        await self.gate.count_try(incoming)
        return await self._grant(incoming, self.register, 201)

    async def do_log_in(self, incoming: Incoming) -> Answer:
        await self.gate.count_try(incoming)
        return await self._grant(incoming, self.log_in)

    async def do_refresh(self, incoming: Incoming) -> Answer:
        await self.gate.count_stranger(incoming)
        return await self._grant(incoming, self.refresh_session)

    async def do_log_out(self, incoming: Incoming) -> Answer:
        body = incoming.body(JSON)
        given = read_members(read_object(body or b"{}"), {"refresh_token": read_text})
        incoming.refuse_query()
        token: str | None = given.get("refresh_token")
        # An access token that has expired is no reason to let the session live on.
        actor = await self._actor(incoming, needed=token is None)
        await self.log_out(actor, token, self._client(incoming))
        return _done()

    async def me(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        incoming.refuse_query()
        return _json(write_account(await self.read_account(actor)))

    async def rename(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        given = await _given(incoming, JSON_OR_PATCH)
        return _json(write_account(await self.rename_account(actor, given)))

    async def erase(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        given = await _given(incoming)
        await self.erase_account(actor, given, self._client(incoming))
        return _done()

    async def export(self, incoming: Incoming) -> Streamed:
        actor = await self.gate.actor(incoming)
        incoming.refuse_query()
        export = await self.export_account(actor, self._client(incoming))
        name = 'attachment; filename="taskhaven-export.json"'
        return Streamed(write_export(export, actor.session), {**_JSON, "content-disposition": name})

    async def password(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        given = await _given(incoming)
        await self.change_password(actor, given, self._client(incoming))
        return _done()

    async def sessions(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        incoming.refuse_query()
        return _json(write_sessions(await self.list_sessions(actor), actor.session))

    async def end(self, incoming: Incoming) -> Answer:
        actor = await self.gate.actor(incoming)
        incoming.refuse_query()
        id = read_id(incoming.params["id"])
        await self.end_session(actor, id, self._client(incoming))
        return _done()

    async def jwks(self, incoming: Incoming) -> Answer:
        incoming.refuse_query()
        headers = {"content-type": "application/json", "cache-control": "public, max-age=300"}
        return Answer(200, headers, self.key_set)

    async def _actor(self, incoming: Incoming, *, needed: bool) -> Actor | None:
        try:
            return await self.gate.actor(incoming)
        except (NoToken, InvalidToken):
            if needed:
                raise
            return None

    async def _grant(self, incoming: Incoming, use: Granting, status: int = 200) -> Answer:
        given = await _given(incoming)
        return _json(write_grant(await use(given, self._client(incoming))), status)

    def _client(self, incoming: Incoming) -> Client:
        said = "".join(incoming.header(b"user-agent")[:1])[:_LONGEST_AGENT]
        agent = "".join(filter(str.isprintable, said)).strip() or None
        return Client(self.gate.address(incoming), agent)


async def _given(incoming: Incoming, media_types: Sequence[str] = JSON) -> Mapping[str, object]:
    """The members of the body, of a request without parameters."""
    given = read_object(incoming.body(media_types))
    incoming.refuse_query()
    return given


def _json(body: bytes, status: int = 200) -> Answer:
    return Answer(status, _JSON, body)


def _done() -> Answer:
    return Answer(204, {"cache-control": "no-store"})
