"""Whose tokens are accepted, and how our own are signed."""

from collections.abc import Iterator, Sequence
from secrets import token_bytes

from adapters.tokens.claims import Expected
from adapters.tokens.fetched_keys import FetchedKeys
from adapters.tokens.fetching import KeySetUrl
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, Key, KnownKeys, SecretKeys
from adapters.tokens.signing import (
    OwnTokens,
    SharedSecretTokens,
    SigningKey,
    public_key,
    published,
    signing_key,
)
from adapters.tokens.verifier import JwtVerifier
from application.identity import TokenSigner, TokenVerifier
from application.metering import UNMETERED, Meter
from application.ports import Clock, Lasting
from domain.owner import OWN
from entrypoints.settings import Settings
from entrypoints.settings.issuers import OWN_ISSUER, KeySetIssuer
from entrypoints.settings.secret import Secret


class Tokens:
    """Everything about tokens that settings decide.

    Either key sets or the shared secret say who others are; our own accounts' tokens are signed
    with the key pair, or else with the secret.
    """

    def __init__(self, settings: Settings, now: Clock, meter: Meter = UNMETERED) -> None:
        self._settings = settings
        self._now = now
        self._fetched = [
            FetchedKeys(issuer.name, KeySetUrl(issuer.jwks_url), meter=meter)
            for issuer in settings.issuers
        ]
        self._key_of_this_process = token_bytes(32)
        self.verifier: TokenVerifier = JwtVerifier([*self._issuers()], now, reserved=OWN_ISSUER)

    @property
    def lasting(self) -> Sequence[Lasting]:
        """What has to be open while tokens are verified."""
        return self._fetched

    @property
    def own_signer(self) -> TokenSigner:
        """Signs the access tokens of our accounts."""
        return OwnTokens(self._signing_key(), OWN_ISSUER, self._now)

    @property
    def shared_signer(self) -> TokenSigner | None:
        """Signs in the identity provider's place, where it shares its secret with us."""
        secret = self._settings.jwt_secret
        if secret is None or self._settings.issuers:
            return None
        settings = self._settings
        return SharedSecretTokens(secret.raw, settings.jwt_issuer, settings.jwt_audience, self._now)

    @property
    def published(self) -> bytes:
        """The key set by which others verify the tokens of our accounts."""
        return published(self._own_keys())

    @property
    def audit_secret(self) -> bytes:
        """What keeps people unknown in the audit trail; without a secret, until the next start."""
        if self._settings.jwt_secret is not None:
            return self._settings.jwt_secret.raw
        if self._settings.signing_key is not None:
            return self._settings.signing_key.raw
        return self._key_of_this_process

    def _issuers(self) -> Iterator[Issuer]:
        settings = self._settings
        for place, (issuer, keys) in enumerate(zip(settings.issuers, self._fetched, strict=True)):
            yield _of_key_set(issuer, keys, first=place == 0)
        if not settings.issuers and settings.jwt_secret is not None:
            expected = Expected(settings.jwt_issuer, settings.jwt_audience)
            yield Issuer("", expected, frozenset({SYMMETRIC}), self._secret_keys())
        if settings.has_accounts:
            yield self._own_issuer()

    def _own_issuer(self) -> Issuer:
        expected = Expected(OWN_ISSUER)
        keys = self._own_keys()
        if not keys:
            return Issuer(OWN, expected, frozenset({SYMMETRIC}), self._secret_keys())
        algorithms = frozenset(algorithm for key in keys for algorithm in key.algorithms)
        return Issuer(OWN, expected, algorithms, KnownKeys(keys))

    def _secret_keys(self) -> SecretKeys:
        given = (self._settings.jwt_secret_previous, self._settings.jwt_secret)
        return SecretKeys(*(secret.raw for secret in given if secret is not None))

    def _own_keys(self) -> Sequence[Key]:
        """The public halves of the key pair that signs, and of the one that signed before it."""
        if self._settings.signing_key is None:
            return []
        materials = [self._settings.signing_key.material.public_key()]
        if self._settings.signing_key_previous is not None:
            materials.append(self._settings.signing_key_previous.material)
        keys = {key.id: key for key in map(public_key, materials)}  # one given twice is one
        return [*keys.values()]

    def _signing_key(self) -> SigningKey:
        if self._settings.signing_key is not None:
            return signing_key(self._settings.signing_key.material)
        return SigningKey(SYMMETRIC, _given(self._settings.jwt_secret).raw)


def _of_key_set(issuer: KeySetIssuer, keys: FetchedKeys, *, first: bool) -> Issuer:
    return Issuer(
        "" if first else issuer.name,
        Expected(issuer.issuer, issuer.audiences),
        frozenset(issuer.algorithms),
        keys,
    )


def _given(secret: Secret | None) -> Secret:
    if secret is None:
        raise ValueError("there is neither a secret nor a key pair to sign with")
    return secret
