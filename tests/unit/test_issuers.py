"""Issuers as the settings name them: each rule, and none of their values in a message."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.settings.issuers import (
    ALGORITHMS,
    OWN_ISSUER,
    KeySetIssuer,
    algorithms,
    names,
    read_issuers,
    refuse_equal,
)

GOOD: dict[str, Any] = {
    "name": "partner",
    "issuer": "https://id.example.org/",
    "jwks_url": "https://id.example.org/jwks.json",
}
OTHER: dict[str, Any] = {**GOOD, "name": "other", "issuer": "https://other.example.org/"}


def refusal(*members: object) -> str:
    """What is said of JWT_ISSUERS with these elements."""
    with pytest.raises(ValueError, match=r"^must ") as raised:
        read_issuers(json.dumps(members))
    message = str(raised.value)
    assert "canary" not in message
    assert "\n" not in message
    return message


def test_an_issuer_is_read_with_all_it_says() -> None:
    whole = {**GOOD, "audiences": ["a", "b"], "algorithms": ["RS256", "EdDSA"]}

    assert read_issuers(json.dumps([whole])) == (
        KeySetIssuer("partner", GOOD["issuer"], GOOD["jwks_url"], ("a", "b"), ("RS256", "EdDSA")),
    )


@pytest.mark.parametrize("less", [{}, {"audiences": [], "algorithms": []}])
def test_what_is_not_said_is_no_audience_and_every_algorithm(less: dict[str, object]) -> None:
    (issuer,) = read_issuers(json.dumps([{**GOOD, **less}]))

    assert (issuer.audiences, issuer.algorithms) == ((), ALGORITHMS)
    assert ALGORITHMS == ("EdDSA", "ES256", "ES512", "RS256", "PS256")


def test_issuers_stay_in_their_order() -> None:
    assert [i.name for i in read_issuers(json.dumps([OTHER, GOOD]))] == ["other", "partner"]
    assert read_issuers("[]") == ()


@pytest.mark.parametrize("text", ["canary", "{", "[canary]", "[" * 100_000, "'canary'", "[{]"])
def test_what_is_no_JSON_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be JSON$"):
        read_issuers(text)


@pytest.mark.parametrize("value", [{}, GOOD, "canary", 5, None, True])
def test_what_is_no_array_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a JSON array of issuers$"):
        read_issuers(json.dumps(value))


@pytest.mark.parametrize(
    "member", ["canary", 5, None, [], [GOOD], {**GOOD, "canary": 1}, {**GOOD, "Name": "x"}]
)
def test_an_issuer_is_an_object_of_known_members(member: object) -> None:
    assert refusal(member).startswith("must hold objects with algorithms, audiences, issuer,")


@pytest.mark.parametrize("member", ["name", "issuer", "jwks_url"])
@pytest.mark.parametrize("value", ["", None, 5, True, ["canary"], {}])
def test_name_issuer_and_address_are_texts_that_are_there(member: str, value: object) -> None:
    without = {name: text for name, text in GOOD.items() if name != member}

    assert refusal(without) == f"must give each issuer a {member}"
    assert refusal({**GOOD, member: value}) == f"must give each issuer a {member}"


@pytest.mark.parametrize("name", ["own", "a/b", "a b", ".", "..", "a.b", "é", "x" * 65, "canary\n"])
def test_a_name_can_stand_in_an_owners_key_and_is_not_ours(name: str) -> None:
    assert refusal({**GOOD, "name": name}).startswith("must give each issuer a name of letters")


@pytest.mark.parametrize("name", ["Own", "own-", "a", "x" * 64, "A_b-9", "default"])
def test_other_names_are_fine(name: str) -> None:
    (issuer,) = read_issuers(json.dumps([{**GOOD, "name": name}]))

    assert issuer.name == name


@pytest.mark.parametrize("member", ["audiences", "algorithms"])
@pytest.mark.parametrize("value", ["RS256", {"RS256": 1}, ["RS256", 5], [""], [None], [[]], 5])
def test_audiences_and_algorithms_are_arrays_of_texts(member: str, value: object) -> None:
    assert refusal({**GOOD, member: value}) == f"must give {member} as an array of strings"


@pytest.mark.parametrize("alg", ["HS256", "none", "RS512", "ES384", "eddsa", "canary"])
def test_an_algorithm_is_one_that_key_sets_are_used_with(alg: str) -> None:
    assert refusal({**GOOD, "algorithms": ["RS256", alg]}).startswith("must be HS256 alone")
    assert refusal({**GOOD, "algorithms": [alg]}).startswith("must be HS256 alone")


def test_no_two_issuers_have_a_name_or_an_iss_in_common() -> None:
    read_issuers(json.dumps([GOOD, OTHER]))

    for twin in ({**OTHER, "name": "partner"}, {**OTHER, "issuer": GOOD["issuer"]}, GOOD):
        assert refusal(GOOD, twin) == "must give each issuer a name and an iss of its own"


def test_no_issuer_is_this_service_itself() -> None:
    assert OWN_ISSUER in refusal({**GOOD, "issuer": OWN_ISSUER})
    with pytest.raises(ValueError, match="this service itself"):
        refuse_equal([KeySetIssuer("partner", OWN_ISSUER, GOOD["jwks_url"])])


@pytest.mark.parametrize(("text", "read"), [("a", ("a",)), (" a ,b,, c", ("a", "b", "c"))])
def test_names_stand_between_commas(text: str, read: tuple[str, ...]) -> None:
    assert names(text) == read


@pytest.mark.parametrize("text", [",", " , ,"])
def test_a_list_without_a_name_does_not_switch_a_check_off(text: str) -> None:
    with pytest.raises(ValueError, match="must name at least one"):
        names(text)


def test_HS256_stands_alone() -> None:
    assert algorithms(" HS256 ") == ("HS256",)
    assert algorithms("EdDSA, PS256") == ("EdDSA", "PS256")
    for mixed in ("HS256,RS256", "RS256,HS256", "HS256,HS256", "none", "HS512", "RS256 ES256"):
        with pytest.raises(ValueError, match=r"^must be HS256 alone"):
            algorithms(mixed)


@given(st.text())
def test_any_text_is_issuers_or_a_ValueError(text: str) -> None:
    for read in (read_issuers, algorithms):
        with suppress(ValueError):
            read(text)
