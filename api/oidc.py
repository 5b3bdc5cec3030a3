"""Tokens of an identity provider, as OpenID Connect and RFC 9068 have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from api.key_document import KeyDocument
from api.signing_keys import SigningKey, SigningKeys
from domain.members.model import GROUP, LONGEST_NAME
from domain.settings import AuthSettings, SettingsError
from domain.text import is_storable

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)  # asymmetric ones only: who can check a signature must not be able to make one
LEEWAY_SECONDS = 30
"""How far the provider's clock and ours may be apart."""
MOST_GROUPS = 200
_REQUIRED = ["exp", "iss", "aud", "sub"]

_jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    name: str
    subjects: Sequence[str]
    """They themselves, then their groups."""


class Provider:
    def __init__(self, issuer: str, audience: str, settings: AuthSettings, keys: SigningKeys) -> None:
        self._issuer = issuer
        self._audience = audience
        self._settings = settings
        self._keys = keys

    async def identify(self, token: str) -> Identity | None:
        """None for a token that is not good; `Unavailable` when that cannot be found out now."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key_id = header.get("alg"), header.get("kid")
            if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or key_id is None:
                return None
            key = await self._keys.find(key_id)
            return self._verified(token, algorithm, key) if key and key.get("alg", algorithm) == algorithm else None
        except jwt.PyJWTError:
            return None

    def _verified(self, token: str, algorithm: str, key: SigningKey) -> Identity | None:
        claims = _jwt.decode(
            token,
            jwt.PyJWK(dict(key), algorithm),
            algorithms=[algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": _REQUIRED},
        )
        subject = next(iter(_texts(claims, "sub")), GROUP)
        if subject.startswith(GROUP):  # else who chooses their own subject could choose to be a group
            return None
        groups = _texts(claims, self._settings.oidc_groups_claim)[:MOST_GROUPS]
        name = next(iter(_texts(claims, self._settings.oidc_name_claim)), subject)
        return Identity(name[:LONGEST_NAME], [subject, *(f"{GROUP}{group}" for group in groups)])


def _texts(claims: Mapping[str, Any], name: str | None) -> list[str]:  # claims are what the provider put there
    """A claim that is a text or a list of them; empty when there is no such claim."""
    value = claims.get(name) if name else None
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text and is_storable(text)]


def open_provider(settings: AuthSettings) -> Provider | None:
    """None when no identity provider is configured."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_audience is None:
        raise SettingsError(
            "auth.oidc_audience is not set: name the audience for which the issuer's tokens are made, or tokens for "
            "other applications of the issuer would be good here as well."
        )
    document = KeyDocument(settings.oidc_issuer, settings.oidc_jwks_url)
    return Provider(settings.oidc_issuer, settings.oidc_audience, settings, SigningKeys(document.fetch))
