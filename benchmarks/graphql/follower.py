"""A client of the live events: it notes when each message arrives."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.graphql.installation import Server

LONGEST_SILENCE_SECONDS = 30.0
FOLLOW = "subscription { events(types: [GLOSSARY_CHANGED]) { cursor type occurredAt actor scopes } }"
CHANGE = """mutation ($input: UpsertGlossaryTermInput!) { upsertGlossaryTerm(input: $input) {
  __typename ... on Error { message } } }"""


class Arrival(NamedTuple):
    at: float
    text: str


@asynccontextmanager
async def following(server: Server) -> AsyncIterator[ClientConnection]:
    """Subscribed for sure: the subscription is younger than its socket, but older than the answer to a ping."""
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(server.socket(), subprotocols=protocols, proxy=None, ping_interval=None) as socket:
        await say(socket, type="connection_init")
        await hear(socket)
        await say(socket, type="subscribe", id="1", payload={"query": FOLLOW})
        await say(socket, type="subscribe", id="2", payload={"query": "{ __typename }"})
        while json.loads((await hear(socket)).text)["type"] != "complete":
            pass
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> Arrival:
    async with asyncio.timeout(LONGEST_SILENCE_SECONDS):
        text = await socket.recv(decode=True)
    return Arrival(time.perf_counter(), text)


async def change(http: httpx.AsyncClient, server: Server, name: str) -> None:
    """One event, by a mutation."""
    variables = {"input": {"name": name, "definition": "What it means."}}
    reply = await http.post(server.graphql, json={"query": CHANGE, "variables": variables})
    result = reply.json()["data"]["upsertGlossaryTerm"]
    assert result["__typename"] == "UpsertGlossaryTermSuccess", result
