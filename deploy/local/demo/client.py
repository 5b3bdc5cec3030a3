"""Speaks to the public GraphQL API, as any script would."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx

from deploy.local.errors import LauncherError

PATIENCE_SECONDS = 120.0
"""How long a server that does not answer is tried again: the launcher restarts what dies."""
PAUSE_SECONDS = 0.5
TRY_AGAIN_STATUS = frozenset({502, 503, 504})

Answer = Mapping[str, Any]  # the shape is the query's
Variable = str | int | None | Mapping[str, object]


class Api:
    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = f"{url}/graphql"
        self._http = http

    async def ask(self, query: str, **variables: Variable) -> Answer:
        """The answer's data. Every query of the demo may be sent twice, so a lost connection is simply tried again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await self._send(query, variables)
            except (httpx.TransportError, _Busy) as error:
                if time.monotonic() > deadline:
                    raise LauncherError(
                        f"The API at {self._url} has not answered for {PATIENCE_SECONDS:.0f} seconds ({error}). "
                        "`assay status` shows what runs, `assay doctor` what is wrong."
                    ) from None
                await asyncio.sleep(PAUSE_SECONDS)

    async def do(self, mutation: str, **variables: Variable) -> Answer:
        """The success of a mutation's result; its error is said as the API says it."""
        (result,) = (await self.ask(mutation, **variables)).values()
        if result is None or "message" in result:
            raise LauncherError(result["message"] if result else "The API could not do it; its log says why.")
        return dict(result)

    async def _send(self, query: str, variables: Mapping[str, Variable]) -> Answer:
        reply = await self._http.post(self._url, json={"query": query, "variables": variables})
        if reply.status_code in TRY_AGAIN_STATUS:
            raise _Busy(f"HTTP {reply.status_code}")
        body = reply.json()
        if errors := body.get("errors"):
            if any(error.get("extensions", {}).get("code") == "SERVICE_UNAVAILABLE" for error in errors):
                raise _Busy(errors[0]["message"])
            raise LauncherError(f"The API refuses: {errors[0]['message']}")
        return dict(body["data"])


class _Busy(Exception):
    """The server lives, but cannot answer now."""
