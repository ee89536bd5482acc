"""Accounts, sessions and tokens as JSON, in the contract's shape (§7)."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from application.erasure import Export
from application.sessions import Grant
from domain.account import Account
from domain.change import Entry
from domain.instant import format_instant
from domain.session import Session
from entrypoints.http.bodies import body_of
from entrypoints.http.journal_bodies import StepBody, step_of, trashed_of

T = TypeVar("T")


class UserBody(msgspec.Struct, frozen=True):
    """An account as its owner sees it."""

    id: str
    email: str
    name: str | None
    created_at: str


class GrantBody(msgspec.Struct, frozen=True):
    """What a client gets that has proved who it is (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    user: UserBody


class SessionBody(msgspec.Struct, frozen=True):
    """A session as its owner sees it."""

    id: str
    current: bool
    user_agent: str | None
    created_at: str
    last_used_at: str
    expires_at: str


class EntryBody(StepBody, frozen=True):
    """A step of the journal, in an export."""

    task_id: str


def write_grant(grant: Grant) -> bytes:
    """What a login answers."""
    return msgspec.json.encode(
        GrantBody(
            access_token=grant.access_token,
            token_type="Bearer",  # noqa: S106 - how it is to be sent
            expires_in=int(grant.lasts.total_seconds()),
            refresh_token=grant.refresh_token,
            user=_user(grant.account),
        )
    )


def write_account(account: Account) -> bytes:
    """An account."""
    return msgspec.json.encode(_user(account))


def write_sessions(sessions: Iterable[Session], current: UUID | None) -> bytes:
    """A bare JSON array of sessions."""
    return msgspec.json.encode([_session(session, current) for session in sessions])


async def write_export(export: Export, current: UUID | None) -> AsyncGenerator[bytes, None]:
    """One JSON object, in pieces, so that no more than a piece of it is ever in memory."""
    sessions = write_sessions(export.sessions, current)
    yield b'{"user":' + write_account(export.account) + b',"sessions":' + sessions
    for name, batches in (
        (b"tasks", _written(export.tasks, body_of)),
        (b"trash", _written(export.trash, trashed_of)),
        (b"changes", _written(export.entries, _entry)),
    ):
        yield b',"' + name + b'":['
        async for batch in batches:
            yield batch
        yield b"]"
    yield b"}"


async def _written(
    batches: AsyncIterator[Sequence[T]], body: Callable[[T], msgspec.Struct]
) -> AsyncIterator[bytes]:
    """The elements of a JSON array, batch by batch."""
    separator = b""
    async for batch in batches:
        yield separator + msgspec.json.encode([body(element) for element in batch])[1:-1]
        separator = b","


def _user(account: Account) -> UserBody:
    return UserBody(
        str(account.id), account.email.text, account.name, format_instant(account.created_at)
    )


def _session(session: Session, current: UUID | None) -> SessionBody:
    return SessionBody(
        id=str(session.id),
        current=session.id == current,
        user_agent=session.agent,
        created_at=format_instant(session.created_at),
        last_used_at=format_instant(session.refreshed_at),
        expires_at=format_instant(session.expires_at),
    )


def _entry(entry: Entry) -> EntryBody:
    return EntryBody(**msgspec.structs.asdict(step_of(entry)), task_id=str(entry.task_id))
