"""Where an identity provider publishes its keys."""

from collections.abc import Mapping

import httpx
import orjson

from api.signing_keys import ProviderUnreachable, SigningKey
from domain.settings import is_safe_url

DISCOVERY = ".well-known/openid-configuration"
TIMEOUT_SECONDS = 5.0


class KeyDocument:
    """A JSON Web Key Set, at a known address or at the one that the issuer's discovery document gives."""

    def __init__(self, issuer: str, url: str | None) -> None:
        self._issuer = issuer
        self._url = url
        self._tls = httpx.create_ssl_context()  # once: reading the authorities would hold up the loop each time

    async def fetch(self) -> Mapping[str, SigningKey]:
        """The public keys for signatures by their ids."""
        async with httpx.AsyncClient(verify=self._tls, timeout=TIMEOUT_SECONDS) as http:
            url = self._url or await self._discover(http)
            found = (await _read(http, url)).get("keys")
        if not isinstance(found, list):
            raise ProviderUnreachable(f"{url} holds no list of keys")
        return {key["kid"]: key for key in found if _is_for_signatures(key)}

    async def _discover(self, http: httpx.AsyncClient) -> str:
        address = f"{self._issuer.rstrip('/')}/{DISCOVERY}"
        found = await _read(http, address)
        if found.get("issuer") != self._issuer:
            raise ProviderUnreachable(f"{address} is the document of another issuer")
        url = found.get("jwks_uri")
        if not isinstance(url, str) or not is_safe_url(url):
            raise ProviderUnreachable(f"{address} names no safe jwks_uri")
        return url


async def _read(http: httpx.AsyncClient, url: str) -> dict[str, object]:
    try:
        reply = await http.get(url)
        reply.raise_for_status()
        found = orjson.loads(reply.content)
    except (httpx.HTTPError, httpx.InvalidURL, orjson.JSONDecodeError) as error:
        raise ProviderUnreachable(f"{url}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise ProviderUnreachable(f"{url} holds no JSON object")
    return found


def _is_for_signatures(key: object) -> bool:
    return (
        isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("kty") in {"RSA", "EC", "OKP"}
        and key.get("use", "sig") == "sig"
    )
