"""`Accounts`: one for an address, each write one step, on every storage (catalogue R08, R16)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from application.errors import CorruptRecord, Unavailable
from application.identity import Accounts, Sessions
from domain.account import Account
from domain.credentials import Email
from domain.errors import EmailTaken, NoAccount
from domain.owner import Owner
from domain.tally import Tally
from tests.builders import DAWN, HASH, a_session, an_account, an_id, an_owner, later
from tests.migrations.databases import connected
from tests.storages import Opened, opened

AGES = timedelta(days=300_000)
TICK = timedelta(microseconds=1)
WRITERS = 20


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


async def live(sessions: Sessions, account: Account) -> set[UUID]:
    """The ids of the account's sessions."""
    return {session.id for session in await sessions.of(account.owner)}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": "😀 O'Hara \\ %s :name\t\r\n", "disabled_at": DAWN + TICK, "version": 7},
        {"name": "\u202b" + "😀" * 199, "email": Email("\u00df" * 126 + "@x")},
        {"email": Email("😀" * 252 + "@x"), "password_hash": "$argon2id$" + "x" * 1000},
        {"created_at": DAWN.replace(microsecond=0), "disabled_at": DAWN.replace(microsecond=0)},
    ],
    ids=ascii,
)
async def test_an_account_comes_back_as_it_was_stored(
    accounts: Accounts, said: dict[str, object]
) -> None:
    account = replace(an_account(), **said)  # type: ignore[arg-type]

    await accounts.add(account)

    assert await accounts.get(account.owner) == account
    assert await accounts.find(account.email) == account
    await accounts.erase(account.owner, at=DAWN)


async def test_it_is_found_however_its_address_is_written(accounts: Accounts) -> None:
    id = an_id()
    account = an_account(f"Stra\u00dfe-{id}@Kelvin.example")
    await accounts.add(account)

    for written in (f"STRASSE-{id}@KELVIN.example", f"stra\u00dfe-{id}@\u212aelvin.example"):
        found = await accounts.find(Email.read(written))
        assert found == account
        assert found.email.text == f"Stra\u00dfe-{id}@Kelvin.example"
    assert await accounts.find(Email.read(f"strase-{id}@kelvin.example")) is None


async def test_who_has_no_account_is_not_found(accounts: Accounts, account: Account) -> None:
    namesake = Owner(account.owner.subject, "elsewhere")

    for owner in (an_owner(), an_owner("own"), namesake, Owner(account.owner.subject)):
        with pytest.raises(NoAccount):
            await accounts.get(owner)
        with pytest.raises(NoAccount):
            await accounts.update(owner, lambda account: account.rename("x"), end_sessions=True)
        with pytest.raises(NoAccount):
            await accounts.erase(owner, at=DAWN)
    assert await accounts.get(account.owner) == account


async def test_R16_a_taken_address_takes_no_account_and_no_session(
    accounts: Accounts, sessions: Sessions
) -> None:
    first = an_account()
    second = an_account(first.email.text.upper())
    session, _ = a_session(second.id)
    await accounts.add(first)

    with pytest.raises(EmailTaken):
        await accounts.add(second, session)

    assert await accounts.find(second.email) == first
    assert await live(sessions, second) == set()
    with pytest.raises(NoAccount):
        await accounts.get(second.owner)


async def test_a_session_begins_with_its_account(accounts: Accounts, sessions: Sessions) -> None:
    account = an_account()
    session, _ = a_session(account.id, agent="curl/8")

    await accounts.add(account, session)

    assert await sessions.of(account.owner) == [session]


async def test_a_session_that_cannot_be_stored_leaves_no_account_either(durable_url: str) -> None:
    account = an_account()
    session = replace(a_session(account.id)[0], turn=-1)

    async with opened(durable_url) as storage:
        with pytest.raises(Exception, match="sessions_turn_counts"):
            await storage.container.accounts().add(account, session)

        assert await storage.container.accounts().find(account.email) is None


@pytest.mark.parametrize(
    "writings", [["a@x"], ["A@x", "a@x", "\uff21@x"], ["k@x", "\u212a@x"], ["ss@x", "\u00df@x"]]
)
async def test_R16_of_many_that_register_one_address_at_once_exactly_one_does(
    accounts: Accounts, sessions: Sessions, writings: list[str]
) -> None:
    id = an_id()
    added = [an_account(f"{id}-{writings[n % len(writings)]}") for n in range(WRITERS)]
    begun = [a_session(account.id)[0] for account in added]

    done = await asyncio.gather(
        *(accounts.add(account, s) for account, s in zip(added, begun, strict=True)),
        return_exceptions=True,
    )

    assert Counter(map(type, done)) == {type(None): 1, EmailTaken: WRITERS - 1}
    winner = added[done.index(None)]
    for account, session in zip(added, begun, strict=True):
        assert await accounts.find(account.email) == winner
        assert await live(sessions, account) == ({session.id} if account == winner else set())


