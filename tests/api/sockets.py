"""A socket of graphql-transport-ws, spoken frame by frame."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

PROTOCOL: Any = "graphql-transport-ws"  # the library's own type for protocols is a NewType of str
FOLLOW = {"query": "subscription { events(types: [RULES_CHANGED]) { cursor } }"}


@asynccontextmanager
async def socket(http: httpx.AsyncClient, **options: Any) -> AsyncIterator[ClientConnection]:
    address = str(http.base_url).replace("http", "ws")
    async with connect(f"{address}/graphql", subprotocols=[PROTOCOL], **options) as ws:
        yield ws


async def say(ws: ClientConnection, message: object) -> None:
    await ws.send(json.dumps(message))


async def signed_in(ws: ClientConnection) -> None:
    await say(ws, {"type": "connection_init"})
    assert json.loads(await ws.recv()) == {"type": "connection_ack"}
