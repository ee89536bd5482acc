"""Accounts and sessions as the service uses them, on memory, by a clock that the test sets."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from adapters.memory.database import MemoryDatabase
from application.errors import Crowded, InvalidToken, Unavailable
from application.identity import PasswordHasher
from application.sessions import Client, Grant, LiveSessions
from domain.account import Account
from domain.credentials import Email, Password
from domain.errors import (
    EmailTaken,
    InvalidFields,
    InvalidRefreshToken,
    NoAccount,
    RegistrationClosed,
    SessionNotFound,
    TooManyTries,
    WrongCredentials,
)
from domain.owner import Actor, Owner
from domain.session import RefreshToken
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.builders import (
    DAWN,
    HASH,
    a_session,
    a_task,
    an_account,
    an_id,
    an_owner,
    newest_first,
    trash,
)
from tests.http.clock import Clock
from tests.key_pairs import pair, pem
from tests.tokens import SECRET

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
ALICE, PASSWORD, WRONG = "alice@example.com", "correct horse battery", "incorrect horse"
SOMEWHERE = Client("192.0.2.1", "curl/8")


@dataclass
class Hasher(PasswordHasher):
    """Quick; writes down what it is asked, and lets something happen meanwhile."""

    calls: list[str]
    crowded: bool = False
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def hash(self, password: Password) -> str:
        await self._work("hash")
        return f"new {password.text}"

    async def verify(self, password: Password, kept: str | None) -> bool:
        await self._work("verify")
        return kept is not None and kept[4:] == password.text

    def outdated(self, kept: str) -> bool:
        return kept.startswith("old ")

    async def _work(self, what: str) -> None:
        self.calls.append(f"hasher.{what}")
        if self.crowded:
            raise Crowded
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()


@dataclass
class Break:
    """Where storage breaks: at which call from now on, and whether it does what it was asked."""

    at: int = -1
    done: bool = False


@dataclass
class Watched:
    """A port whose calls are written down, and one of which may break."""

    name: str
    port: Any
    calls: list[str]
    broken: Break

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object, **named: object) -> Any:
            self.calls.append(f"{self.name}.{method}")
            self.broken.at -= 1
            breaks = self.broken.at == -1
            if breaks and not self.broken.done:
                raise Unavailable
            result = await getattr(self.port, method)(*args, **named)
            if breaks:
                raise Unavailable
            return result

        return call


class House:
    """The service's own container, but for its clock, its hasher, and an eye on its storage."""

    def __init__(self, **settings: str) -> None:
        environ = {"DATABASE_URL": "memory:", "JWT_SECRET": SECRET, **settings}
        self.use = Container(settings=Settings.from_mapping(environ))
        self.clock = Clock(DAWN.isoformat())
        self.seconds = 0.0
        self.calls: list[str] = []
        self.broken = Break(-1)
        self.hasher = Hasher(self.calls)
        for name in ("accounts", "sessions", "tallies", "owners"):
            port = Watched(name, getattr(self.use, name)(), self.calls, self.broken)
            getattr(self.use, name).override(providers.Object(port))
        self.use.now.override(providers.Object(self.clock))
        self.use.hasher.override(providers.Object(self.hasher))
        self.use.live.override(providers.Object(self.another_process()))
        self.database: MemoryDatabase = self.use.storage()

    def another_process(self) -> LiveSessions:
        return LiveSessions(self.use.sessions(), self.clock, lambda: self.seconds)

    async def register(self, email: str = ALICE, password: str = PASSWORD) -> Grant:
        given = {"email": email, "password": password}
        grant: Grant = await self.use.register()(given, SOMEWHERE)
        return grant

    async def log_in(
        self, email: str = ALICE, password: str = PASSWORD, client: Client = SOMEWHERE
    ) -> Grant:
        grant: Grant = await self.use.log_in()({"email": email, "password": password}, client)
        return grant

    async def refresh(self, token: Grant | str) -> Grant:
        text = token if isinstance(token, str) else token.refresh_token
        grant: Grant = await self.use.refresh_session()({"refresh_token": text}, SOMEWHERE)
        return grant

    async def actor(self, grant: Grant) -> Actor:
        actor: Actor = await self.use.authenticate()(grant.access_token)
        return actor

    async def alive(self, *grants: Grant) -> None:
        """Fails if an access token is refused."""
        for grant in grants:
            await self.actor(grant)

    async def change_password(self, grant: Grant, current: str, new: str) -> None:
        actor = await self.actor(grant)
        await self.use.change_password()(actor, {"current": current, "new": new}, SOMEWHERE)

    async def called(self, attempt: Awaitable[object]) -> list[str]:
        """What was asked of the ports, whether or not it is refused."""
        self.calls.clear()
        await asyncio.gather(attempt, return_exceptions=True)
        return list(self.calls)

    async def dead(self, *grants: Grant) -> None:
        """Fails if any of a grant's tokens is good for anything."""
        for grant in grants:
            with pytest.raises(InvalidToken):
                await self.actor(grant)
            with pytest.raises(InvalidRefreshToken):
                await self.refresh(grant)


