"""`Sessions`: live until they end, one turn for one token, on every storage (catalogue R02-R09)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from application.errors import CorruptRecord
from application.identity import Accounts, Sessions
from domain.account import Account
from domain.credentials import Password
from domain.errors import InvalidRefreshToken, NoAccount, SessionNotFound
from domain.owner import Owner
from domain.session import GRACE, RefreshToken, Session
from tests.builders import DAWN, HASH, a_session, an_account, an_id, an_owner
from tests.migrations.databases import connected
from tests.storages import Opened, opened

LASTS = timedelta(days=30)
AGES = timedelta(days=300_000)
TICK = timedelta(microseconds=1)
WRITERS = 16

Change = Callable[[Session], Session | None]


@pytest.fixture
def accounts(storage: Opened) -> Accounts:
    found: Accounts = storage.container.accounts()
    return found


@pytest.fixture
def sessions(storage: Opened) -> Sessions:
    found: Sessions = storage.container.sessions()
    return found


@pytest.fixture
async def account(accounts: Accounts) -> Account:
    account = an_account()
    await accounts.add(account)
    return account


def refresh(token: RefreshToken, after: timedelta = timedelta(seconds=1)) -> Change:
    return lambda session: session.refresh(token, at=DAWN + after, lasts=LASTS)


def disable(account: Account) -> Account:
    return account.disable(at=DAWN)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"agent": "Mozilla/5.0 (\u00fc \u2713 😀) ' \\ %s :agent" + "x" * 200},
        {"turn": 2**31 - 1},
        {"refreshed_at": DAWN + TICK, "expires_at": DAWN + 2 * TICK, "ends_at": DAWN + 3 * TICK},
    ],
    ids=ascii,
)
async def test_a_session_comes_back_as_it_was_stored(
    sessions: Sessions, account: Account, said: dict[str, object]
) -> None:
    session = replace(a_session(account.id)[0], **said)  # type: ignore[arg-type]

    await sessions.add(session, proved=HASH)

    assert await sessions.find(account.owner, session.id) == session
    assert await sessions.of(account.owner) == [session]


async def test_I01_a_session_is_its_owners_alone(sessions: Sessions, account: Account) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    for owner in (an_owner(), an_owner("own"), Owner(account.owner.subject)):
        assert await sessions.find(owner, session.id) is None
        assert await sessions.of(owner) == []
        assert not await sessions.end(owner, session.id)
        with pytest.raises(SessionNotFound):
            await sessions.update(owner, session.id, refresh(token))
    assert await sessions.find(account.owner, session.id) == session


async def test_the_newest_is_first(sessions: Sessions, account: Account) -> None:
    begun = [a_session(account.id)[0] for _ in range(4)]
    for n in (2, 0, 3, 1):
        await sessions.add(begun[n], proved=HASH)

    assert await sessions.of(account.owner) == begun[::-1]


async def test_only_an_account_that_may_have_one_gets_a_session(
    accounts: Accounts, sessions: Sessions
) -> None:
    unknown, disabled, erased = (an_account() for _ in range(3))
    for account in (disabled, erased):
        await accounts.add(account)
    await accounts.update(disabled.owner, disable)
    await accounts.erase(erased.owner, at=DAWN)

    for account in (unknown, disabled, erased):
        with pytest.raises(NoAccount):
            await sessions.add(a_session(account.id)[0], proved=HASH)
        assert await sessions.of(account.owner) == []

    await accounts.update(disabled.owner, lambda account: account.enable())
    await sessions.add(a_session(disabled.id)[0], proved=HASH)
    assert len(await sessions.of(disabled.owner)) == 1


async def test_a_disabled_or_erased_account_has_no_session_whoever_came_first(
    accounts: Accounts, sessions: Sessions
) -> None:
    async def race(n: int) -> int:
        account = an_account()
        await accounts.add(account, a_session(account.id)[0])
        adds = [sessions.add(a_session(account.id)[0], proved=HASH) for _ in range(4)]
        end = (
            accounts.update(account.owner, disable, end_sessions=True)
            if n % 2
            else accounts.erase(account.owner, at=DAWN)
        )
        await asyncio.gather(*adds[:2], end, *adds[2:], return_exceptions=True)
        return len(await sessions.of(account.owner))

    for _ in range(10):
        assert await asyncio.gather(*(race(n) for n in range(10))) == [0] * 10


@pytest.mark.parametrize("how", ["disabled_at", "erased_at"])
async def test_a_new_session_waits_for_what_happens_to_its_account_at_that_moment(
    durable_url: str, how: str
) -> None:
    account = an_account()
    async with opened(durable_url) as storage:
        sessions: Sessions = storage.container.sessions()
        await storage.container.accounts().add(account)

        with connected(durable_url) as connection:
            connection.execute(
                text(f"UPDATE accounts SET {how} = :at WHERE owner_id = :key"),
                {"at": "2026-11-21T09:30:00.000000Z", "key": account.owner.key},
            )
            adding = asyncio.create_task(sessions.add(a_session(account.id)[0], proved=HASH))
            await asyncio.sleep(0.2)
            assert not adding.done()

        with pytest.raises(NoAccount):
            await adding
        assert await sessions.of(account.owner) == []


async def test_what_a_change_makes_is_stored_and_returned(
    sessions: Sessions, account: Account
) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    after = await sessions.update(account.owner, session.id, refresh(token))

    assert after == refresh(token)(session)
    assert await sessions.find(account.owner, session.id) == after


async def test_R02_a_reuse_ends_the_session_for_good_and_no_sibling(
    sessions: Sessions, account: Account
) -> None:
    (session, token), (sibling, other) = a_session(account.id), a_session(account.id)
    for one in (session, sibling):
        await sessions.add(one, proved=HASH)
    await sessions.update(account.owner, session.id, refresh(token))

    ended = await sessions.update(account.owner, session.id, refresh(token, GRACE * 2))

    assert ended is None
    assert await sessions.of(account.owner) == [sibling]
    with pytest.raises(SessionNotFound):
        await sessions.update(account.owner, session.id, refresh(token))
    assert await sessions.update(account.owner, sibling.id, refresh(other)) is not None


async def test_R05_a_change_that_raises_writes_nothing(
    sessions: Sessions, account: Account
) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    with pytest.raises(InvalidRefreshToken):
        await sessions.update(account.owner, session.id, refresh(session.successor(token)))

    assert await sessions.find(account.owner, session.id) == session


async def test_R03_of_many_that_refresh_at_once_all_get_the_same_turn(
    sessions: Sessions, account: Account
) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    for turn in range(1, 6):
        change = refresh(token, timedelta(seconds=turn))
        done = await asyncio.gather(
            *(sessions.update(account.owner, session.id, change) for _ in range(WRITERS))
        )
        assert {after.turn if after else None for after in done} == {turn}
        assert len({after.successor(token) for after in done if after}) == 1
        token = session.successor(token)

    last = await sessions.find(account.owner, session.id)
    assert last is not None
    assert (last.turn, last.digest) == (5, token.digest)


async def test_R03_exactly_one_of_several_writers_takes_a_turn(
    sessions: Sessions, account: Account
) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    def strictly(session: Session) -> Session | None:
        if session.turn:
            raise InvalidRefreshToken
        return refresh(token)(session)

    done = await asyncio.gather(
        *(sessions.update(account.owner, session.id, strictly) for _ in range(WRITERS)),
        return_exceptions=True,
    )

    assert Counter(map(type, done)) == {Session: 1, InvalidRefreshToken: WRITERS - 1}


async def test_R03_so_it_is_when_they_ask_different_processes(durable_url: str) -> None:
    account = an_account()
    session, token = a_session(account.id)

    async with opened(durable_url) as one, opened(durable_url) as two:
        ports: list[Sessions] = [one.container.sessions(), two.container.sessions()]
        await one.container.accounts().add(account, session)
        done = await asyncio.gather(
            *(
                ports[n % 2].update(account.owner, session.id, refresh(token))
                for n in range(WRITERS)
            )
        )

    assert {after.turn if after else None for after in done} == {1}


async def test_a_session_that_has_ended_is_gone(sessions: Sessions, account: Account) -> None:
    session, token = a_session(account.id)
    await sessions.add(session, proved=HASH)

    assert await sessions.end(account.owner, session.id)

    assert not await sessions.end(account.owner, session.id)
    assert await sessions.find(account.owner, session.id) is None
    with pytest.raises(SessionNotFound):
        await sessions.update(account.owner, session.id, refresh(token))


async def test_no_refresh_brings_back_what_was_ended_meanwhile(
    sessions: Sessions, account: Account
) -> None:
    for _ in range(20):
        session, token = a_session(account.id)
        await sessions.add(session, proved=HASH)

        await asyncio.gather(
            *(sessions.update(account.owner, session.id, refresh(token)) for _ in range(5)),
            sessions.end(account.owner, session.id),
            *(sessions.update(account.owner, session.id, refresh(token)) for _ in range(5)),
            return_exceptions=True,
        )

        assert await sessions.of(account.owner) == []


async def test_an_end_during_an_update_wins(durable_url: str) -> None:
    account = an_account()
    session, token = a_session(account.id)

    def ended_meanwhile(session: Session) -> Session | None:
        with connected(durable_url) as connection:
            connection.execute(
                text("DELETE FROM sessions WHERE owner_id = :key"), {"key": account.owner.key}
            )
        return refresh(token)(session)

    async with opened(durable_url) as storage:
        sessions: Sessions = storage.container.sessions()
        await storage.container.accounts().add(account, session)

        with pytest.raises(SessionNotFound):
            await sessions.update(account.owner, session.id, ended_meanwhile)

        assert await sessions.of(account.owner) == []


async def test_a_sweep_takes_what_is_over_bit_by_bit_and_nothing_else(
    sessions: Sessions, account: Account
) -> None:
    long_ago = DAWN - AGES
    old = [a_session(account.id, at=long_ago)[0] for _ in range(3)]
    refreshed = a_session(account.id, at=long_ago + TICK)[0]
    ended = a_session(account.id, at=long_ago, at_most=timedelta(days=1))[0]
    for session in (*old, refreshed, ended):
        await sessions.add(session, proved=HASH)

    assert await sessions.sweep(at=ended.ends_at - TICK, limit=9) == 0
    assert await sessions.sweep(at=ended.ends_at, limit=9) == 1
    assert await sessions.sweep(at=long_ago + LASTS - TICK, limit=9) == 0
    assert await sessions.sweep(at=long_ago + LASTS, limit=2) == 2
    assert await sessions.sweep(at=long_ago + LASTS, limit=2) == 1
    assert await sessions.sweep(at=long_ago + LASTS, limit=2) == 0

    assert await sessions.of(account.owner) == [refreshed]
    assert await sessions.sweep(at=long_ago + LASTS + TICK, limit=2) == 1


async def test_R09_nothing_that_the_database_holds_is_of_any_use(durable_url: str) -> None:
    email = f"very-private-{an_id()}@example.com"
    password, address = Password("correct horse battery"), "192.0.2.77"
    async with opened(durable_url) as storage:
        made = storage.container
        account = an_account(email).change_password(await made.hasher().hash(password))
        session, token = a_session(account.id)
        await made.accounts().add(account, session)
        after = await made.sessions().update(account.owner, session.id, refresh(token))
        await made.by_address().admit(address)
        await made.at_account().admit(account.email.key)
        await made.at_password().admit(account.owner.key)
    newest = after.successor(token)

    with connected(durable_url) as connection:
        dump = {
            table: repr(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("accounts", "sessions", "tallies")
        }

    for table, rows in dump.items():
        assert rows != "[]", table
        assert password.text not in rows
        assert address not in rows
        for one in (token, newest):
            for written in (str(one)[5:], one.secret.hex(), repr(one.secret)[2:-1]):
                assert written not in rows
    assert newest.digest in dump["sessions"]
    assert email in dump["accounts"]
    for table in ("sessions", "tallies"):
        assert "very-private" not in dump[table]
    assert str(account.id) not in dump["tallies"]


async def test_a_row_that_nobody_here_wrote_is_corrupt(durable_url: str) -> None:
    owner, id = Owner(f"user-{an_id()}", "own"), an_id()
    at = "2026-11-21T09:30:00.000000Z"
    with connected(durable_url) as connection:
        connection.execute(
            text(
                "INSERT INTO sessions (owner_id, id, salt, digest, turn, created_at,"
                " refreshed_at, expires_at, ends_at)"
                " VALUES (:key, :id, '', '', 0, :at, :at, :at, :at)"
            ),
            {"key": owner.key, "id": str(id), "at": at},
        )

    async with opened(durable_url) as storage:
        sessions: Sessions = storage.container.sessions()
        for attempt in (
            sessions.find(owner, id),
            sessions.of(owner),
            sessions.update(owner, id, lambda session: session),
        ):
            with pytest.raises(CorruptRecord):
                await attempt
        assert await sessions.end(owner, id)
