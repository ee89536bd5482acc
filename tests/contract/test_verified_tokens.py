"""Tokens that were accepted before: what is remembered of them, and for how long (T32)."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from adapters.tokens import verifier
from adapters.tokens.claims import LEEWAY
from adapters.tokens.compact import CompactToken
from adapters.tokens.public_keys import Key
from tests.issuing import CLAIMS, Verifier, claims, publishing
from tests.key_pairs import pair
from tests.publishing import LASTING, Publisher, served
from tests.tokens import NOW, SECONDS

SIGNER, OTHER = pair("EdDSA"), pair("EdDSA", 2)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The tokens whose signatures are checked in the block."""
    checked: list[str] = []
    check = Key.check

    def counted(key: Key, token: CompactToken) -> None:
        checked.append(token.text)
        check(key, token)

    with monkeypatch.context() as patch:
        patch.setattr(Key, "check", counted)
        yield checked


def test_T32_a_signature_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checking, token = Verifier(publishing(SIGNER)), SIGNER.token(CLAIMS)

    with counting(monkeypatch) as checked:
        actors = {checking.verify(token).owner.key for _ in range(100)}

    assert actors == {"alice"}
    assert checked == [token]


def test_T32_the_expiry_of_a_token_seen_before_is_checked_each_time() -> None:
    clock = Clock()
    verifier = Verifier(publishing(SIGNER), now=clock)
    token = SIGNER.token(claims(exp=SECONDS + 60))
    assert not verifier.refuses(token)

    clock.at = NOW + timedelta(seconds=60 + LEEWAY, microseconds=-1)
    assert not verifier.refuses(token)
    clock.at = NOW + timedelta(seconds=60 + LEEWAY)
    assert verifier.refuses(token)
    clock.at = NOW
    assert not verifier.refuses(token)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_T32_so_is_when_it_begins(name: str) -> None:
    clock = Clock()
    verifier = Verifier(publishing(SIGNER), now=clock)
    token = SIGNER.token(claims(**{name: SECONDS}))
    assert not verifier.refuses(token)

    clock.at = NOW - timedelta(seconds=LEEWAY)
    assert not verifier.refuses(token)
    clock.at = NOW - timedelta(seconds=LEEWAY, microseconds=1)
    assert verifier.refuses(token)


def test_T32_of_two_beginnings_the_later_counts() -> None:
    verifier = Verifier(publishing(SIGNER))

    assert verifier.refuses(SIGNER.token(claims(nbf=SECONDS + LEEWAY + 1, iat=SECONDS - 1000)))
    assert verifier.refuses(SIGNER.token(claims(iat=SECONDS + LEEWAY + 1, nbf=SECONDS - 1000)))


def test_T32_a_token_that_was_refused_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Verifier(publishing(SIGNER))
    bad = OTHER.token(CLAIMS, kid=SIGNER.id)

    with counting(monkeypatch) as checked:
        assert [checking.refuses(bad) for _ in range(3)] == [True] * 3

    assert checked == [bad] * 3
    assert not remembered(checking)


def test_T32_what_is_refused_for_its_claims_is_not_remembered_either() -> None:
    checking = Verifier(publishing(SIGNER))

    for wrong in ({"sub": "a/b"}, {"aud": "other"}, {"exp": 5}, {"nbf": SECONDS + 60}):
        assert checking.refuses(SIGNER.token(claims(**wrong)))

    assert not remembered(checking)


def remembered(checking: Verifier) -> list[bytes]:
    """What tokens are remembered by, the one used longest ago first."""
    return list(checking.port._remembered)


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def test_T32_as_many_tokens_are_remembered_as_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert verifier._REMEMBERED == 10_000
    monkeypatch.setattr(verifier, "_REMEMBERED", 5)
    checking = Verifier(publishing(SIGNER))
    tokens = [SIGNER.token(claims(jti=number)) for number in range(12)]

    for token in tokens:
        checking.verify(token)
        assert len(remembered(checking)) <= 5

    assert remembered(checking) == [digest(token) for token in tokens[-5:]]
    assert not any(checking.refuses(token) for token in tokens)


def test_T32_those_in_use_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "_REMEMBERED", 5)
    checking = Verifier(publishing(SIGNER))
    regular = SIGNER.token(CLAIMS)

    with counting(monkeypatch) as checked:
        for number in range(20):
            checking.verify(regular)
            checking.verify(SIGNER.token(claims(jti=number)))

    assert checked.count(regular) == 1


def test_T32_the_token_itself_is_nowhere_in_memory() -> None:
    checking = Verifier(publishing(SIGNER))
    token = SIGNER.token(CLAIMS)
    checking.verify(token)

    assert remembered(checking) == [digest(token)]
    gc.collect()
    holders = [holder for holder in gc.get_referrers(token) if holder is not locals()]
    assert not [holder for holder in holders if not hasattr(holder, "f_code")]
    assert token.rpartition(".")[2] not in repr(checking.port._remembered)


def test_T32_one_letter_more_or_less_is_another_token() -> None:
    checking = Verifier(publishing(SIGNER))
    token = SIGNER.token(CLAIMS)
    checking.verify(token)

    for other in (f"{token}=", f"{token} ", f" {token}", token[:-1], f"{token}A", token.upper()):
        assert checking.refuses(other)


async def test_T32_no_token_outlives_a_change_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(SIGNER, OTHER)
    async with served(publisher) as service:
        tokens = [signer.token(LASTING) for signer in (SIGNER, OTHER)]
        for token in tokens * 2:
            assert await service.status(token) == 200
        publisher.publish(OTHER)
        service.seconds.pass_by(30)
        assert await service.of(SIGNER, kid="unknown") == 401

        assert [await service.status(token) for token in tokens] == [401, 200]


async def test_T32_a_fetch_that_changes_nothing_forgets_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publisher = Publisher(SIGNER)
    async with served(publisher) as service:
        token = SIGNER.token(LASTING)
        assert [await service.status(token) for _ in range(2)] == [200, 200]
        service.seconds.pass_by(30)
        assert await service.of(OTHER) == 401
        assert publisher.asked == 2

        with counting(monkeypatch) as checked:
            assert await service.status(token) == 200

        assert checked == []
