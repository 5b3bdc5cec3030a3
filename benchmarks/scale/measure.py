"""The governance core when there is much of everything, on a PostgreSQL of its own."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
from pydantic import SecretStr

from benchmarks.scale.figures import Figure
from benchmarks.scale.load import load
from benchmarks.scale.pages import measure_pages
from benchmarks.scale.saving import measure_saving
from benchmarks.scale.scorecards import measure_scorecards
from benchmarks.scale.size import Size
from deploy.local.throwaway import DATABASE, throwaway_postgres
from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import open_domain
from domain.identity import Actor
from domain.migrations.runner import migrate
from domain.settings import DatabaseSettings, Settings

STATEMENT_SECONDS = 1800.0
"""A slow machine shall have a figure, too."""


def measure_scale(size: Size, repetitions: int, tell: Callable[[str], None]) -> Sequence[Figure]:
    with throwaway_postgres() as postgres:
        url = SecretStr(postgres.address.dsn(DATABASE))
        settings = Settings(database=DatabaseSettings(url=url, statement_timeout_seconds=STATEMENT_SECONDS))
        migrate(settings)
        return asyncio.run(_measure(settings, size, repetitions, tell))


async def _measure(settings: Settings, size: Size, repetitions: int, tell: Callable[[str], None]) -> Sequence[Figure]:
    sql = await asyncpg.connect(settings.database_url())
    try:
        async with open_domain(settings) as domain:
            await domain.access.ensure_default_project()
            tenant = await domain.access.tenant_of("default")
            await load(sql, tenant, size, tell)
            tell("scorecards")
            figures = [*await measure_scorecards(domain, tenant, repetitions)]
            tell("pages of violations")
            figures += await measure_pages(domain, tenant, repetitions)
            tell("saving")
            actor = Actor(tenant, "bench", permissions=PERMISSIONS[Role.OWNER])
            saves = max(repetitions // 5, 1)
            return [*figures, *await measure_saving(sql, domain, actor, size, saves)]
    finally:
        await sql.close()
