"""A session goes on turn by turn, and ends where a token is used twice (catalogue R01-R07)."""

from dataclasses import replace
from datetime import timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRefreshToken
from domain.session import GRACE, RefreshToken, Session
from tests.builders import DAWN, a_session, an_id

LASTS = timedelta(days=30)
AT_MOST = timedelta(days=180)
TICK = timedelta(microseconds=1)
LONGEST_WAY = 1_000

tokens = st.builds(
    RefreshToken,
    st.uuids(),
    st.uuids(),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=32, max_size=32),
)


def turned(
    session: Session, token: RefreshToken, times: int = 1, *, after: timedelta = GRACE
) -> tuple[Session, list[RefreshToken]]:
    """The session some turns on, one each time that has passed, and every token there was."""
    had = [token]
    for _ in range(times):
        at = session.refreshed_at + after
        session = must(session.refresh(had[-1], at=at, lasts=LASTS))
        had.append(session.successor(had[-1]))
    return session, had


def must(session: Session | None) -> Session:
    assert session is not None
    return session


def refused(session: Session, token: RefreshToken, after: timedelta = GRACE) -> None:
    with pytest.raises(InvalidRefreshToken) as raised:
        session.refresh(token, at=session.refreshed_at + after, lasts=LASTS)
    assert str(raised.value) == ""


def test_it_begins_on_turn_0_with_a_token_that_it_keeps_no_secret_of() -> None:
    session, token = a_session(agent="curl/8")

    assert (session.account, session.id, session.turn) == (token.account, token.session, token.turn)
    assert session.turn == 0
    assert session.created_at == session.refreshed_at == DAWN
    assert (session.expires_at, session.ends_at) == (DAWN + LASTS, DAWN + AT_MOST)
    assert session.agent == "curl/8"
    assert session.owner == token.owner
    assert session.owner.key == f"own/{session.account}"
    assert len(token.secret) == len(bytes.fromhex(session.salt)) == 32
    assert token.secret.hex() not in {session.salt, session.digest}
    assert session.salt != a_session()[0].salt


def test_R01_a_token_used_once_takes_the_next_turn() -> None:
    session, token = a_session(agent="curl/8")
    at = DAWN + timedelta(days=1)

    after = must(session.refresh(token, at=at, lasts=LASTS))

    successor = after.successor(token)
    assert after == replace(
        session, turn=1, digest=successor.digest, refreshed_at=at, expires_at=at + LASTS
    )
    assert (successor.account, successor.session, successor.turn) == (*token_of(session), 1)
    assert successor.secret != token.secret
    assert after.refresh(successor, at=at, lasts=LASTS) is not None


def token_of(session: Session) -> tuple[object, object]:
    return session.account, session.id


@pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=5), GRACE])
def test_R04_who_lost_the_answer_gets_the_same_successor_again(late: timedelta) -> None:
    before, token = a_session()
    session, (_, successor) = turned(before, token)

    again = session.refresh(token, at=session.refreshed_at + late, lasts=LASTS)

    assert again == session
    assert must(again).successor(token) == successor


def test_R04_so_does_who_asks_by_a_clock_that_went_back() -> None:
    session, (token, _) = turned(*a_session())

    assert session.refresh(token, at=session.refreshed_at - GRACE * 2, lasts=LASTS) == session


def test_the_grace_is_10_seconds() -> None:
    assert timedelta(seconds=10) == GRACE


def test_R02_a_token_used_again_after_the_grace_ends_the_session() -> None:
    session, (token, _) = turned(*a_session())

    assert session.refresh(token, at=session.refreshed_at + GRACE + TICK, lasts=LASTS) is None


def test_R02_so_does_one_whose_successor_was_used_at_once() -> None:
    session, had = turned(*a_session(), times=2, after=timedelta())

    assert session.refresh(had[0], at=session.refreshed_at, lasts=LASTS) is None
    assert session.refresh(had[1], at=session.refreshed_at, lasts=LASTS) == session


@pytest.mark.parametrize("turn", [0, 1, 37, 98])
def test_R02_so_does_any_token_however_old(turn: int) -> None:
    session, had = turned(*a_session(), times=100)

    assert session.refresh(had[turn], at=session.refreshed_at, lasts=LASTS) is None


def test_R02_a_reuse_is_told_from_a_forgery_for_so_many_turns() -> None:
    session, had = turned(*a_session(), times=LONGEST_WAY + 1, after=timedelta(seconds=1))

    assert session.refresh(had[1], at=session.refreshed_at, lasts=LASTS) is None
    refused(session, had[0])


@given(st.binary(min_size=32, max_size=32), st.integers(0, 3))
def test_R05_a_forged_token_changes_nothing(secret: bytes, turn: int) -> None:
    session, had = turned(*a_session(), times=2)

    refused(session, replace(had[0], turn=turn, secret=secret))


@pytest.mark.parametrize("turn", [3, 4, 1000, 2**31, 2**32 - 1])
def test_R05_so_does_one_whose_counter_is_ahead(turn: int) -> None:
    session, had = turned(*a_session(), times=2)

    for token in had:
        refused(session, replace(token, turn=turn))


