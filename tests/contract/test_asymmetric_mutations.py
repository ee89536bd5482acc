"""Tokens that chance makes of good ones, of every algorithm there is (catalogue T34)."""

import json
from random import Random

import pytest

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, SecretKeys
from tests.issuing import AUDIENCE, CLAIMS, ISSUER, Verifier, publishing
from tests.key_pairs import ALGORITHMS, pair
from tests.mutations import mutations
from tests.tokens import SECRET, base64, forge

MUTATIONS = 8_400  # of each of six algorithms


def token_of(algorithm: str) -> str:
    if algorithm == SYMMETRIC:
        return forge(claims=CLAIMS)
    return pair(algorithm).token(CLAIMS)


def verifier_of(algorithm: str) -> Verifier:
    if algorithm != SYMMETRIC:
        return Verifier(publishing(*map(pair, ALGORITHMS)))
    secret = SecretKeys(SECRET.encode())
    expected = Expected(ISSUER, (AUDIENCE,))
    return Verifier(Issuer("", expected, frozenset({SYMMETRIC}), secret))


@pytest.mark.parametrize("algorithm", [SYMMETRIC, *ALGORITHMS])
def test_T34_no_mutation_of_a_good_token_is_accepted(algorithm: str) -> None:
    token, verifier = token_of(algorithm), verifier_of(algorithm)
    assert not verifier.refuses(token)

    for seed, other in enumerate(mutations(token, MUTATIONS, seed=34)):
        assert verifier.refuses(other), (seed, other)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_T34_no_bit_of_what_is_signed_or_of_the_signature_may_differ(algorithm: str) -> None:
    """Besides the s of ECDSA, which has a double that no single bit is away from."""
    signer, verifier = pair(algorithm), verifier_of(algorithm)
    header, claims = json.dumps({"alg": algorithm, "kid": signer.id}).encode(), CLAIMS
    message = signer.signed(header, claims).rpartition(".")[0]
    signature = signer.sign(message.encode())

    for place in range(8 * len(signature)):
        flipped = bytearray(signature)
        flipped[place // 8] ^= 1 << place % 8
        assert verifier.refuses(f"{message}.{base64(bytes(flipped))}"), place


@pytest.mark.parametrize("algorithm", [SYMMETRIC, *ALGORITHMS])
def test_T34_parts_of_good_tokens_do_not_fit_together(algorithm: str) -> None:
    verifier = verifier_of(algorithm)
    parts = [
        (forge(claims=claims) if algorithm == SYMMETRIC else pair(algorithm).token(claims))
        for claims in ({**CLAIMS, "sub": "alice"}, {**CLAIMS, "sub": "bob"})
    ]
    others = [token_of(other) for other in (SYMMETRIC, *ALGORITHMS)]
    pieces = [token.split(".") for token in (*parts, *others)]
    random = Random(34)
    accepted = {*parts, *others}

    for _ in range(500):
        mixed = ".".join(random.choice(pieces)[place] for place in range(3))
        if mixed not in accepted:
            assert verifier.refuses(mixed), mixed
