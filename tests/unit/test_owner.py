"""Whose tasks, and who may: compared code point by code point (catalogue I06)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidOwner, NotOwner
from domain.owner import Actor, Owner

FORM = r"(?!\.{1,2}\Z)[A-Za-z0-9._|@:-]{1,255}"
subjects = st.from_regex(FORM, fullmatch=True)
realms = st.from_regex(r"[A-Za-z0-9._-]{0,64}", fullmatch=True)
owners = st.builds(Owner, subjects, realms)

ALIKE = [
    "Alice",
    "ALICE",
    "alice ",
    " alice",
    "alice.",
    "alice\0",
    "alice\n",
    "alice/",
    "./alice",
    "alice%00",
    "ａlice",
    "a\u200blice",
    "álice",
    "a\u0301lice",
    "\u0430lice",
    "",
    ".",
    "..",
    "*",
    "x" * 10_000,
]


@pytest.mark.parametrize("user_id", ALIKE, ids=lambda text: ascii(text)[:20])
def test_I05_I06_a_name_that_only_resembles_the_subject_is_not_the_owner(user_id: str) -> None:
    alice = Actor(Owner("alice"))

    with pytest.raises(NotOwner):
        alice.owner_named(user_id)


@pytest.mark.parametrize(
    ("subject", "alike"), [("K", "\u212a"), ("k", "\u212a"), ("ss", "ß"), ("i", "ı"), ("I", "i")]
)
def test_I06_no_folding_makes_two_people_one(subject: str, alike: str) -> None:
    with pytest.raises(NotOwner):
        Actor(Owner(subject)).owner_named(alike)


@given(owners)
def test_an_actor_acts_for_themselves(owner: Owner) -> None:
    actor = Actor(owner)

    actor.must_act_for(owner)

    assert actor.owner_named(owner.subject) == owner


@given(owners, owners)
def test_an_actor_acts_for_nobody_else(one: Owner, other: Owner) -> None:
    if one != other:
        with pytest.raises(NotOwner):
            Actor(one).must_act_for(other)


@given(subjects, realms, realms)
def test_equal_subjects_of_two_realms_are_two_owners(subject: str, one: str, other: str) -> None:
    mine, theirs = Owner(subject, one), Owner(subject, other)

    assert (mine == theirs) == (one == other) == (mine.key == theirs.key)


@given(owners)
def test_an_owner_is_read_back_from_its_key(owner: Owner) -> None:
    assert Owner.from_key(owner.key) == owner


@given(owners, owners)
def test_a_key_is_one_owners_alone(one: Owner, other: Owner) -> None:
    assert (one.key == other.key) == (one == other)


@pytest.mark.parametrize("subject", ["alice", "x" * 255, "...", ".a", "a|b@c:d-e_f.9", "-"])
def test_a_subject_is_of_the_form_that_the_contract_names(subject: str) -> None:
    assert Owner(subject).key == subject


@pytest.mark.parametrize(
    "subject",
    ["", ".", "..", "a/b", "a b", "a\n", "\na", "é", "a\0", "\ud800", "x" * 256, "a;b", "a%2Fb"],
    ids=lambda text: ascii(text)[:20],
)
def test_any_other_subject_is_refused(subject: str) -> None:
    with pytest.raises(InvalidOwner):
        Owner(subject)


@pytest.mark.parametrize("realm", ["a/b", "a b", "é", "x" * 65, "a\n", "a:b"], ids=ascii)
def test_a_realm_has_a_form_too(realm: str) -> None:
    with pytest.raises(InvalidOwner):
        Owner("alice", realm)


@pytest.mark.parametrize("key", ["", "/", "realm/", "a/b/c", "a/..", "a b"])
def test_a_key_that_is_nobodys_is_refused(key: str) -> None:
    with pytest.raises(InvalidOwner):
        Owner.from_key(key)


def test_the_answer_is_the_same_whether_or_not_that_user_exists() -> None:
    with pytest.raises(NotOwner) as raised:
        Actor(Owner("alice")).owner_named("bob")

    assert str(raised.value) == ""
