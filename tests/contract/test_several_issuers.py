"""Several issuers: each token is held against its own issuer's keys (catalogue T15, T17, T18)."""

from uuid import uuid4

import pytest

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, SecretKeys
from domain.owner import Actor, Owner
from tests.issuing import CLAIMS, ISSUER, Verifier, claims, publishing
from tests.key_pairs import pair
from tests.tokens import RESERVED, SECRET, forge

PARTNER, BRANCH = "https://partner.example.net/", "https://id.example.org/branch"
OURS, THEIRS, BRANCHES = pair("EdDSA"), pair("ES256"), pair("EdDSA", 2)
TRIO = Verifier(
    publishing(OURS),
    publishing(THEIRS, realm="partner", iss=PARTNER),
    publishing(BRANCHES, realm="branch", iss=BRANCH),
)


def test_T18_equal_subjects_of_two_issuers_are_two_owners() -> None:
    ours = TRIO.verify(OURS.token(CLAIMS))
    theirs = TRIO.verify(THEIRS.token(claims(iss=PARTNER)))

    assert (ours.owner, theirs.owner) == (Owner("alice"), Owner("alice", "partner"))
    assert (ours.owner.key, theirs.owner.key) == ("alice", "partner/alice")
    assert ours.owner.subject == theirs.owner.subject


@pytest.mark.parametrize("sub", ["partner/alice", "/alice", "partner%2Falice/", "own/alice"])
def test_T18_no_subject_of_the_first_issuer_is_an_owner_of_another(sub: str) -> None:
    assert TRIO.refuses(OURS.token(claims(sub=sub)))


def test_T18_an_issuer_cannot_speak_for_the_users_of_another() -> None:
    assert TRIO.refuses(THEIRS.token(CLAIMS))
    assert TRIO.refuses(THEIRS.token(CLAIMS, kid=OURS.id))
    assert TRIO.refuses(OURS.token(claims(iss=PARTNER)))
    assert TRIO.refuses(OURS.token(claims(iss=PARTNER), kid=THEIRS.id))


def test_T18_two_issuers_may_call_their_keys_the_same() -> None:
    ours, theirs = OURS.jwk(kid="1"), BRANCHES.jwk(kid="1")
    both = Verifier(publishing(ours), publishing(theirs, realm="branch", iss=BRANCH))

    assert both.verify(OURS.token(CLAIMS, kid="1")).owner.key == "alice"
    assert both.verify(BRANCHES.token(claims(iss=BRANCH), kid="1")).owner.key == "branch/alice"
    assert both.refuses(OURS.token(claims(iss=BRANCH), kid="1"))


def test_T15_an_issuer_whose_name_begins_with_anothers_is_another() -> None:
    assert TRIO.verify(BRANCHES.token(claims(iss=BRANCH))).owner.key == "branch/alice"
    assert TRIO.refuses(BRANCHES.token(CLAIMS))
    assert TRIO.refuses(OURS.token(claims(iss=BRANCH)))
    assert TRIO.refuses(OURS.token(claims(iss=f"{ISSUER}/branc")))


@pytest.mark.parametrize("iss", ["https://nobody.example", "partner", "branch", "", RESERVED])
def test_T15_an_issuer_whom_nobody_named_is_refused(iss: str) -> None:
    for signer in (OURS, THEIRS, BRANCHES):
        assert TRIO.refuses(signer.token(claims(iss=iss)))


def test_our_own_iss_is_nobody_elses_even_where_any_issuer_will_do() -> None:
    secret = SecretKeys(SECRET.encode())
    anybody = Verifier(Issuer("", Expected(), frozenset({SYMMETRIC}), secret))

    assert not anybody.refuses(forge(claims=claims(iss="https://whoever.example")))
    assert anybody.refuses(forge(claims=claims(iss=RESERVED)))
    assert anybody.refuses(forge({"alg": "HS256", "typ": "at+jwt"}, claims(iss=RESERVED)))


def test_T17_a_session_claimed_by_somebody_elses_token_is_none() -> None:
    ours = TRIO.verify(OURS.token(claims(sid=str(uuid4())), typ="at+jwt"))
    theirs = TRIO.verify(THEIRS.token(claims(iss=PARTNER, sid=str(uuid4())), typ="at+jwt"))

    assert ours == Actor(Owner("alice"), None)
    assert theirs == Actor(Owner("alice", "partner"), None)
