"""A plain graphql-transport-ws client that notes when each message arrives."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

LONGEST_SILENCE_SECONDS = 60.0
RUN_EVENTS = """subscription ($runId: ID!) { workflowRunEvents(runId: $runId) {
  ... on WorkflowRunSnapshot { run { status } }
  ... on WorkflowRunStateChanged { status at } } }"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A status of the run; `at` is when Prefect set it, None in the snapshot at the beginning."""

    status: str
    at: datetime | None
    arrived_at: datetime


@asynccontextmanager
async def statuses_of(api_url: str, run_id: str) -> AsyncIterator[AsyncIterator[Arrival]]:
    """From the present one to the end of the run."""
    address = f"{api_url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
        await _send(socket, type="connection_init")
        await _receive(socket)
        payload = {"query": RUN_EVENTS, "variables": {"runId": run_id}}
        await _send(socket, type="subscribe", id="1", payload=payload)
        yield _arrivals(socket)


async def _arrivals(socket: ClientConnection) -> AsyncIterator[Arrival]:
    while True:
        message = await _receive(socket)
        arrived_at = datetime.now(UTC)
        if message["type"] == "complete":
            return
        event = message["payload"]["data"]["workflowRunEvents"]
        if "at" in event:
            yield Arrival(event["status"], datetime.fromisoformat(event["at"]), arrived_at)
        elif "run" in event:
            yield Arrival(event["run"]["status"], None, arrived_at)


async def _send(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def _receive(socket: ClientConnection) -> Mapping[str, Any]:  # the shape is the subscription's
    async with asyncio.timeout(LONGEST_SILENCE_SECONDS):
        return dict(json.loads(await socket.recv()))
