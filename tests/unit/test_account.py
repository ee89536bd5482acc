"""An account: verbs that count, a name that is read, and nothing that tells its password."""

from datetime import timedelta

import pytest

from domain.account import MAX_NAME, read_name
from domain.owner import Owner
from tests.builders import DAWN, an_account

LATER = DAWN + timedelta(days=1)


def test_its_owner_is_of_our_own_realm() -> None:
    account = an_account()

    assert account.owner == Owner(str(account.id), "own")
    assert account.owner.key == f"own/{account.id}"


def test_a_verb_that_changes_something_counts_as_one_version() -> None:
    account = an_account()

    renamed = account.rename("Alice")
    changed = renamed.change_password("other")
    disabled = changed.disable(at=LATER)
    enabled = disabled.enable()

    assert [a.version for a in (account, renamed, changed, disabled, enabled)] == [1, 2, 3, 4, 5]
    assert (enabled.name, enabled.password_hash, enabled.disabled_at) == ("Alice", "other", None)
    assert (enabled.id, enabled.email, enabled.created_at) == (
        account.id,
        account.email,
        account.created_at,
    )


def test_a_verb_that_changes_nothing_returns_the_account_itself() -> None:
    account = an_account().rename("Alice")

    for same in (
        account.rename("Alice"),
        account.change_password(account.password_hash),
        account.enable(),
    ):
        assert same is account


def test_one_that_is_disabled_stays_so_since_then() -> None:
    disabled = an_account().disable(at=DAWN)

    again = disabled.disable(at=LATER)

    assert again is disabled
    assert again.disabled
    assert again.disabled_at == DAWN
    assert not again.enable().disabled


def test_a_name_can_be_taken_away() -> None:
    assert an_account().rename("Alice").rename(None).name is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, None),
        ("", None),
        (" \t\r\n\u00a0\u2003 ", None),
        ("  Alice  ", "Alice"),
        ("Ålice 😀 O'Hara", "Ålice 😀 O'Hara"),
        ("x" * MAX_NAME, "x" * MAX_NAME),
        (" " + "😀" * MAX_NAME + " ", "😀" * MAX_NAME),
        ("A\u030a", "A\u030a"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_name_is_kept_as_it_is_but_trimmed_and_blank_is_none(
    value: str | None, name: str | None
) -> None:
    assert read_name(value) == name


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("x" * 201, "at most 200"),
        ("a\0b", "control characters"),
        ("a\x7fb", "control characters"),
        ("a\ud800b", "lone surrogates"),
        (7, "a string"),
        (True, "a string"),
        (["Alice"], "a string"),
        ({}, "a string"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_any_other_name_is_refused_with_what_it_must_be(value: object, detail: str) -> None:
    with pytest.raises(ValueError, match=detail):
        read_name(value)


def test_its_repr_tells_nothing_of_the_password() -> None:
    account = an_account().change_password("$argon2id$secret")

    assert "secret" not in repr(account)
    assert "password_hash" not in repr(account)
