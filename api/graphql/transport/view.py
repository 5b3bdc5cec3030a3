# ruff: noqa: ARG002 - methods that override Strawberry's have its parameters
"""GraphQL over HTTP, server-sent events and WebSocket at one path."""

from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import orjson
import structlog
from cross_web import AsyncHTTPRequestAdapter, StarletteRequestAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from api.auth import Credentials, Gate, Unauthenticated, until_refused
from api.graphql.audiences import Audiences
from api.graphql.codes import ErrorCode
from api.graphql.context import Caller
from api.graphql.governed import GovernedSchema
from api.graphql.ide import IdePage
from api.graphql.problems import code_of
from api.graphql.transport.accept import Answer, negotiate
from api.graphql.transport.body import parameters_of_body, parameters_of_url, read_body, request_data
from api.graphql.transport.connected import while_connected
from api.graphql.transport.documents import open_documents
from api.graphql.transport.refusals import Refused, refusal_response
from api.graphql.transport.results import STATUS, body_of, status_of
from api.graphql.transport.streams import Streams, impatient, send_until
from api.graphql.transport.websocket import TextFrames, handler_of
from api.services import Services
from domain.errors import DomainError, NotFound, Unavailable

REFUSED = "until_refused"
"""Name of the state of a request for a stream that returns when its client is not to be told any more."""

log = structlog.get_logger()


