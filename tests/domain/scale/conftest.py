"""A database with much in it, loaded once as the benchmark loads its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import pytest

from benchmarks.scale.load import load
from benchmarks.scale.size import Size
from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain, open_domain
from domain.db.engine import Database, make_engine
from domain.db.uow import UnitsOfWork
from domain.identity import Actor
from domain.migrations.runner import migrate
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

SIZE = Size(schemas=10, tables=20, columns=10, snapshots=100_000, violations=200_000, open_violations=5_000)


@dataclass(frozen=True, slots=True)
class Much:
    domain: Domain
    actor: Actor
    unit_of_work: UnitsOfWork
    sql: asyncpg.Connection


@pytest.fixture(scope="package")
async def much(postgres: PostgresServer) -> AsyncIterator[Much]:
    """Tests read it only, or take back what they did."""
    settings = settings_for(await postgres.create_database("assay_scale"))
    await asyncio.to_thread(migrate, settings)
    async with AsyncExitStack() as opened:
        engine = make_engine(settings, pooled=True)
        opened.push_async_callback(engine.dispose)
        sql = await asyncpg.connect(settings.database_url())
        opened.push_async_callback(sql.close)
        domain = await opened.enter_async_context(open_domain(settings))
        await domain.access.ensure_default_project()
        actor = Actor(await domain.access.tenant_of("default"), "ada", permissions=PERMISSIONS[Role.OWNER])
        await load(sql, actor.tenant, SIZE, lambda _: None)
        yield Much(domain, actor, UnitsOfWork(Database(engine), domain.clock), sql)