async def test_R16_so_it_is_when_they_ask_different_processes(durable_url: str) -> None:
    id = an_id()
    added = [an_account(f"{id}@x") for _ in range(WRITERS)]

    async with opened(durable_url) as one, opened(durable_url) as two:
        ports: list[Accounts] = [one.container.accounts(), two.container.accounts()]
        done = await asyncio.gather(
            *(ports[n % 2].add(account) for n, account in enumerate(added)),
            return_exceptions=True,
        )

    assert Counter(map(type, done)) == {type(None): 1, EmailTaken: WRITERS - 1}


async def test_pages_follow_each_other_in_the_order_of_ids(accounts: Accounts) -> None:
    since = later() + AGES
    stored = [an_account(at=since + n * TICK) for n in range(1, 6)]
    first = an_account(at=DAWN.replace(year=1970))
    for account in (*reversed(stored), first):
        await accounts.add(account)
    before = an_id(since)

    assert await accounts.page(after=before, limit=2) == stored[:2]
    assert await accounts.page(after=stored[1].id, limit=2) == stored[2:4]
    assert await accounts.page(after=stored[3].id, limit=2) == stored[4:]
    assert await accounts.page(after=stored[4].id, limit=2) == []
    assert await accounts.page(after=None, limit=1) == [first]


async def test_a_page_leaves_out_what_was_erased(accounts: Accounts) -> None:
    since = later() + AGES
    stored = [an_account(at=since + n * TICK) for n in range(1, 4)]
    for account in stored:
        await accounts.add(account)
    await accounts.erase(stored[0].owner, at=DAWN)

    assert await accounts.page(after=an_id(since), limit=2) == stored[1:]


async def test_what_a_change_makes_is_stored_and_returned(
    accounts: Accounts, account: Account
) -> None:
    changed = await accounts.update(
        account.owner, lambda a: a.rename("Alice").change_password("p").disable(at=DAWN)
    )

    assert changed == account.rename("Alice").change_password("p").disable(at=DAWN)
    assert await accounts.get(account.owner) == await accounts.find(account.email) == changed
    assert await accounts.update(account.owner, lambda a: a) == changed


async def test_a_change_that_raises_writes_nothing_and_ends_nothing(
    accounts: Accounts, sessions: Sessions, account: Account
) -> None:
    session, _ = a_session(account.id)
    await sessions.add(session, proved=HASH)

    def fail(account: Account) -> Account:
        raise KeyError(account.rename("x").version)

    with pytest.raises(KeyError, match="2"):
        await accounts.update(account.owner, fail, end_sessions=True)

    assert await accounts.get(account.owner) == account
    assert await live(sessions, account) == {session.id}


async def test_sessions_end_in_the_same_step_all_but_one(
    accounts: Accounts, sessions: Sessions, account: Account
) -> None:
    begun = [a_session(account.id)[0] for _ in range(3)]
    bystander = an_account()
    theirs, _ = a_session(bystander.id)
    await accounts.add(bystander, theirs)
    for session in begun:
        await sessions.add(session, proved=HASH)

    await accounts.update(account.owner, lambda a: a.rename("x"), but=begun[0].id)
    assert len(await live(sessions, account)) == 3
    await accounts.update(account.owner, lambda a: a, end_sessions=True, but=begun[1].id)
    assert await live(sessions, account) == {begun[1].id}
    await accounts.update(account.owner, lambda a: a.rename("y"), end_sessions=True)
    assert await live(sessions, account) == set()

    assert await live(sessions, bystander) == {theirs.id}


async def test_no_change_is_lost_to_another(accounts: Accounts, account: Account) -> None:
    def also(n: int) -> Callable[[Account], Account]:
        return lambda account: account.rename(f"{account.name or ''},{n}")

    await asyncio.gather(*(accounts.update(account.owner, also(n)) for n in range(WRITERS)))

    after = await accounts.get(account.owner)
    assert after.version == 1 + WRITERS
    assert sorted((after.name or "").split(",")[1:], key=int) == [str(n) for n in range(WRITERS)]


async def test_R08_an_update_is_stored_whole_or_not_at_all(durable_url: str) -> None:
    account = an_account()
    session, _ = a_session(account.id)
    async with opened(durable_url) as storage:
        accounts: Accounts = storage.container.accounts()
        await accounts.add(account, session)

        with pytest.raises(Exception, match="accounts_version_counts"):
            await accounts.update(account.owner, lambda a: replace(a, version=0), end_sessions=True)

        assert await accounts.get(account.owner) == account
        assert await storage.container.sessions().of(account.owner) == [session]


async def test_an_erased_account_is_gone_with_its_sessions_and_its_address_is_free(
    accounts: Accounts, sessions: Sessions
) -> None:
    account, successor = an_account(), an_account()
    successor = replace(successor, email=account.email)
    session, _ = a_session(account.id)
    await accounts.add(account, session)

    await accounts.erase(account.owner, at=DAWN)

    assert await accounts.find(account.email) is None
    assert await live(sessions, account) == set()
    for attempt in (
        accounts.get(account.owner),
        accounts.update(account.owner, lambda a: a),
        accounts.erase(account.owner, at=DAWN),
    ):
        with pytest.raises(NoAccount):
            await attempt
    await accounts.add(successor)
    assert await accounts.find(account.email) == successor