@pytest.fixture
def house() -> House:
    return House()


async def test_R01_a_refresh_gives_a_new_pair_of_the_same_session(house: House) -> None:
    first = await house.register()
    actor = await house.actor(first)
    house.clock.at += timedelta(minutes=10)

    second = await house.refresh(first)

    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    assert second.account == first.account
    assert second.lasts == timedelta(minutes=15)
    assert await house.actor(second) == await house.actor(first) == actor
    assert (await house.refresh(second)).refresh_token not in {
        first.refresh_token,
        second.refresh_token,
    }
    assert len(house.database.sessions) == 1


async def test_R02_R06_a_reuse_ends_the_session_durably_and_its_sibling_lives(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "taskhaven.audit")
    first = await house.register()
    sibling = await house.log_in()
    second = await house.refresh(first)
    await house.alive(second)
    house.clock.at += 10 * SECOND + TICK

    with pytest.raises(InvalidRefreshToken):
        await house.refresh(first)

    await house.dead(first, second)
    await house.alive(await house.refresh(sibling))
    assert [r.getMessage().split()[0] for r in caplog.records].count("refresh.reuse_detected") == 1


async def test_R03_R04_whoever_refreshes_at_once_or_again_gets_the_same_successor(
    house: House,
) -> None:
    first = await house.register()

    grants = await asyncio.gather(*(house.refresh(first) for _ in range(16)))
    house.clock.at += 10 * SECOND
    grants.append(await house.refresh(first))

    assert len({grant.refresh_token for grant in grants}) == 1
    for grant in grants:
        await house.alive(grant)
    await house.refresh(grants[0])


async def test_R05_a_refused_token_changes_nothing(house: House) -> None:
    first = await house.register()
    second = await house.refresh(first)
    token = RefreshToken.parse(second.refresh_token)
    before = dict(house.database.sessions)

    for bad in (
        str(replace(token, turn=2)),
        str(replace(token, secret=bytes(32))),
        str(replace(token, session=an_id())),
        str(replace(token, account=an_id())),
        str(a_session()[1]),
        second.refresh_token[:-1],
        second.access_token,
        "",
    ):
        with pytest.raises(InvalidRefreshToken):
            await house.refresh(bad)

    assert house.database.sessions == before
    await house.refresh(second)


@pytest.mark.parametrize("given", [{}, {"refresh_token": None}, {"refresh_token": 7}, {"x": "y"}])
async def test_what_is_not_even_text_is_a_bad_field(
    house: House, given: Mapping[str, object]
) -> None:
    with pytest.raises(InvalidFields):
        await house.use.refresh_session()(given, SOMEWHERE)


async def test_R07_a_session_ends_when_it_is_idle_or_old(house: House) -> None:
    idle = grant = await house.register()
    for _ in range(6):
        house.clock.at += timedelta(days=29)
        grant = await house.refresh(grant)
        await house.alive(grant)

    with pytest.raises(InvalidRefreshToken):
        await house.refresh(idle)
    other = await house.log_in()
    house.clock.at += timedelta(days=30)
    await house.dead(other)
    assert house.clock.at < DAWN + timedelta(days=360)


