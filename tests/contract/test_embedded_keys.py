"""Keys and addresses that come with a token: nobody looks at them (catalogue T08, T09)."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    Certificate,
    CertificateBuilder,
    Name,
    NameAttribute,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

from adapters.tokens.claims import Expected
from adapters.tokens.fetched_keys import FetchedKeys
from adapters.tokens.fetching import KeySetUrl
from adapters.tokens.issuers import Issuer
from adapters.tokens.verifier import JwtVerifier
from application.errors import InvalidToken
from tests.issuing import CLAIMS, ISSUER, Verifier, publishing
from tests.key_pairs import ALGORITHMS, KeyPair, key_set, pair
from tests.key_set_server import KeySetServer, saying, serving
from tests.tokens import NOW, RESERVED, base64, headed, refused

Headers = Callable[[KeyPair, str], dict[str, object]]


def thumbprint(attacker: KeyPair, digest: type[SHA256]) -> str:
    return base64(certificate(attacker).fingerprint(digest()))


def chain(attacker: KeyPair) -> list[str]:
    """A certificate as `x5c` has it: in base64, not base64url."""
    encoded = base64(certificate(attacker).public_bytes(Encoding.DER))
    return [encoded.replace("-", "+").replace("_", "/")]


def certificate(attacker: KeyPair) -> Certificate:
    name = Name([NameAttribute(NameOID.COMMON_NAME, "id.example.org")])
    moment = datetime.now(UTC)
    private = attacker.private
    return (
        CertificateBuilder(name, name, private.public_key(), random_serial_number())
        .not_valid_before(moment)
        .not_valid_after(moment + timedelta(days=1))
        .sign(private, None if isinstance(private, Ed25519PrivateKey) else SHA256())
    )


EMBEDDED: dict[str, Headers] = {
    "jwk": lambda attacker, _: {"jwk": attacker.jwk(alg=attacker.algorithm)},
    "jku": lambda _, url: {"jku": url},
    "x5u": lambda _, url: {"x5u": url},
    "x5c": lambda attacker, _: {"x5c": chain(attacker)},
    "x5t": lambda attacker, _: {"x5t#S256": thumbprint(attacker, SHA256), "x5t": "AAAA"},
    "all": lambda attacker, url: {"jwk": attacker.jwk(), "jku": url, "x5u": url},
}


@pytest.fixture
async def listener() -> AsyncIterator[KeySetServer]:
    """Publishes the keys of attackers, and counts who asks for them."""
    attackers = key_set(*(pair(algorithm, 9) for algorithm in ALGORITHMS))
    async with serving(saying(attackers)) as server:
        yield server


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("headers", EMBEDDED.values(), ids=EMBEDDED.keys())
async def test_T08_a_key_that_comes_with_the_token_is_neither_used_nor_fetched(
    listener: KeySetServer, algorithm: str, headers: Headers
) -> None:
    signer, attacker = pair(algorithm), pair(algorithm, 9)
    embedded = headers(attacker, listener.url)
    verifier = Verifier(publishing(signer))

    assert verifier.refuses(attacker.token(CLAIMS, **embedded))
    assert verifier.refuses(attacker.token(CLAIMS, **embedded, kid=signer.id))
    assert verifier.refuses(attacker.signed({"alg": algorithm, **embedded}, CLAIMS))
    assert not verifier.refuses(signer.token(CLAIMS, **embedded))
    assert listener.requests == []


async def test_T08_an_unknown_key_is_looked_for_at_the_issuers_address_alone(
    listener: KeySetServer,
) -> None:
    signer, attacker = pair("EdDSA"), pair("EdDSA", 9)
    async with serving(saying(key_set(signer))) as ours:
        keys = FetchedKeys("ours", KeySetUrl(ours.url))
        issuer = Issuer("", Expected(ISSUER), frozenset(ALGORITHMS), keys)
        verifier = JwtVerifier([issuer], lambda: NOW, reserved=RESERVED)
        token = attacker.token(CLAIMS, jku=listener.url, x5u=listener.url, jwk=attacker.jwk())

        with pytest.raises(InvalidToken):
            await verifier.verify(token)
        await keys.close()

    assert len(ours.requests) == 1
    assert listener.requests == []


KIDS = [
    *("../../dev/null", "/proc/self/environ", "' OR 1=1 --", "1; DROP TABLE tasks", "${jndi:ldap}"),
    *("x" * 128, "|id", "%00", "EdDSA-1 ", " EdDSA-1", "eddsa-1", "\u212adDSA-1", "http://a/"),
]
NO_KIDS = [
    *("", "x" * 129, "x" * 5000, "\0", "EdDSA-1\0", "a\nb", "a\r\nSet-Cookie: a=b", "\x1b[2J"),
    *("\u202e", "\ud800", None, 0, 1, 1.5, True, [], ["EdDSA-1"], {"kid": "EdDSA-1"}),
]


@pytest.mark.parametrize("kid", [*KIDS, *NO_KIDS], ids=lambda kid: ascii(kid)[:24])
def test_T09_a_key_is_found_by_its_very_id(kid: object) -> None:
    signer = pair("EdDSA")

    assert Verifier(publishing(signer)).refuses(signer.token(CLAIMS, kid=kid))


@pytest.mark.parametrize("kid", KIDS)
def test_T09_a_key_may_be_called_anything_that_is_short_and_can_be_printed(kid: str) -> None:
    signer = pair("EdDSA")

    assert not Verifier(publishing(signer.jwk(kid=kid))).refuses(signer.token(CLAIMS, kid=kid))


@pytest.mark.parametrize("kid", NO_KIDS, ids=lambda kid: ascii(kid)[:24])
def test_T09_what_is_no_name_finds_no_key_even_where_one_is_called_that(kid: object) -> None:
    signer = pair("EdDSA")

    assert Verifier(publishing(signer.jwk(kid=kid))).refuses(signer.token(CLAIMS, kid=kid))


def test_T09_an_id_is_128_characters_long_at_most_even_where_nobody_looks_at_it() -> None:
    assert not refused(headed(kid="x" * 128))
    assert refused(headed(kid="x" * 129))
