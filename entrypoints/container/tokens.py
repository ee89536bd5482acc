"""Whose tokens are accepted, and how our own are signed."""

from collections.abc import Iterator, Sequence
from secrets import token_bytes
from typing import TYPE_CHECKING

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, Keys, SecretKeys
from adapters.tokens.signing import OwnTokens, SharedSecretTokens, shared
from adapters.tokens.verifier import JwtVerifier
from application.identity import TokenSigner, TokenVerifier
from application.metering import UNMETERED, Meter
from application.ports import Clock, Lasting
from domain.owner import OWN
from entrypoints.settings import Settings
from entrypoints.settings.issuers import OWN_ISSUER, KeySetIssuer
from entrypoints.settings.secret import Secret

if TYPE_CHECKING:
    from adapters.tokens.fetched_keys import FetchedKeys
    from adapters.tokens.own_keys import OwnKeys

_NO_KEYS = b'{"keys": []}'


class Tokens:
    """Everything about tokens that settings decide.

    Either key sets or the shared secret say who others are; our own accounts' tokens are signed
    with the key pair, or else with the secret.
    """

    def __init__(self, settings: Settings, now: Clock, meter: Meter = UNMETERED) -> None:
        self._settings = settings
        self._now = now
        self._fetched = _fetched(settings.issuers, meter)
        self._own = _own_keys(settings)
        self._key_of_this_process = token_bytes(32)
        self.verifier: TokenVerifier = JwtVerifier([*self._issuers()], now, reserved=OWN_ISSUER)

    @property
    def lasting(self) -> Sequence[Lasting]:
        """What has to be open while tokens are verified."""
        return self._fetched

    @property
    def own_signer(self) -> TokenSigner:
        """Signs the access tokens of our accounts."""
        key = self._own.signing if self._own else shared(_given(self._settings.jwt_secret).raw)
        return OwnTokens(key, OWN_ISSUER, self._now)

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
        return self._own.published if self._own else _NO_KEYS

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
        if self._own:
            return Issuer(OWN, Expected(OWN_ISSUER), self._own.algorithms, self._own)
        secrets = self._secret_keys()
        return Issuer(OWN, Expected(OWN_ISSUER), frozenset({SYMMETRIC}), secrets)

    def _secret_keys(self) -> SecretKeys:
        given = (self._settings.jwt_secret_previous, self._settings.jwt_secret)
        return SecretKeys(*(secret.raw for secret in given if secret is not None))


# Public keys take some 10 MB and a while to import: only for those who have any.


def _fetched(issuers: Sequence[KeySetIssuer], meter: Meter) -> "Sequence[FetchedKeys]":
    if not issuers:
        return []
    from adapters.tokens.fetched_keys import FetchedKeys
    from adapters.tokens.fetching import KeySetUrl

    return [FetchedKeys(one.name, KeySetUrl(one.jwks_url), meter=meter) for one in issuers]


def _own_keys(settings: Settings) -> "OwnKeys | None":
    if settings.signing_key is None:
        return None
    from adapters.tokens.own_keys import OwnKeys

    before = settings.signing_key_previous
    return OwnKeys(settings.signing_key.material, *([before.material] if before else []))


def _of_key_set(issuer: KeySetIssuer, keys: Keys, *, first: bool) -> Issuer:
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