async def test_R07_no_refresh_carries_a_session_beyond_its_last_day(house: House) -> None:
    grant = await house.register()
    for _ in range(9):
        house.clock.at += timedelta(days=20) - TICK
        grant = await house.refresh(grant)

    house.clock.at = DAWN + timedelta(days=180)

    await house.dead(grant)


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("at", [0, 1])
async def test_R08_a_refresh_that_breaks_anywhere_can_be_asked_again(
    house: House, at: int, done: bool
) -> None:
    first = await house.register()
    assert len(await house.called(house.refresh(await house.log_in()))) == 2
    house.broken.at, house.broken.done = at, done

    with pytest.raises(Unavailable):
        await house.refresh(first)
    again = await house.refresh(first)

    turns = {s.turn for s in house.database.sessions.values() if s.created_at == DAWN}
    assert RefreshToken.parse(again.refresh_token).turn == 1
    assert turns == {1}
    await house.alive(await house.refresh(again))


async def test_R08_so_can_a_login(house: House) -> None:
    await house.register()
    steps = await house.called(house.log_in())
    there = len([call for call in steps if not call.startswith("hasher")])
    assert there == 5

    for done in (False, True):
        # The first only looks, and the last clears a count: neither makes a login fail.
        for at in range(1, there - 1):
            house.broken.at, house.broken.done = at, done
            with pytest.raises(Unavailable):
                await house.log_in()
            await house.alive(await house.log_in())


async def test_R08_a_registration_is_stored_whole_or_not_at_all(house: House) -> None:
    for at in (0, 1):
        house.broken.at, house.broken.done = at, False
        with pytest.raises(Unavailable):
            await house.register()
        assert (house.database.accounts, house.database.sessions) == ({}, {})
    house.broken.at, house.broken.done = 1, True
    with pytest.raises(Unavailable):
        await house.register()

    with pytest.raises(EmailTaken):
        await house.register()
    assert len(house.database.accounts) == len(house.database.sessions) == 1
    await house.alive(await house.log_in())


@pytest.mark.parametrize(("at", "done"), [(n, done) for n in range(4) for done in (False, True)])
async def test_R08_a_password_is_changed_and_others_are_out_or_neither(
    house: House, at: int, done: bool
) -> None:
    mine, theirs = await house.register(), await house.log_in()
    await house.alive(mine)
    house.broken.at, house.broken.done = at, done

    with pytest.raises(Unavailable):
        await house.change_password(mine, PASSWORD, "another fine password")

    house.seconds += 1
    if (at, done) == (3, True):
        await house.dead(theirs)
        await house.log_in(password="another fine password")
    else:
        await house.alive(theirs)
        await house.change_password(mine, PASSWORD, "another fine password")
        await house.dead(theirs)
    await house.alive(mine)


async def test_R10_the_same_is_done_whoever_it_was_not(house: House) -> None:
    await house.register(ALICE)
    await house.register("bob@example.com")
    await house.use.disable_account()(Email("bob@example.com"))

    wrong = await house.called(house.log_in(ALICE, WRONG))
    unknown = await house.called(house.log_in("nobody@example.com", PASSWORD))
    disabled = await house.called(house.log_in("bob@example.com", PASSWORD))
    disabled_and_wrong = await house.called(house.log_in("bob@example.com", WRONG))

    assert wrong == unknown == disabled == disabled_and_wrong
    assert wrong == [
        *("tallies.update", "tallies.update", "accounts.find", "hasher.verify"),
        "tallies.update",
    ]
    for email, password in [
        (ALICE, WRONG),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
    ]:
        with pytest.raises(WrongCredentials) as refused:
            await house.log_in(email, password)
        assert refused.value.args == ()


async def test_R11_the_right_password_waits_too_and_live_sessions_go_on(house: House) -> None:
    session = await house.register()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await house.log_in(password=WRONG)

    with pytest.raises(TooManyTries) as locked:
        await house.log_in()
    assert locked.value.wait == 30 * SECOND
    assert "hasher.verify" not in await house.called(house.log_in())
    with pytest.raises(TooManyTries):
        await house.log_in(" ALICE@example.com ", client=Client("198.51.100.7"))

    await house.alive(await house.refresh(session))
    await house.change_password(session, PASSWORD, "another fine password")
    house.clock.at += 30 * SECOND
    await house.log_in(password="another fine password")


