from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.tracing import span

UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for every few seconds, and about nothing."""


class Traced:
    """Each request is a span, in the trace of its caller. A socket lives too long for one: its operations are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        caller = Headers(scope=scope).get("traceparent")
        about = {"url.path": scope["path"], "assay.request_id": scope["state"]["request_id"]}
        with span(scope["method"], caller, SpanKind.SERVER, **about):
            await self._app(scope, receive, send)
