"""graphql-transport-ws, as strict as its specification."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import structlog
from opentelemetry.trace import SpanKind
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    SubscribeMessage,
)

from api.graphql.codes import ErrorCode
from api.graphql.context import Caller
from api.graphql.faults import coded, count
from api.graphql.transport.body import ill_formed
from api.graphql.transport.documents import TrustedDocuments
from api.graphql.transport.refusals import Refused
from api.graphql.transport.streams import race
from domain.errors import Unavailable
from domain.tracing import span

TOO_SLOW = 1013
FORBIDDEN = 4403

log = structlog.get_logger()


class TextFrames(ASGIWebSocketAdapter):
    """Sends text frames."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(self.view.encode_json_string(message))
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise WebSocketDisconnected from gone


class StrictHandler(BaseGraphQLTransportWSHandler[Caller, None]):
    """Closes the socket for what is no message of the protocol and for a client that does not read, only for that."""

    documents: TrustedDocuments
    send_timeout_seconds: float

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - those of its parent
        super().__init__(*arguments, **named)
        self._sending = 0
        self._sent_at = 0.0
        self._admitted = asyncio.Event()

    async def handle(self) -> None:
        """Until the socket ends. Where nobody reads, or nobody may, all operations end, and the reason is told."""
        talking, stalling, refusing = await race(super().handle(), self._until_stalled(), self._until_refused())
        if not stalling.cancelled():
            stalling.result()
            log.info("socket.stalled", meaning="the client does not read; its socket is given up")
            await self._give_up(TOO_SLOW, "The client reads too slowly.")
        elif talking.cancelled():
            refusing.result()
            await self._give_up(FORBIDDEN, "Forbidden")
        else:
            talking.result()

    async def _until_refused(self) -> None:
        await self._admitted.wait()
        assert self.context.until_refused
        await self.context.until_refused()

    async def _give_up(self, code: int, reason: str) -> None:
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self.send_timeout_seconds):
                await self.websocket.close(code, reason)

    async def send_message(self, message: Message) -> None:
        if not self._sending:
            self._sent_at = self._now()
        self._sending += 1
        try:
            await super().send_message(message)
        finally:
            self._sending -= 1
            self._sent_at = self._now()

    async def _until_stalled(self) -> None:
        """Until messages wait and none has gone for too long. A time limit around each would cost more than it."""
        while True:
            waiting = self._now() - self._sent_at if self._sending else 0.0
            if waiting >= self.send_timeout_seconds:
                return
            await asyncio.sleep(self.send_timeout_seconds - waiting)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def run_operation(self, operation: Operation[Caller, None]) -> None:
        about = {"assay.request_id": self.context.request_id}
        with span("socket operation", self.context.handshake.get("traceparent"), SpanKind.SERVER, **about):
            await super().run_operation(operation)

    async def handle_task_exception(self, error: Exception) -> None:
        """An operation whose socket has gone has not failed."""
        if not isinstance(error, WebSocketDisconnected):
            log.error("socket.failed", exc_info=error)

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
        if self.connection_acknowledged:
            self._admitted.set()

    async def handle_ping(self, message: PingMessage) -> None:
        echoed = {"payload": message["payload"]} if "payload" in message else {}
        await self.send_message(cast("Message", {"type": "pong", **echoed}))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        try:
            if self.connection_acknowledged:  # else the socket is closed for asking too early
                self._admit(message)
        except Refused as refusal:
            error = coded(refusal.message, refusal.code)
            count([error], self.context.services.meters)
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    def _admit(self, message: SubscribeMessage) -> None:
        """Put in the document that it names; `Refused` where there is none, or too much is asked at once."""
        most = self.max_subscriptions_per_connection
        is_new = message["id"] not in self.operations
        if is_new and most is not None and len(self.operations) >= most:
            told = f"The socket has {most} operations; complete one first."
            raise Refused(429, told, ErrorCode.LIMIT_EXCEEDED)
        message["payload"]["query"] = self.documents.text_of(message["payload"])

    @staticmethod
    def _get_pre_execution_close_reason(error: object) -> None:
        """One bad document does not close the other streams of its socket."""


def handler_of(trusted: TrustedDocuments, timeout_seconds: float) -> type[StrictHandler]:
    """A handler for these settings: Strawberry makes one for each socket, and tells it nothing of them."""

    class Handler(StrictHandler):
        documents = trusted
        send_timeout_seconds = timeout_seconds

    return Handler


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
    if not isinstance(payload, dict) or not isinstance(payload.get("query", payload.get("documentId")), str):
        return "The payload needs a query or a documentId that is a string."
    return ill_formed(payload)
