"""Whether the process lives, and whether it can do its work."""

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.services import Services
from domain.errors import Unavailable

LONGEST_WAIT_SECONDS = 2.0

log = structlog.get_logger()


def health_routes(services: Services) -> list[Route]:
    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> JSONResponse:
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await services.domain.feed.last_sequence()
        except (Unavailable, TimeoutError) as error:
            log.warning("health.not_ready", error=type(error).__name__)
            return JSONResponse({"status": "unavailable", "database": "does not answer"}, 503)
        return JSONResponse({"status": "ok", "database": "answers"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
