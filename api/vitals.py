"""`/metrics`: what the process counts itself, and a few numbers of the database that are some seconds old at most."""

import asyncio
import time

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.services import Services
from domain.errors import Unavailable
from domain.runs.model import RunStatus

FRESH_SECONDS = 10.0
"""However often somebody asks, the database is not asked again before."""
LONGEST_WAIT_SECONDS = 2.0


def vital_routes(services: Services) -> list[Route]:
    vitals = Vitals(services)

    async def metrics(_request: Request) -> Response:
        await vitals.refresh()
        return Response(generate_latest(services.meters.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/metrics", metrics)]


class Vitals:
    def __init__(self, services: Services) -> None:
        self._domain, self._hub, self._meters = services.domain, services.hub, services.meters
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")

    async def refresh(self) -> None:
        self._meters.hub_events.set(self._hub.kept)
        self._meters.hub_position.set(self._hub.position)
        async with self._asking:
            if time.monotonic() - self._asked_at >= FRESH_SECONDS:
                await self._ask()
                self._asked_at = time.monotonic()

    async def _ask(self) -> None:
        """A database that is away is a number like any other; the rest stays as it was when it answered last."""
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._read()
        except (Unavailable, TimeoutError):
            self._meters.database_answers.set(0)
        else:
            self._meters.database_answers.set(1)

    async def _read(self) -> None:
        for purpose, waiting in (await self._domain.delivery.backlog()).items():
            self._meters.outbox_events.labels(purpose).set(waiting.events)
            self._meters.outbox_lag.labels(purpose).set(waiting.lag_seconds)
        runs = await self._domain.oversight.counts()
        for status in RunStatus:
            self._meters.runs.labels(status.value).set(runs.get(status, 0))