async def test_who_was_erased_is_known_until_forgotten(accounts: Accounts) -> None:
    long_ago = DAWN - AGES
    erased = [an_account() for _ in range(3)]
    for n, account in enumerate(erased):
        await accounts.add(account)
        await accounts.erase(account.owner, at=long_ago + n * TICK)
    owners = [account.owner for account in erased]

    assert await accounts.erased(before=long_ago, limit=9) == []
    assert await accounts.erased(before=long_ago + TICK, limit=9) == owners[:1]
    assert len(await accounts.erased(before=DAWN - AGES / 2, limit=2)) == 2
    assert await accounts.erased(before=DAWN - AGES / 2, limit=9) == owners
    for owner in owners:
        await accounts.forget(owner)
        await accounts.forget(owner)
    assert await accounts.erased(before=DAWN - AGES / 2, limit=9) == []


async def test_an_account_that_was_not_erased_is_not_forgotten(
    accounts: Accounts, account: Account
) -> None:
    await accounts.forget(account.owner)

    assert await accounts.get(account.owner) == account


async def test_no_change_brings_back_what_was_erased_meanwhile(accounts: Accounts) -> None:
    def rename(account: Account) -> Account:
        return account.rename(f"{account.name}x")

    for _ in range(10):
        account = an_account()
        await accounts.add(account)

        await asyncio.gather(
            *(accounts.update(account.owner, rename) for _ in range(WRITERS // 2)),
            accounts.erase(account.owner, at=DAWN),
            return_exceptions=True,
        )

        assert await accounts.find(account.email) is None
        with pytest.raises(NoAccount):
            await accounts.get(account.owner)


async def test_erased_means_that_no_column_says_who_it_was(durable_url: str) -> None:
    account = an_account().rename("Alice").disable(at=DAWN)
    async with opened(durable_url) as storage:
        await storage.container.accounts().add(account)
        await storage.container.accounts().erase(account.owner, at=DAWN)

    with connected(durable_url) as connection:
        row = connection.execute(
            text("SELECT * FROM accounts WHERE owner_id = :key"), {"key": account.owner.key}
        ).one()
    said = row._mapping
    assert {name for name, value in said.items() if value is not None} == {
        *("owner_id", "created_at", "erased_at", "version")
    }


async def test_another_process_finds_what_was_written(durable_url: str) -> None:
    account = an_account()
    async with opened(durable_url) as writer:
        await writer.container.accounts().add(account)
        changed = await writer.container.accounts().update(account.owner, lambda a: a.rename("x"))

    async with opened(durable_url) as reader:
        assert await reader.container.accounts().get(account.owner) == changed


async def test_a_storage_that_is_away_says_so_whatever_it_is_asked(durable_url: str) -> None:
    account = an_account()
    owner, id = account.owner, an_id()
    session, _ = a_session(account.id)
    async with opened(durable_url) as storage:
        made = storage.container
        await storage.storage.close()

        for attempt in (
            made.accounts().add(account, session),
            made.accounts().get(owner),
            made.accounts().find(account.email),
            made.accounts().page(after=None, limit=1),
            made.accounts().update(owner, lambda a: a, end_sessions=True),
            made.accounts().erase(owner, at=DAWN),
            made.accounts().erased(before=DAWN, limit=1),
            made.accounts().forget(owner),
            made.sessions().add(session, proved=HASH),
            made.sessions().find(owner, id),
            made.sessions().of(owner),
            made.sessions().update(owner, id, lambda s: s),
            made.sessions().end(owner, id),
            made.sessions().sweep(at=DAWN, limit=1),
            made.tallies().update("k", lambda t: t or Tally.first("k", at=DAWN)),
            made.tallies().forget("k"),
            made.tallies().sweep(before=DAWN, limit=1),
            made.owners().erase(owner, limit=1),
        ):
            with pytest.raises(Unavailable):
                await attempt


async def test_a_row_that_nobody_here_wrote_is_corrupt(durable_url: str) -> None:
    email = Email(f"{an_id()}@x")
    row = {"key": f"own/user-{an_id()}", "email": email.text, "at": DAWN.isoformat()}
    insert = (
        "INSERT INTO accounts (owner_id, email, email_key, password_hash, created_at, version)"
        " VALUES (:key, :email, :email, 'x', :at, 1)"
    )
    with connected(durable_url) as connection:
        connection.execute(text(insert), row)
    try:
        async with opened(durable_url) as storage:
            accounts: Accounts = storage.container.accounts()
            for attempt in (accounts.find(email), accounts.get(Owner.from_key(row["key"]))):
                with pytest.raises(CorruptRecord):
                    await attempt
    finally:
        with connected(durable_url) as connection:
            connection.execute(text("DELETE FROM accounts WHERE owner_id = :key"), row)
