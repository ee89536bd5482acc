"""Advisories on tokens and addresses that could be ours: what each was, and what we do."""

import json
import re
from importlib.metadata import version

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from entrypoints.http.addresses import client_address
from entrypoints.settings.limits import networks
from tests.issuing import CLAIMS, ISSUER, Verifier, claims, publishing
from tests.key_pairs import ALGORITHMS, key_set, pair
from tests.publishing import Publisher, served
from tests.tokens import forge, headed, refused

MINIMUM = {
    "cryptography": "46.0.6",
    "pyjwt": "2.15.0",
    "granian": "2.7.4",
    "litestar": "2.20.0",
    "multipart": "1.3.1",
    "h11": "0.16.0",
}


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a release."""
    return tuple(map(int, re.findall(r"\d+", text)[:3]))


@pytest.mark.parametrize("name", MINIMUM)
def test_O09_what_is_installed_has_the_mends(name: str) -> None:
    assert numbers(version(name)) >= numbers(MINIMUM[name])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_CVE_2022_29217_a_public_key_is_no_secret(algorithm: str) -> None:
    """PyJWT took HS256 signed with a public key, where both kinds were allowed (and, until 2.13
    and 2.14, with its JWK or key set). An issuer here has a secret or key pairs, never both.
    """
    signer = pair(algorithm)
    written = signer.private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    for public in (written, json.dumps(signer.jwk()).encode(), key_set(signer)):
        token = forge({"alg": "HS256", "kid": signer.id}, CLAIMS, secret=public.decode())

        assert Verifier(publishing(signer)).refuses(token)


def test_CVE_2024_53861_an_issuer_is_not_found_in_a_part_of_its_name() -> None:
    """PyJWT 2.10.0 looked for `iss` within the issuer expected. Here both are compared whole."""
    signer = pair("EdDSA")
    verifier = Verifier(publishing(signer))

    assert not verifier.refuses(signer.token(CLAIMS))
    for part in (ISSUER[:-1], ISSUER[1:], "id.example.org", "h", "", [ISSUER], [*ISSUER]):
        assert verifier.refuses(signer.token(claims(iss=part)))


def test_CVE_2026_32597_an_extension_that_must_be_understood_is_refused() -> None:
    """PyJWT to 2.11 ignored `crit`. Here no token that has one is accepted, known or not."""
    for crit in (["exp"], [], ["b64"], ["urn:example:x"], "exp", None, {"exp": 1}):
        assert refused(headed(crit=crit, **{"urn:example:x": True}))


@pytest.mark.parametrize(("said", "bound"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_CVE_2026_48523_the_algorithm_said_is_the_one_that_is_checked(
    said: str, bound: str
) -> None:
    """PyJWT to 2.12.1 held the header's `alg` against the list and verified with the key's own."""
    signer = pair(bound)
    verifier = Verifier(publishing(signer.jwk(alg=bound), algorithms=(said,)))
    both = Verifier(publishing(signer.jwk(alg=bound)))
    token = signer.token(CLAIMS, alg=said)

    assert verifier.refuses(token)
    assert both.refuses(token)
    assert verifier.refuses(signer.token(CLAIMS))
    assert not both.refuses(signer.token(CLAIMS))


async def test_CVE_2026_48524_a_failed_fetch_takes_no_key_away() -> None:
    """PyJWKClient to 2.12.1 emptied its cache when a fetch failed. Here known keys stay."""
    signer = pair("EdDSA")
    publisher = Publisher(signer)
    async with served(publisher) as service:
        assert await service.of(signer) == 200
        for failure in (OSError(), TimeoutError(), ValueError()):
            publisher.away = failure
            service.seconds.pass_by(31)
            assert await service.of(pair("EdDSA", 2)) == 401

            assert await service.status(signer.token({**CLAIMS, "jti": str(failure)})) == 200

    assert publisher.asked == 4


async def test_GHSA_fhv5_28vv_h8m8_unknown_key_ids_are_no_way_to_make_us_fetch() -> None:
    """PyJWKClient fetched for every key id that it did not know. Here one fetch serves them all
    for 30 seconds, and those whose keys are known do not wait for it.
    """
    signer = pair("EdDSA")
    publisher = Publisher(signer)
    async with served(publisher) as service:
        assert await service.of(signer) == 200
        service.seconds.pass_by(60)

        for number in range(1000):
            assert await service.of(signer, kid=f"unknown-{number}") == 401

    assert publisher.asked == 2


def test_CVE_2025_59152_whoever_connects_cannot_say_from_where() -> None:
    """Litestar's rate limit (GHSA-hm36-ffrh-c77c) counted by X-Forwarded-For, whoever wrote it.
    Here it counts as far as proxies that settings name wrote it.
    """
    for lie in ("1.2.3.4", "1.2.3.4, 5.6.7.8", "::1", "127.0.0.1", "203.0.113.7"):
        assert client_address("203.0.113.7", [lie], ()) == "203.0.113.7"
        assert client_address("203.0.113.7", [lie] * 3, networks("10.0.0.0/8")) == ("203.0.113.7")
    behind = networks("203.0.113.7")
    assert client_address("203.0.113.7", ["1.2.3.4, 198.51.100.9"], behind) == "198.51.100.9"


def test_CVE_2026_45364_an_IPv6_subscriber_is_one_however_written() -> None:
    """Better Auth counted each of a subscriber's 2^64 addresses, and each way to write one."""
    ways = ["2001:db8::1", "2001:DB8:0:0::1", "2001:db8::ff:1", "2001:db8:0:0:f::"]

    assert {client_address(way, [], ()) for way in ways} == {"2001:db8::/64"}
    assert client_address("2001:db8:0:1::1", [], ()) == "2001:db8:0:1::/64"
    assert client_address("::ffff:192.0.2.1", [], ()) == client_address("192.0.2.1", [], ())
