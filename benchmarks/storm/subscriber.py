"""Follows one run over a socket that breaks again and again, and goes on where it was cut off."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from deploy.local.errors import LauncherError

PAUSE_SECONDS = 0.5
ANSWER_SECONDS = 20.0
RUN_EVENTS = """subscription ($runId: ID!, $after: String) { workflowRunEvents(runId: $runId, after: $after) {
  __typename
  ... on WorkflowRunSnapshot { cursor run { status } }
  ... on WorkflowRunStateChanged { cursor at status }
  ... on WorkflowRunProgressed { cursor }
  ... on WorkflowRunLogged { cursor }
  ... on Error { message } } }"""
TRY_AGAIN = (OSError, WebSocketException, TimeoutError)

Event = Mapping[str, Any]  # the shape is the subscription's


@dataclass(frozen=True, slots=True)
class ToldState:
    status: str
    at: datetime


@dataclass(slots=True)
class Subscriber:
    """`first` is the status in the snapshot; what was told after it is in `states`, `cursors` are of all events."""

    api_url: str
    run_id: str
    first: str | None = None
    states: list[ToldState] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    breaks: int = 0
    """How often a socket broke while it followed; trying in vain for another one does not count."""

    @property
    def status(self) -> str | None:
        """The newest that it knows."""
        return self.states[-1].status if self.states else self.first

    async def follow(self) -> None:
        """To the end of the run, over as many sockets as it takes."""
        while True:
            is_following = False
            try:
                async with self._subscribed() as events:
                    is_following = True
                    async for event in events:
                        self._note(event)
                    return
            except TRY_AGAIN:
                self.breaks += is_following
                await asyncio.sleep(PAUSE_SECONDS)

    def _note(self, event: Event) -> None:
        if "message" in event:
            raise LauncherError(f"The subscription to run {self.run_id} says: {event['message']}")
        self.cursors.append(event["cursor"])
        if event["__typename"] == "WorkflowRunSnapshot":
            self.first = event["run"]["status"]
        elif event["__typename"] == "WorkflowRunStateChanged":
            self.states.append(ToldState(event["status"], datetime.fromisoformat(event["at"])))

    @asynccontextmanager
    async def _subscribed(self) -> AsyncIterator[AsyncIterator[Event]]:
        address = f"{self.api_url.replace('http', 'ws', 1)}/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            async with asyncio.timeout(ANSWER_SECONDS):
                await socket.recv()
            after = self.cursors[-1] if self.cursors else None
            payload = {"query": RUN_EVENTS, "variables": {"runId": self.run_id, "after": after}}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            yield _events(socket)


async def _events(socket: ClientConnection) -> AsyncIterator[Event]:
    """A server that is away is noticed by the socket's own pings; a silent run is none."""
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "complete":
            return
        if message["type"] != "next" or "errors" in message["payload"]:
            raise ConnectionError(f"The server cannot go on: {text!s}")
        yield message["payload"]["data"]["workflowRunEvents"]
    raise ConnectionError("The socket was closed before the run had ended.")
