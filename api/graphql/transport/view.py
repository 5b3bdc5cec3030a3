# ruff: noqa: ARG002 - methods that override Strawberry's have its parameters
"""GraphQL over HTTP, server-sent events and WebSocket at one path."""

from datetime import timedelta

import orjson
from cross_web import AsyncHTTPRequestAdapter, StarletteRequestAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from api.auth import Credentials, Gate, Unauthenticated
from api.graphql.audiences import Audiences
from api.graphql.codes import ErrorCode
from api.graphql.context import Caller
from api.graphql.governed import GovernedSchema
from api.graphql.ide import IdePage
from api.graphql.problems import code_of
from api.graphql.transport.accept import Answer, negotiate
from api.graphql.transport.body import parameters_of_body, parameters_of_url, read_body, request_data
from api.graphql.transport.connected import while_connected
from api.graphql.transport.refusals import Refused, refusal_response
from api.graphql.transport.results import STATUS, body_of, status_of
from api.graphql.transport.websocket import StrictHandler, TextFrames
from api.services import Services
from domain.errors import DomainError, NotFound

LONGEST_SILENCE = timedelta(seconds=10)
"""How long a socket may stay open without `connection_init`."""
MAX_OPERATIONS_PER_SOCKET = 50


class ReadRequest(StarletteRequestAdapter):
    """A request whose body was read and checked before Strawberry sees it."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.data: GraphQLRequestData = request.state.data


class GraphQLView(GraphQL[Caller, None]):
    """Strawberry's view, with what the specifications ask for beyond it."""

    request_adapter_class = ReadRequest
    websocket_adapter_class = TextFrames
    graphql_transport_ws_handler_class = StrictHandler

    def __init__(self, schema: GovernedSchema, services: Services, gate: Gate, ide: IdePage | None) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=("graphql-transport-ws", "graphql-sse"),
            connection_init_wait_timeout=LONGEST_SILENCE,
            max_subscriptions_per_connection=MAX_OPERATIONS_PER_SOCKET,
        )
        self._services = services
        self._gate = gate
        self._ide = ide
        self._audiences = Audiences()
        # Reading by GET is a convenience of development, like the IDE; elsewhere only what asks for JSON is served.
        self._methods = ("GET", "POST") if ide else ("POST",)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = negotiate(request.headers.get("accept"))
        try:
            response = await self._respond(request, answer)
        except Refused as refusal:
            response = refusal_response(refusal, answer or Answer.JSON)
        response.headers["vary"] = "Accept"
        await response(scope, receive, send)

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
        if answer is not Answer.EVENTS:
            response.headers["content-type"] = f"{answer.value}; charset=utf-8"
        if answer is Answer.GRAPHQL:
            response.status_code = getattr(request.state, STATUS)
        return response

    async def _caller(self, request: Request) -> Caller:
        request_id: str = request.state.request_id
        try:
            actor = await self._gate.admit(Credentials.of(request.headers), request_id)
        except Unauthenticated as stranger:
            challenge = {"www-authenticate": "Bearer"}
            raise Refused(401, stranger.message, ErrorCode.UNAUTHENTICATED, **challenge) from None
        except DomainError as error:
            status = 404 if isinstance(error, NotFound) else 503
            raise Refused(status, error.message, code_of(error)) from None
        return Caller(self._services, request_id, actor, self._audiences)

    async def _read(self, request: Request, answer: Answer) -> GraphQLRequestData:
        if request.method == "GET":
            parameters = parameters_of_url(request)
        else:
            parameters = parameters_of_body(await read_body(request, self._services.settings.api.max_body_bytes))
        return request_data(parameters, "sse" if answer is Answer.EVENTS else "http")

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
            context.actor = await self._gate.admit(credentials, context.request_id)
        except (Unauthenticated, NotFound):
            raise ConnectionRejectionError from None
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _wrong_transport(operation: OperationType, *, is_get: bool) -> Refused:
    if operation is OperationType.SUBSCRIPTION:
        how = "Follow subscriptions over WebSocket (graphql-transport-ws) or with Accept: text/event-stream."
        return Refused(400, how, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    assert is_get
    return Refused(405, "Send mutations by POST.", ErrorCode.GRAPHQL_VALIDATION_FAILED, allow="POST")
