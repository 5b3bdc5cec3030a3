"""A plain client of the public API: GraphQL over HTTP, and graphql-transport-ws as the protocol says."""

import asyncio
import itertools
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import connect

LONGEST_SILENCE_SECONDS = 120.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody and is quick to make: everything here is spoken over plain HTTP."""


class GraphQL:
    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(timeout=60, verify=NO_TLS)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        reply = await self._http.post(self.url, json={"query": query, "variables": variables})
        body = reply.json()
        assert "errors" not in body, body["errors"]
        return dict(body["data"])

    async def do(self, mutation: str, **variables: Any) -> dict[str, Any]:
        """The only field's result."""
        (result,) = (await self.ask(mutation, **variables)).values()
        return dict(result)

    @asynccontextmanager
    async def subscribed(self, query: str, **variables: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The events of a subscription, as they come, until the server completes it."""
        address = self.url.replace("http://", "ws://")
        async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": query, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

            async def events() -> AsyncIterator[dict[str, Any]]:
                for _ in itertools.count():
                    message = json.loads(await asyncio.wait_for(socket.recv(), LONGEST_SILENCE_SECONDS))
                    match message["type"]:
                        case "next":
                            assert "errors" not in message["payload"], message
                            (event,) = message["payload"]["data"].values()
                            yield event
                        case "complete":
                            return
                        case "error":
                            raise AssertionError(message)

            yield events()
