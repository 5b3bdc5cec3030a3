"""Where stories happen: one domain on one event loop and one clock, and a new project for each story."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

import asyncpg

from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain, open_domain
from domain.identifiers import new_id
from domain.identity import Actor
from domain.settings import Settings
from tests.domain.governance.house import House
from tests.factories.connections import add_connection
from tests.factories.tenants import add_tenant
from tests.fakes.clock import HandClock

T = TypeVar("T")


class Stage:
    """Hypothesis tells its stories from plain functions, so the event loop is the stage's own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._resources = AsyncExitStack()
        self.clock = HandClock()
        self.steps: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._domain, self._sql = self.run(self._open())
        return self

    async def _open(self) -> tuple[Domain, asyncpg.Connection]:
        domain = await self._resources.enter_async_context(open_domain(self._settings, clock=self.clock))
        sql = await asyncpg.connect(self._settings.database_url())
        self._resources.push_async_callback(sql.close)
        return domain, sql

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._resources.aclose())
        self._runner.close()

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self._runner.run(work)

    async def new_house(self) -> House:
        tenant = await add_tenant(self._sql, f"story {new_id()}")
        actor = Actor(tenant, "ada", permissions=PERMISSIONS[Role.OWNER])
        await add_connection(self._domain, actor)
        return House(self._domain, actor, self._sql)