async def test_R11_an_unknown_address_is_locked_as_a_known_one_is(house: House) -> None:
    await house.register()

    waits = []
    for email in (ALICE, "nobody@example.com"):
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                await house.log_in(email, WRONG)
        with pytest.raises(TooManyTries) as locked:
            await house.log_in(email, WRONG)
        waits.append(locked.value.wait)

    assert waits == [30 * SECOND] * 2


async def test_R11_no_more_than_ten_guesses_are_verified_in_15_minutes(house: House) -> None:
    await house.register()
    house.calls.clear()

    for _ in range(15 * 60):
        house.clock.at += SECOND
        with pytest.raises((WrongCredentials, TooManyTries)):
            await house.log_in(password=WRONG, client=Client(None))

    assert 5 < house.calls.count("hasher.verify") <= 10


async def test_R11_who_tries_many_accounts_from_one_address_is_slowed_down(house: House) -> None:
    for n in range(50):
        with pytest.raises(WrongCredentials):
            await house.log_in(f"{n}@example.com", WRONG)

    with pytest.raises(TooManyTries) as locked:
        await house.log_in("50@example.com", WRONG)
    assert locked.value.wait == 10 * SECOND
    await house.register()
    with pytest.raises(WrongCredentials):
        await house.log_in("50@example.com", WRONG, Client("198.51.100.7"))


async def test_R11_logins_that_succeed_lock_nobody_out(house: House) -> None:
    await house.register()

    for _ in range(200):
        for _ in range(3):
            with pytest.raises(WrongCredentials):
                await house.log_in(password=WRONG, client=Client(None))
        await house.log_in()


async def test_R11_nor_does_a_crowd_before_the_hasher(house: House) -> None:
    await house.register()
    house.hasher.crowded = True
    for _ in range(200):
        with pytest.raises(Crowded):
            await house.log_in()

    house.hasher.crowded = False

    await house.log_in()


async def test_R11_nor_does_it_where_a_password_is_proved(house: House) -> None:
    grant = await house.register()
    house.hasher.crowded = True
    for _ in range(5):
        with pytest.raises(Crowded):
            await house.change_password(grant, PASSWORD, "another fine password")
    house.hasher.crowded = False

    await house.change_password(grant, PASSWORD, "another fine password")


async def test_R11_guesses_at_the_present_password_wait_too_and_lock_no_login(
    house: House,
) -> None:
    grant = await house.register()
    for _ in range(5):
        with pytest.raises(InvalidFields, match="current is not the present password"):
            await house.change_password(grant, WRONG, "another fine password")

    with pytest.raises(TooManyTries):
        await house.change_password(grant, PASSWORD, "another fine password")
    with pytest.raises(TooManyTries):
        await house.use.erase_account()(await house.actor(grant), {"password": PASSWORD}, SOMEWHERE)

    await house.log_in()


