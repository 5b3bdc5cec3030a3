"""The keys with which an identity provider signs, kept for a while so that requests do not wait for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog

from domain.errors import Unavailable

KEPT_SECONDS = 600.0
LONGEST_OUTAGE_SECONDS = 86_400.0
"""For so long the keys that are kept are good while the provider does not answer."""
PAUSE_SECONDS = 10.0
"""Between two questions to the provider, whatever ids of keys callers make up."""

SigningKey: TypeAlias = Mapping[str, Any]  # a JSON Web Key, whose members depend on its kind
Fetch: TypeAlias = Callable[[], Awaitable[Mapping[str, SigningKey]]]

log = structlog.get_logger()


class ProviderUnreachable(Exception):
    """The provider does not answer, or with something else than its keys."""


class SigningKeys:
    def __init__(self, fetch: Fetch, now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._asking = asyncio.Lock()
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at = self._asked_at = float("-inf")

    async def find(self, key_id: str) -> SigningKey | None:
        """None for a key that the provider does not have; `Unavailable` when it cannot be asked."""
        if self._age > KEPT_SECONDS or key_id not in self._keys:
            await self._renew(is_urgent=key_id not in self._keys or self._age > LONGEST_OUTAGE_SECONDS)
        return self._keys.get(key_id)

    @property
    def _age(self) -> float:
        return self._now() - self._fetched_at

    async def _renew(self, *, is_urgent: bool) -> None:
        """Ask the provider, one caller at a time; who has a key that is still good does not wait for another's turn."""
        if self._asking.locked() and not is_urgent:
            return
        async with self._asking:
            if self._now() - self._asked_at >= PAUSE_SECONDS:
                await self._ask()
        if is_urgent and self._fetched_at < self._asked_at:
            raise Unavailable("The identity provider does not answer. Try again in a few seconds.", int(PAUSE_SECONDS))

    async def _ask(self) -> None:
        try:
            self._keys = await self._fetch()
        except ProviderUnreachable as error:
            self._asked_at = self._now()
            log.warning("auth.provider_unreachable", error=str(error))
        else:
            self._fetched_at = self._asked_at = self._now()