def test_R05_so_does_a_secret_on_another_turn_than_its_own() -> None:
    session, had = turned(*a_session(), times=3)

    for token in had:
        for turn in {0, 1, 2, 3} - {token.turn}:
            refused(session, replace(token, turn=turn))


def test_R05_so_does_the_token_of_another_session() -> None:
    session, (_, newest) = turned(*a_session())
    sibling, theirs = a_session(session.account)

    refused(session, theirs)
    refused(session, replace(theirs, session=session.id))
    refused(session, replace(newest, account=an_id()))
    refused(session, replace(newest, session=sibling.id))


@pytest.mark.parametrize("presented", [0, 1])
def test_R07_it_is_over_once_it_was_not_refreshed_for_so_long(presented: int) -> None:
    session, had = turned(*a_session())

    assert not session.over(session.refreshed_at + LASTS - TICK)
    assert session.over(session.refreshed_at + LASTS)
    assert session.refresh(had[1], at=session.expires_at - TICK, lasts=LASTS) is not None
    refused(session, had[presented], LASTS)


def test_R07_no_refresh_carries_it_beyond_its_end() -> None:
    session, had = turned(*a_session(), times=7, after=timedelta(days=25))

    assert session.refreshed_at == DAWN + timedelta(days=175)
    assert session.expires_at == session.ends_at == DAWN + AT_MOST
    assert must(session.refresh(had[-1], at=session.ends_at - TICK, lasts=LASTS)).over(
        session.ends_at
    )
    refused(session, had[-1], timedelta(days=5))


def test_R07_the_grace_does_not_outlast_the_session() -> None:
    session, (token, _) = turned(*a_session(at_most=timedelta(seconds=15)))

    assert session.refresh(token, at=session.ends_at - TICK, lasts=LASTS) == session
    refused(session, token, timedelta(seconds=5))


def test_one_that_may_last_less_than_until_its_first_refresh_ends_when_it_ends() -> None:
    session, _ = a_session(lasts=LASTS, at_most=timedelta(hours=1))

    assert session.expires_at == session.ends_at == DAWN + timedelta(hours=1)


def test_any_token_of_its_may_end_it_even_once_it_is_over() -> None:
    session, had = turned(*a_session(), times=3)

    for token in had:
        session.ended_by(token)


def test_nobody_elses_may() -> None:
    session, had = turned(*a_session(), times=3)
    ahead = session.successor(had[-1])

    for token in (ahead, replace(had[0], secret=bytes(32)), a_session(session.account)[1]):
        with pytest.raises(InvalidRefreshToken):
            session.ended_by(token)


@given(tokens)
def test_a_token_is_read_back_from_its_text(token: RefreshToken) -> None:
    text = str(token)

    assert RefreshToken.parse(text) == token
    assert len(text) == 96
    assert text.startswith("thrt_")
    assert set(text) <= {*ascii_letters, *digits, "-", "_"}


@given(st.integers(0, 95), st.characters())
def test_R05_a_text_with_any_character_changed_is_no_token_of_the_session(
    place: int, character: str
) -> None:
    session, had = turned(*a_session(), times=2)
    for text in map(str, had):
        tampered = text[:place] + character + text[place + 1 :]
        if tampered == text:
            continue

        with pytest.raises(InvalidRefreshToken):
            session.refresh(RefreshToken.parse(tampered), at=session.refreshed_at, lasts=LASTS)


@pytest.mark.parametrize("place", range(96))
def test_R05_nor_is_one_with_any_bit_of_a_character_changed(place: int) -> None:
    session, token = a_session()
    text = str(token)

    for character in {*ascii_letters, *digits, "-", "_"} - {text[place]}:
        with pytest.raises(InvalidRefreshToken):
            session.refresh(
                RefreshToken.parse(text[:place] + character + text[place + 1 :]),
                at=DAWN,
                lasts=LASTS,
            )


def test_R05_a_token_has_one_text_alone() -> None:
    text = str(a_session()[1])

    for other in (
        *("", "thrt_", text[5:], f" {text}", f"{text} ", f"{text}=", f"{text}\n", text[:-1]),
        *(f"{text}A", f"{text}{text}", f"thrt_{text}", text.upper(), text.replace("_", "/")),
        *(text[:40] + "\n" + text[40:], text[:40] + "!" + text[40:], "thrt_" + "A" * 1_000_000),
        *(text[:-1] + "\u00e9", "\ud800" * 96, "\0" * 96),
    ):
        with pytest.raises(InvalidRefreshToken):
            RefreshToken.parse(other)


@given(st.text() | st.text().map(lambda text: f"thrt_{text}"))
def test_R05_nothing_else_makes_it_fail_in_another_way(text: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        RefreshToken.parse(text)


def test_R09_what_storage_keeps_of_a_session_shows_no_secret() -> None:
    session, token = a_session()

    assert token.secret.hex() not in repr(session)
    assert session.salt not in repr(session)
    assert session.digest not in repr(session)
    assert str(token.secret) not in repr(token)
    assert str(token) not in f"{token!r} {[token]}"