@pytest.mark.parametrize(
    "password",
    ["seven 7", "password1", "ILoveYou", ALICE, "ALICE@EXAMPLE.COM", "12345678\0", "x" * 1025],
)
async def test_R14_a_bad_new_password_is_refused_and_named(house: House, password: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        await house.register(password=password)
    assert [error.path for error in refused.value.errors] == [("password",)]

    grant = await house.register()
    with pytest.raises(InvalidFields) as refused:
        await house.change_password(grant, PASSWORD, password)
    assert [error.path for error in refused.value.errors] == [("new",)]
    await house.log_in()


async def test_R14_a_password_typed_on_another_keyboard_is_the_same(house: House) -> None:
    await house.register(password="re\u0301sume\u0301 \uff11\uff12")

    await house.log_in(password="r\u00e9sum\u00e9 12")


async def test_R12_no_password_that_is_too_long_is_hashed_or_counted(house: House) -> None:
    await house.register()

    for attempt in (house.log_in(password="x" * 1025), house.register("b@x", "x" * 1_000_000)):
        assert await house.called(attempt) == []


async def test_R15_an_outdated_hash_is_replaced_at_login(house: House) -> None:
    account = an_account(ALICE).change_password(f"old {PASSWORD}")
    await house.use.accounts().add(account)

    with pytest.raises(WrongCredentials):
        await house.log_in(password=WRONG)
    assert house.database.accounts[account.owner] == account
    grant = await house.log_in()

    assert grant.account.password_hash == f"new {PASSWORD}"
    assert house.database.accounts[account.owner] == grant.account
    assert "hasher.hash" not in await house.called(house.log_in())


async def test_R15_a_password_changed_at_that_moment_stays_changed(house: House) -> None:
    account = an_account(ALICE).change_password(f"old {PASSWORD}")
    await house.use.accounts().add(account)

    async def change() -> None:
        await house.use.accounts().update(account.owner, lambda a: a.change_password("new other"))

    house.hasher.meanwhile = change
    await asyncio.gather(house.log_in(), return_exceptions=True)

    assert house.database.accounts[account.owner].password_hash == "new other"


async def test_the_old_password_begins_no_session_once_it_was_changed(house: House) -> None:
    mine = await house.register()
    house.hasher.meanwhile = lambda: house.change_password(mine, PASSWORD, "another fine password")

    done = await asyncio.gather(house.log_in(), return_exceptions=True)

    assert [type(result) for result in done] == [WrongCredentials]
    assert len(house.database.sessions) == 1


async def erase(house: House, account: Account) -> None:
    await house.use.accounts().erase(account.owner, at=DAWN)


async def disable(house: House, account: Account) -> None:
    await house.use.disable_account()(account.email)


@pytest.mark.parametrize(
    ("made_with", "how"),
    [
        ("new", erase),
        ("new", disable),
        ("old", disable),
        ("old", erase),
    ],
)
async def test_an_account_that_goes_during_a_login_is_as_one_that_never_was(
    house: House, made_with: str, how: Callable[[House, Account], Awaitable[None]]
) -> None:
    account = an_account(ALICE).change_password(f"{made_with} {PASSWORD}")
    await house.use.accounts().add(account)
    house.hasher.meanwhile = lambda: how(house, account)

    with pytest.raises(WrongCredentials):
        await house.log_in()

    assert house.database.sessions == {}


@pytest.mark.parametrize("member", ["id", "role", "user_id", "created_at", "is_admin", "version"])
async def test_R17_nothing_takes_members_that_are_not_its_own(house: House, member: str) -> None:
    grant = await house.register()
    actor = await house.actor(grant)
    credentials = {"email": "bob@example.com", "password": PASSWORD}
    before = (dict(house.database.accounts), dict(house.database.sessions))
    use = house.use

    for attempt in (
        use.register()({**credentials, member: "x"}, SOMEWHERE),
        use.log_in()({**credentials, "email": ALICE, member: "x"}, SOMEWHERE),
        use.refresh_session()({"refresh_token": grant.refresh_token, member: "x"}, SOMEWHERE),
        use.rename_account()(actor, {"name": "x", member: "x"}),
        use.rename_account()(actor, {member: "x"}),
        use.change_password()(
            actor, {"current": PASSWORD, "new": "a new password", member: "x"}, SOMEWHERE
        ),
        use.erase_account()(actor, {"password": PASSWORD, member: "x"}, SOMEWHERE),
        use.add_account()({**credentials, member: "x"}),
    ):
        with pytest.raises(InvalidFields) as refused:
            await attempt
        assert [error.path for error in refused.value.errors] == [(member,)]

    assert (house.database.accounts, house.database.sessions) == before


async def test_nobody_elses_user_has_an_account(house: House) -> None:
    await house.register()
    own = (await house.register("bob@example.com")).account.owner
    use = house.use

    for actor in (
        Actor(an_owner()),
        Actor(an_owner("partner")),
        Actor(Owner(own.subject)),
        Actor(own),
    ):
        for attempt in (
            use.read_account()(actor),
            use.rename_account()(actor, {"name": "x"}),
            use.change_password()(actor, {"current": PASSWORD, "new": "a new password"}, SOMEWHERE),
            use.list_sessions()(actor),
            use.end_session()(actor, an_id(), SOMEWHERE),
            use.erase_account()(actor, {"password": PASSWORD}, SOMEWHERE),
            use.export_account()(actor, SOMEWHERE),
            use.log_out()(actor, None, SOMEWHERE),
        ):
            with pytest.raises(NoAccount):
                await attempt


async def test_where_registration_is_closed_only_the_operator_makes_accounts() -> None:
    house = House(ACCOUNTS="closed")

    with pytest.raises(RegistrationClosed):
        await house.register()
    account = await house.use.add_account()({"email": ALICE, "password": PASSWORD, "name": " A "})

    assert account.name == "A"
    assert (await house.log_in()).account == account
    assert [found async for found in house.use.list_accounts()()] == [account]


async def test_every_account_is_listed_oldest_first(house: House) -> None:
    accounts = [an_account() for _ in range(1001)]
    for account in reversed(accounts):
        await house.use.accounts().add(account)

    assert [account async for account in house.use.list_accounts()()] == accounts


async def test_a_disabled_account_is_out_until_it_is_enabled(house: House) -> None:
    grant = await house.register()

    disabled = await house.use.disable_account()(Email(" Alice@EXAMPLE.com".strip()))
    assert disabled.disabled_at == DAWN
    house.seconds += 1
    await house.dead(grant)
    with pytest.raises(WrongCredentials):
        await house.log_in()
    await house.use.enable_account()(Email(ALICE))

    await house.alive(await house.log_in())
    await house.dead(grant)
    for unknown in (house.use.disable_account(), house.use.enable_account()):
        with pytest.raises(NoAccount):
            await unknown(Email("nobody@example.com"))


async def test_a_name_is_changed_where_one_is_given(house: House) -> None:
    actor = await house.actor(await house.register())
    rename = house.use.rename_account()

    assert (await rename(actor, {"name": " Alice "})).name == "Alice"
    assert (await rename(actor, {})).name == "Alice"
    assert (await house.use.read_account()(actor)).name == "Alice"
    assert (await rename(actor, {"name": None})).name is None


async def test_a_changed_password_ends_the_other_sessions_at_once(house: House) -> None:
    mine, theirs = await house.register(), await house.log_in()
    for grant in (mine, theirs):
        await house.alive(grant)

    await house.change_password(mine, PASSWORD, "another fine password")

    await house.dead(theirs)
    await house.alive(await house.refresh(mine))
    with pytest.raises(WrongCredentials):
        await house.log_in()
    await house.log_in(password="another fine password")


@pytest.mark.parametrize("with_access", [True, False])
@pytest.mark.parametrize("with_refresh", [True, False])
async def test_logging_out_ends_the_session_of_each_token_at_once(
    house: House, with_access: bool, with_refresh: bool
) -> None:
    one, other = await house.register(), await house.log_in()
    newer = await house.refresh(other)
    for grant in (one, other):
        await house.alive(grant)

    actor = await house.actor(one) if with_access else None
    await house.use.log_out()(actor, other.refresh_token if with_refresh else None, SOMEWHERE)

    ended = [one] * with_access + [other, newer] * with_refresh
    await house.dead(*ended)
    for grant in {one.refresh_token: one, newer.refresh_token: newer}.values():
        if grant not in ended:
            await house.alive(await house.refresh(grant))


async def test_logging_out_with_what_is_no_token_of_a_session_ends_nothing(house: House) -> None:
    grant = await house.register()
    token = RefreshToken.parse(grant.refresh_token)

    for bad in ("", "x", str(a_session()[1]), str(replace(token, secret=bytes(32)))):
        await house.use.log_out()(None, bad, SOMEWHERE)

    await house.refresh(grant)


async def test_one_of_several_sessions_can_be_ended(house: House) -> None:
    one = await house.register()
    house.clock.at += SECOND
    other, stranger = await house.log_in(), await house.register("bob@example.com")
    actor, bob = await house.actor(one), await house.actor(stranger)
    ended, theirs = (await house.actor(other)).session, bob.session
    assert ended
    assert theirs

    listed = await house.use.list_sessions()(actor)
    assert [session.id for session in listed] == [ended, actor.session]
    for whose, id in ((actor, an_id()), (actor, theirs), (bob, ended)):
        with pytest.raises(SessionNotFound):
            await house.use.end_session()(whose, id, SOMEWHERE)
    await house.use.end_session()(actor, ended, SOMEWHERE)

    await house.dead(other)
    assert [session.id for session in await house.use.list_sessions()(actor)] == [actor.session]
    await house.alive(stranger)


async def test_a_session_that_is_over_is_not_listed_and_then_forgotten(house: House) -> None:
    await house.register()
    house.clock.at += timedelta(days=30)
    grant = await house.log_in()
    actor = await house.actor(grant)

    assert [s.id for s in await house.use.list_sessions()(actor)] == [actor.session]
    assert len(house.database.sessions) == 2
    assert await house.use.forget_sessions()() == 1
    assert [s.id for s in house.database.sessions.values()] == [actor.session]


async def furnish(house: House, owner: Owner) -> None:
    tasks, made = house.use.tasks(), [a_task(owner) for _ in range(3)]
    for task in made:
        await tasks.add(task, by=owner)
    await tasks.update(owner, made[0].id, trash, by=owner)


async def test_an_erased_account_leaves_nothing_behind(house: House) -> None:
    grant, other = await house.register(), await house.register("bob@example.com")
    actor, owner = await house.actor(grant), grant.account.owner
    for whose in (owner, other.account.owner):
        await furnish(house, whose)

    with pytest.raises(InvalidFields, match="password is not the present password"):
        await house.use.erase_account()(actor, {"password": WRONG}, SOMEWHERE)
    await house.use.erase_account()(actor, {"password": PASSWORD}, SOMEWHERE)

    await house.dead(grant)
    assert await house.use.journal().position(owner) == 0
    assert await house.use.journal().position(other.account.owner) == 4
    await house.register()


@pytest.mark.parametrize(("at", "done"), [(n, done) for n in range(5) for done in (False, True)])
async def test_R08_an_erasure_cut_short_is_finished_later(
    house: House, at: int, done: bool
) -> None:
    grant = await house.register()
    actor, owner = await house.actor(grant), grant.account.owner
    await furnish(house, owner)
    house.broken.at, house.broken.done = at, done

    with pytest.raises(Unavailable) if at < 4 else nullcontext():
        await house.use.erase_account()(actor, {"password": PASSWORD}, SOMEWHERE)
    if owner in house.database.accounts:
        assert len((await house.use.tasks().page(owner, newest_first(9))).tasks) == 2
        await house.use.erase_account()(actor, {"password": PASSWORD}, SOMEWHERE)
    await furnish(house, owner)  # a request under way
    finish = house.use.finish_erasures()
    house.clock.at += timedelta(minutes=5)
    assert await finish() == 0
    assert await house.use.journal().position(owner) > 0
    house.clock.at += TICK
    assert await finish() == 1

    assert await house.use.journal().position(owner) == 0
    assert house.database.erased == {}


async def test_an_export_has_everything_that_the_account_has(house: House) -> None:
    grant, other = await house.register(), await house.register("bob@example.com")
    actor, owner = await house.actor(grant), grant.account.owner
    tasks = [a_task(owner) for _ in range(1001)]
    for task in tasks:
        await house.use.tasks().add(task, by=owner)
    await furnish(house, other.account.owner)

    export = await house.use.export_account()(actor, SOMEWHERE)

    assert export.account == grant.account
    assert [session.id for session in export.sessions] == [actor.session]
    assert await flat(export.tasks) == tasks
    assert [entry.position for entry in await flat(export.entries)] == [*range(1, 1002)]


async def flat(batches: AsyncIterator[Any]) -> list[Any]:
    return [one async for batch in batches for one in batch]


async def test_an_ended_session_is_dead_at_once_here_and_within_a_second_elsewhere(
    house: House,
) -> None:
    grant = await house.register()
    actor = await house.actor(grant)
    assert actor.session
    elsewhere = house.another_process()
    await elsewhere.check(actor.owner, actor.session)

    await house.use.log_out()(actor, None, SOMEWHERE)

    await house.dead(grant)
    await elsewhere.check(actor.owner, actor.session)
    house.seconds += 0.999
    with pytest.raises(InvalidToken):
        await elsewhere.check(actor.owner, actor.session)


async def test_a_live_session_is_looked_up_once_a_while(house: House) -> None:
    grant = await house.register()

    assert await house.called(house.actor(grant)) == ["sessions.find"]
    assert await house.called(house.actor(grant)) == []
    house.seconds += 0.7
    assert await house.called(house.actor(grant)) == []
    house.seconds += 0.2
    assert await house.called(house.actor(grant)) == ["sessions.find"]


async def test_a_session_that_ends_while_it_is_looked_up_is_not_remembered(house: House) -> None:
    grant = await house.register()
    actor = await house.actor(grant)
    assert actor.session
    live = house.another_process()
    found = asyncio.Event()
    port = house.use.sessions().port
    find = port.find

    async def slowly(owner: Owner, id: object) -> object:
        session = await find(owner, id)
        await found.wait()
        return session

    port.find = slowly
    checking = asyncio.create_task(live.check(actor.owner, actor.session))
    await asyncio.sleep(0)
    await port.end(actor.owner, actor.session)
    live.ended(actor.owner)
    found.set()
    await checking

    with pytest.raises(InvalidToken):
        await live.check(actor.owner, actor.session)


async def test_one_session_is_remembered_where_all_others_were_ended(house: House) -> None:
    one, other = await house.register(), await house.log_in()
    mine, theirs = await house.actor(one), await house.actor(other)

    house.use.live().ended(mine.owner, but=mine.session)

    assert await house.called(house.actor(one)) == []
    assert await house.called(house.actor(other)) == ["sessions.find"]
    house.use.live().ended(theirs.owner)
    assert await house.called(house.actor(one)) == ["sessions.find"]


async def test_no_more_than_so_many_sessions_are_remembered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.sessions._MOST_REMEMBERED", 10)
    live = house.another_process()
    accounts = [an_account() for _ in range(7)]
    begun = [a_session(account.id, at=DAWN)[0] for account in accounts for _ in range(3)]
    for account in accounts:
        await house.use.accounts().add(account)
    for n, session in enumerate(begun * 3):
        if n < len(begun):
            await house.use.sessions().add(session, proved=HASH)
        await live.check(session.owner, session.id)
        if n % 5 == 0:
            live.ended(session.owner, but=session.id)

    looked_up = [await house.called(live.check(s.owner, s.id)) for s in begun]

    assert looked_up.count([]) <= 10


async def test_sessions_that_ended_take_no_place_of_those_that_are_remembered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.sessions._MOST_REMEMBERED", 10)
    grant = await house.register()
    await house.alive(grant)

    for n in range(20):
        other = await house.register(f"{n}@example.com")
        await house.alive(other)
        await house.use.log_out()(None, other.refresh_token, SOMEWHERE)

    assert await house.called(house.actor(grant)) == []


async def test_tokens_of_other_issuers_need_no_session(house: House) -> None:
    signer = house.use.tokens().shared_signer
    assert signer
    token = signer.sign(Actor(Owner("alice")), expires_at=DAWN + SECOND)

    assert await house.called(house.use.authenticate()(token)) == []
    assert await house.use.authenticate()(token) == Actor(Owner("alice"))


def test_what_keeps_people_unknown_in_the_audit_trail_is_published_nowhere() -> None:
    house = House(JWT_SECRET="", SIGNING_KEY=pem(pair("EdDSA").private))
    tokens = house.use.tokens()

    assert tokens.audit_secret not in tokens.published


async def test_no_repr_shows_a_secret(house: House) -> None:
    grant = await house.register()

    shown = repr(grant) + repr(house.database.sessions) + repr(house.database.accounts)

    for secret in (grant.access_token, grant.refresh_token, PASSWORD):
        assert secret not in shown
