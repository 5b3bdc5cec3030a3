"""Routes and middleware; what they stand on is opened by the lifespan."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.auth import open_gate
from api.graphql.faults import internal_error
from api.graphql.ide import IdePage, ide_routes
from api.graphql.schema import make_schema
from api.graphql.transport.view import GraphQLView
from api.health import health_routes
from api.request_ids import HEADER as REQUEST_ID_HEADER
from api.request_ids import RequestIds
from api.services import Services
from api.traced import Traced
from api.vitals import vital_routes
from domain.settings import Settings
from domain.tracing import is_tracing

PROJECT_HEADER = "x-project-id"


def create_app(services: Services) -> Starlette:
    is_development = services.settings.mode == "development"
    gate = open_gate(services.settings, services.domain)
    schema = make_schema(services.settings.api, is_open=is_development)
    view = GraphQLView(schema, services, gate, IdePage() if is_development else None)
    routes: list[BaseRoute] = [
        Route("/graphql", view),
        WebSocketRoute("/graphql", view),
        *health_routes(services),
        *vital_routes(services),
        *(ide_routes() if is_development else []),
    ]
    return Starlette(
        routes=routes, middleware=_middleware(services.settings), exception_handlers={Exception: _unexpected}
    )


def _middleware(settings: Settings) -> list[Middleware]:
    chain = [Middleware(RequestIds), *([Middleware(Traced)] if is_tracing() else [])]
    if settings.mode == "development":
        # Without tokens, a page of another site that gives itself our address must not be served.
        chain.append(Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", settings.bind]))
    if settings.api.allowed_origins:
        chain.append(_other_sites(settings.api.allowed_origins))
    return chain


def _other_sites(origins: Sequence[str]) -> Middleware:
    """Their pages may read what they are answered. They send a token by themselves: no cookie signs anybody in."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["POST"],
        allow_headers=["authorization", "content-type", PROJECT_HEADER, REQUEST_ID_HEADER],
        expose_headers=[REQUEST_ID_HEADER, "retry-after"],
    )


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    """Starlette raises the error again after this answer, so that the server logs it."""
    return JSONResponse({"errors": [internal_error(request.state.request_id).formatted]}, 500)
