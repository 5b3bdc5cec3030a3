"""Opens what the server stands on, and closes it in reverse order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from api.events.hub import Hub
from api.events.relay import Relay
from api.orchestrator.launcher import Launcher
from api.orchestrator.schedules import ScheduleKeeper
from api.orchestrator.watcher import Watcher
from api.services import Services
from domain.bootstrap import open_domain
from domain.settings import Settings


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The domain, and beside it what follows the database and Prefect for as long as the server lives."""
    async with open_domain(settings) as domain:
        hub = Hub(domain)
        relay = Relay(domain, Launcher())
        watcher = Watcher(domain, settings.prefect)
        schedules = ScheduleKeeper(domain)
        async with _in_background(hub.run(), relay.run(), watcher.run(), schedules.run()):
            yield Services(settings, domain, hub)


@asynccontextmanager
async def _in_background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run these beside the body. They work for ever: one that breaks takes the server down, visibly."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
