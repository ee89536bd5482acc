"""What is no token at all, whatever it claims (catalogue T05-T10, T17, T19-T23)."""

import json
from string import ascii_lowercase, ascii_uppercase, digits

import pytest

from tests.tokens import CLAIMS, HEADER, TOKENS, Part, base64, claiming, forge, headed, refused

ALPHABET = ascii_uppercase + ascii_lowercase + digits + "-_"  # in the order of base64url
GOOD = forge()
SIGNED, _, SIGNATURE = GOOD.rpartition(".")


def unsigned(header: Part) -> str:
    """A token without signature."""
    return forge(header).rpartition(".")[0] + "."


@pytest.mark.parametrize("alg", ["none", "None", "NoNe", "NONE", "", None, "hs256", "HS256 "])
def test_T05_a_token_without_signature_is_refused(alg: str | None) -> None:
    assert refused(headed(alg=alg))
    assert refused(unsigned({**HEADER, "alg": alg}))
    assert refused(unsigned({**HEADER, "alg": alg}) + SIGNATURE)


def test_T05_an_empty_signature_is_refused_whatever_the_algorithm() -> None:
    assert refused(unsigned(HEADER))
    assert refused(unsigned(HEADER) + "A")


@pytest.mark.parametrize("alg", [["HS256"], {"HS256": True}, 256, True])
def test_T05_an_algorithm_is_a_name(alg: object) -> None:
    assert refused(headed(alg=alg))


def test_T05_an_algorithm_must_be_named() -> None:
    assert refused(forge({"typ": "JWT"}))


@pytest.mark.parametrize("alg", ["HS384", "HS512"])
def test_T05_only_the_algorithm_configured_will_do(alg: str) -> None:
    assert refused(forge({"alg": alg}, digest=alg.replace("HS", "sha")))
    assert refused(headed(alg=alg))


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "HS256K", "dir"])
def test_T06_the_secret_is_no_key_of_another_algorithm(alg: str) -> None:
    assert refused(headed(alg=alg))


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": {"kty": "oct", "k": base64(b"attacker")}},
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/chain"},
        {"x5c": ["MIIB"]},
        {"kid": "../../dev/null"},
        {"kid": "' OR 1=1 --"},
    ],
    ids=str,
)
def test_T08_T09_a_key_that_comes_with_the_token_is_not_used(header: dict[str, object]) -> None:
    assert refused(forge({**HEADER, **header}, secret="attacker"))
    assert refused(forge({**HEADER, **header}, secret=""))
    assert not refused(headed(**header))


@pytest.mark.parametrize("kid", [5, None, ["a"], {"a": 1}, "x" * 8192])
def test_T09_a_key_id_is_a_short_string(kid: object) -> None:
    assert refused(headed(kid=kid))


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": "x"},
        {"crit": None},
        {"crit": ["b64"], "b64": True},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"crit": ["urn:example:ours"], "urn:example:ours": True},
    ],
    ids=str,
)
def test_T10_a_token_that_demands_an_extension_is_refused(header: dict[str, object]) -> None:
    assert refused(headed(**header))


def test_T10_a_detached_payload_is_refused() -> None:
    assert refused(f"{base64(json.dumps(HEADER).encode())}..{SIGNATURE}")


@pytest.mark.parametrize("typ", ["refresh+jwt", "id+jwt", "logout+jwt", "dpop+jwt", "JWS", "", 5])
def test_T17_a_token_of_another_type_is_refused(typ: object) -> None:
    assert refused(headed(typ=typ))
    assert refused(headed(typ=[typ]))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "AT+JWT"])
def test_T17_an_access_token_says_that_it_is_one_or_nothing(typ: str) -> None:
    assert not refused(headed(typ=typ))
    assert not refused(forge({"alg": "HS256"}))


@pytest.mark.parametrize(
    "token",
    [
        *(f"{GOOD}{junk}" for junk in ("=", "==", " ", "\n", "\r\n", "\t", "\0", ".", "A", "é")),
        *(f"{junk}{GOOD}" for junk in (" ", "\n", "=", ".", "\ufeff", "Bearer ")),
        GOOD.replace(".", "=."),
        GOOD.replace(".", ".\n"),
        GOOD.replace(".", ". "),
        GOOD.replace(".", "\u3002"),
        f"{SIGNED}.{SIGNATURE[:-1]}",
        f"{SIGNED}.{SIGNATURE[:8]}",
        f"{SIGNED}.{SIGNATURE}{SIGNATURE}",
        f"{SIGNED}.{SIGNATURE[::-1]}",
        SIGNED,
        "",
        ".",
        "..",
        "...",
        "null",
        "x" * 100,
    ],
    ids=lambda token: ascii(f"{token[:6]}…{token[-6:]}"),
)
def test_T19_what_is_not_the_token_to_the_letter_is_refused(token: str) -> None:
    assert refused(token)


def test_T19_bits_that_are_not_part_of_the_signature_are_zero() -> None:
    last = ALPHABET.index(SIGNATURE[-1])

    assert last % 4 == 0
    for spare in (1, 2, 3):
        assert refused(GOOD[:-1] + ALPHABET[last + spare])


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"5",
        b'"alice"',
        b"[]",
        b"[1]",
        b"{",
        b"{}",
        b"{'sub': 'alice'}",
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
        json.dumps(CLAIMS).encode("utf-32"),
        json.dumps({**CLAIMS, "name": "é"}, ensure_ascii=False).encode("latin-1"),
        json.dumps(CLAIMS).encode() + b" x",
        json.dumps(CLAIMS).encode() * 2,
    ],
    ids=lambda payload: str(payload[:20]),
)
def test_T20_a_payload_is_one_json_object_in_utf_8(payload: bytes) -> None:
    assert refused(forge(claims=payload))


@pytest.mark.parametrize("header", [b"", b"null", b"[]", b'["alg"]', b"{", b'"HS256"', b"\xff{}"])
def test_T20_a_header_is_a_json_object(header: bytes) -> None:
    assert refused(forge(header))


def test_T20_of_a_claim_given_twice_the_last_counts() -> None:
    token = forge(claims=b'{"sub": "bob", "sub": "alice", "exp": 9007199254740991}')

    assert TOKENS.verify(token).owner.subject == "alice"


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_T21_deep_nesting_is_refused(bracket: bytes) -> None:
    deep = bracket * (5000 // len(bracket))

    assert refused(forge(claims=deep))
    assert refused(forge(deep))
    assert refused(forge(claims=b'{"sub": "alice", "exp": 9007199254740991, "x": ' + deep))


def test_T22_a_token_of_more_than_8_kib_is_refused_however_good() -> None:
    longest, longer = (claiming(x="x" * length) for length in (6036, 6037))

    assert (len(longest), len(longer)) == (8192, 8193)
    assert not refused(longest)
    assert refused(longer)
    assert refused(claiming(x="x" * 2**20))


@pytest.mark.parametrize(
    "token",
    [
        f"{GOOD}.{SIGNATURE}.{SIGNATURE}",
        f"{GOOD}.{SIGNATURE}",
        headed(cty="JWT"),
        forge({**HEADER, "cty": "JWT"}, GOOD.encode()),
        headed(zip="DEF"),
        json.dumps({"payload": SIGNED, "signatures": [{"signature": SIGNATURE}]}),
        forge(claims=GOOD),
    ],
    ids=["JWE", "four parts", "cty", "nested", "compressed", "as JSON", "a token as payload"],
)
def test_T23_other_forms_of_jose_are_refused(token: str) -> None:
    assert refused(token)
