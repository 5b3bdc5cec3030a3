"""graphql-transport-ws, as strict as its specification."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    SubscribeMessage,
)

from api.graphql.codes import ErrorCode
from api.graphql.context import Caller
from api.graphql.faults import coded
from api.graphql.transport.body import ill_formed
from domain.errors import Unavailable

LONGEST_SEND_SECONDS = 10.0


class TextFrames(ASGIWebSocketAdapter):
    """Sends text frames, and gives up a client that does not read them."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            async with asyncio.timeout(LONGEST_SEND_SECONDS):
                await self.ws.send_text(self.view.encode_json_string(message))
        except TimeoutError:
            await self.ws.close(1013, "The client reads too slowly.")
            raise WebSocketDisconnected from None
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise WebSocketDisconnected from gone


class StrictHandler(BaseGraphQLTransportWSHandler[Caller, None]):
    """Closes the socket for what is no message of the protocol, and only for that."""

    async def handle_message(self, message: Message) -> None:
        problem = _malformed(message)
        if problem:
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        try:
            await super().handle_connection_init(message)
        except Unavailable as error:
            await self.websocket.close(1013, error.message)

    async def handle_ping(self, message: PingMessage) -> None:
        echoed = {"payload": message["payload"]} if "payload" in message else {}
        await self.send_message(cast("Message", {"type": "pong", **echoed}))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        most = self.max_subscriptions_per_connection
        is_new = message["id"] not in self.operations
        if self.connection_acknowledged and is_new and most is not None and len(self.operations) >= most:
            error = coded(f"The socket has {most} operations; complete one first.", ErrorCode.LIMIT_EXCEEDED)
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    @staticmethod
    def _get_pre_execution_close_reason(error: object) -> None:
        """One bad document does not close the other streams of its socket."""


def _malformed(message: Any) -> str | None:  # noqa: ANN401 - any JSON
    """What is wrong with a message; None when it has the shape that its type asks for."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type."
    if message["type"] not in {"subscribe", "complete"}:
        return None
    if not isinstance(message.get("id"), str) or not message["id"]:
        return "The message needs an id that is a string."
    if message["type"] == "complete":
        return None
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "The payload needs a query that is a string."
    return ill_formed(payload)