class ReadRequest(StarletteRequestAdapter):
    """A request whose body was read and checked before Strawberry sees it."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.data: GraphQLRequestData = request.state.data


class GraphQLView(GraphQL[Caller, None]):
    """Strawberry's view, with what the specifications ask for beyond it."""

    request_adapter_class = ReadRequest
    websocket_adapter_class = TextFrames

    def __init__(self, schema: GovernedSchema, services: Services, gate: Gate, ide: IdePage | None) -> None:
        limits = services.settings.api
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=("graphql-transport-ws", "graphql-sse"),
            connection_init_wait_timeout=timedelta(seconds=limits.connection_init_timeout_seconds),
            max_subscriptions_per_connection=limits.max_operations_per_socket,
            allowed_origins=limits.allowed_origins,
        )
        self._limits = limits
        self._streams = Streams(limits.max_streams)
        self._documents = open_documents(limits)
        self.graphql_transport_ws_handler_class = handler_of(self._documents, limits.send_timeout_seconds)
        self._services, self._meters = services, services.meters
        self._gate = gate
        self._ide = ide
        self._audiences = Audiences()
        # Reading by GET is a convenience of development, like the IDE; elsewhere only what asks for JSON is served.
        self._methods = ("GET", "POST") if ide else ("POST",)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        else:
            await self._serve_request(Request(scope, receive), send)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._streams.place(), self._meters.streams.labels("socket").track_inprogress():
                await super().__call__(scope, receive, send)
        except Refused as refusal:
            await WebSocket(scope, receive, send).send_denial_response(self._refusal(refusal, Answer.JSON))

    async def _serve_request(self, request: Request, send: Send) -> None:
        answer = negotiate(request.headers.get("accept"))
        with ExitStack() as places:
            try:
                if answer is Answer.EVENTS:
                    places.enter_context(self._streams.place())
                    places.enter_context(self._meters.streams.labels("event stream").track_inprogress())
                response = await self._respond(request, answer)
            except Refused as refusal:
                response = self._refusal(refusal, answer or Answer.JSON)
            response.headers["vary"] = "Accept"
            await self._send(response, request, send)

    def _refusal(self, refusal: Refused, answer: Answer) -> Response:
        self._meters.errors.labels(refusal.code.value).inc()
        return refusal_response(refusal, answer)

    async def _send(self, response: Response, request: Request, send: Send) -> None:
        """An answer goes out in one piece, which waits for nobody; the pieces of a stream wait for its reader."""
        try:
            sending = impatient(send, self._limits.send_timeout_seconds)
            if refused := getattr(request.state, REFUSED, None):
                await send_until(refused(), response, request.scope, request.receive, sending)
            else:
                await response(request.scope, request.receive, sending)
        except TimeoutError:
            log.info("stream.stalled", meaning="the client does not read; its stream is given up")

    async def _respond(self, request: Request, answer: Answer | None) -> Response:
        if request.method not in self._methods:
            raise Refused(405, f"Use {' or '.join(self._methods)}.", allow=", ".join(self._methods))
        if self._ide and self._ide.is_wanted(request):
            return self._ide.response()
        if answer is None:
            raise Refused(406, f"The answer can be one of {', '.join(kind.value for kind in Answer)}.")
        caller = await self._caller(request)
        request.state.data = await self._read(request, answer)
        response = await while_connected(request, self.run(request, context=caller))
        if answer is Answer.EVENTS:
            setattr(request.state, REFUSED, caller.until_refused)
        else:
            response.headers["content-type"] = f"{answer.value}; charset=utf-8"
        if answer is Answer.GRAPHQL:
            response.status_code = getattr(request.state, STATUS)
        return response

    async def _caller(self, request: Request) -> Caller:
        caller = Caller(self._services, request.state.request_id, audiences=self._audiences)
        try:
            await self._admit(caller, Credentials.of(request.headers))
        except Unauthenticated as stranger:
            challenge = {"www-authenticate": "Bearer"}
            raise Refused(401, stranger.message, ErrorCode.UNAUTHENTICATED, **challenge) from None
        except DomainError as error:
            raise _not_admitted(error) from None
        return caller

    async def _admit(self, caller: Caller, credentials: Credentials) -> None:
        actor = await self._gate.admit(credentials, caller.request_id)
        pause = self._services.settings.auth.recheck_seconds
        caller.actor = actor
        caller.until_refused = partial(until_refused, self._gate, credentials, actor, pause)

    async def _read(self, request: Request, answer: Answer) -> GraphQLRequestData:
        if request.method == "GET":
            parameters = parameters_of_url(request)
        else:
            limits = self._limits
            parameters = parameters_of_body(
                await read_body(request, limits.max_body_bytes, limits.body_timeout_seconds)
            )
        return request_data(parameters, self._documents, "sse" if answer is Answer.EVENTS else "http")

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Never: whoever wants the page has got it already, and a request may name its document by its id."""
        return False

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        assert isinstance(request, ReadRequest)
        return request.data

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Caller,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        is_get = request.method == "GET"
        allowed = {OperationType.QUERY} if is_get else {OperationType.QUERY, OperationType.MUTATION}
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=allowed,
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError as error:
            raise Refused(400, error.as_http_error_reason(), ErrorCode.GRAPHQL_VALIDATION_FAILED) from None
        except InvalidOperationTypeError as error:
            raise _wrong_transport(error.operation_type, is_get=is_get) from None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        setattr(request.state, STATUS, status_of(result))
        return body_of(result)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Caller:
        """For sockets, which sign in by `connection_init`."""
        handshake = dict(request.headers)
        return Caller(self._services, request.state.request_id, audiences=self._audiences, handshake=handshake)

    async def on_ws_connect(self, context: Caller) -> UnsetType | dict[str, object] | None:
        credentials = Credentials.of(context.handshake, context.connection_params)
        try:
            await self._admit(context, credentials)
        except (Unauthenticated, NotFound):
            raise ConnectionRejectionError from None
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _not_admitted(error: DomainError) -> Refused:
    if isinstance(error, Unavailable):
        advice = {"retry-after": str(error.retry_after_seconds)}
        return Refused(503, error.message, code_of(error), **advice)
    return Refused(404, error.message, code_of(error))


def _wrong_transport(operation: OperationType, *, is_get: bool) -> Refused:
    if operation is OperationType.SUBSCRIPTION:
        how = "Follow subscriptions over WebSocket (graphql-transport-ws) or with Accept: text/event-stream."
        return Refused(400, how, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    assert is_get
    return Refused(405, "Send mutations by POST.", ErrorCode.GRAPHQL_VALIDATION_FAILED, allow="POST")
