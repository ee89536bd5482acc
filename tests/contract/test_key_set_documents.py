"""What is a key set at all: everything else is one kind of error (catalogue T26, T30)."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.tokens.key_set import LONGEST_KEY_SET, MOST_KEYS, read_key_set
from tests.key_pairs import ALGORITHMS, key_set, pair

GOOD = pair("EdDSA")
DOCUMENT = key_set(GOOD)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
MEMBERS: dict[str, list[Any]] = {
    "kty": ["OKP", "EC", "RSA", "oct", "AKP"],
    "crv": ["Ed25519", "P-256", "P-521", "P-384", "secp256k1", "X25519"],
    "use": ["sig", "enc"],
    "alg": [*ALGORITHMS, "HS256", "none"],
    "key_ops": [["verify"], ["sign"], []],
    "kid": ["a", "b"],
}


REAL = [pair(algorithm).jwk() for algorithm in ALGORITHMS]


@st.composite
def jwks(draw: st.DrawFn) -> dict[str, Any]:
    """A real JWK but for a few members, which are another's or nothing of the kind."""
    jwk = dict(draw(st.sampled_from(REAL)))
    for name in draw(st.lists(st.sampled_from([*MEMBERS, "x", "y", "n", "e"]), max_size=3)):
        known = [*MEMBERS.get(name, []), *(other[name] for other in REAL if name in other)]
        jwk[name] = draw(st.sampled_from([*known, None, 5, "", "AQAB", [], {}]))
    return jwk


def refused(document: bytes) -> bool:
    """Whether it is no key set; it is an error if it is refused in another way."""
    try:
        read_key_set(document)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'"keys"',
        b"[]",
        b"[{}]",
        b"{}",
        b'{"Keys": []}',
        b"<!doctype html><title>keys</title>",
        DOCUMENT.decode().encode("utf-16"),
        DOCUMENT.decode().encode("utf-16-le"),
        DOCUMENT.decode().encode("utf-32"),
        b"\xef\xbb\xbf" + DOCUMENT,
        DOCUMENT[:-1],
        DOCUMENT + b"x",
        DOCUMENT * 2,
        DOCUMENT.replace(b"kid", b"\xff"),
        gzip.compress(DOCUMENT, mtime=0),
        b'{"keys": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda document: ascii(document[:16]),
)
def test_T26_what_is_no_object_with_keys_in_UTF_8_is_refused(document: bytes) -> None:
    assert refused(document)


@pytest.mark.parametrize("keys", [None, {}, {"0": {}}, "", "keys", 0, 5, True, 1.5])
def test_T26_keys_are_a_list(keys: object) -> None:
    assert refused(json.dumps({"keys": keys}).encode())


@pytest.mark.parametrize("element", [None, 5, "key", True, [], [GOOD.jwk()], 1.5, {}])
def test_T26_what_is_no_key_in_the_list_is_left_out(element: object) -> None:
    (key,) = read_key_set(key_set(element, GOOD, element))

    assert key.id == GOOD.id


@pytest.mark.parametrize("bracket", [b"[", b'{"keys":', b'{"keys":[', b'[{"a":'])
@pytest.mark.parametrize("times", [5_000, 25_000])
def test_T26_deep_nesting_is_refused(bracket: bytes, times: int) -> None:
    assert refused(bracket * times)
    assert refused(b'{"keys": [' + bracket * times)


def test_T26_a_key_set_has_64_keys_at_most() -> None:
    keys = [GOOD.jwk(kid=str(number)) for number in range(MOST_KEYS + 1)]

    assert MOST_KEYS == 64
    assert len(read_key_set(key_set(*keys[:-1]))) == 64
    assert refused(key_set(*keys))
    assert refused(key_set(*[None] * 65))


def test_T26_a_key_set_is_256_KiB_long_at_most() -> None:
    longest = DOCUMENT.ljust(256 * 1024)

    assert len(longest) == LONGEST_KEY_SET
    assert len(read_key_set(longest)) == 1
    assert refused(longest + b" ")


def test_a_key_set_may_be_empty_and_say_more() -> None:
    assert read_key_set(b'{"keys": []}') == ()
    assert len(read_key_set(DOCUMENT[:-1] + b', "next": 5, "keys2": null}')) == 1


def test_keys_do_not_show_what_they_are_made_of() -> None:
    (key,) = read_key_set(DOCUMENT)

    assert "Ed25519" not in repr(key)
    assert "material" not in repr(key)


@given(st.binary())
def test_any_bytes_are_a_key_set_or_a_ValueError(document: bytes) -> None:
    refused(document)


@given(TREES)
def test_any_JSON_is_a_key_set_or_a_ValueError(tree: object) -> None:
    refused(json.dumps(tree).encode())
    refused(json.dumps({"keys": tree}).encode())
    refused(json.dumps({"keys": [tree]}).encode())


@given(st.lists(jwks(), max_size=4))
@settings(max_examples=500)
def test_whatever_looks_like_keys_gives_keys_that_are_for_signatures_and_have_no_double(
    keys: list[dict[str, Any]],
) -> None:
    found = read_key_set(json.dumps({"keys": keys}).encode())

    assert all(key.algorithms and key.algorithms <= {*ALGORITHMS} for key in found)
    named = [key.id for key in found if key.id is not None]
    assert len({*named}) == len(named)
