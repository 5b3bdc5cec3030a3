"""The log of snapshots has its months ahead of time, and loses those of which nothing is left."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.bootstrap import Domain, open_domain
from domain.errors import Unavailable
from domain.identity import Actor
from domain.metrics.partitions import ELSEWHERE
from domain.migrations.runner import migrate
from domain.settings import Settings
from tests.domain.retention.history import Deed, History, Step
from tests.fakes.clock import HandClock
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db

YEAR = 2041
AHEAD = [f"metric_snapshot_{YEAR}_{month:02}" for month in (1, 2, 3, 4)]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(YEAR, 1, 15, tzinfo=UTC))


@pytest.fixture
async def database_settings(postgres: PostgresServer) -> Settings:
    """A database of its own, because the schema changes."""
    settings = settings_for(await postgres.create_database("assay_partitions"))
    await asyncio.to_thread(migrate, settings)
    async with open_domain(settings, pooled=False) as domain:
        await domain.access.ensure_default_project()
    return settings


@pytest.fixture
async def domain(database_settings: Settings, clock: HandClock) -> AsyncIterator[Domain]:
    async with open_domain(database_settings, clock=clock) as domain:
        yield domain


async def partitions(sql: asyncpg.Connection) -> dict[str, int]:
    """The months from the year of the test on, and what they hold."""
    rows = await sql.fetch(
        "SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
        " WHERE inhparent = 'metric_snapshot'::regclass AND relname >= $1 ORDER BY relname",
        f"metric_snapshot_{YEAR}",
    )
    return {name: await sql.fetchval(f"SELECT count(*) FROM {name}") for (name,) in rows}


async def test_months_are_made_once_and_take_what_lay_elsewhere(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    history = History(domain, actor, sql)
    await history.live(Step(datetime(YEAR, 2, 3, tzinfo=UTC), Deed.MEASURE, good=5))
    assert await partitions(sql) == {ELSEWHERE: 1}

    renewed = await domain.sweep.renew_partitions()

    assert renewed.made == AHEAD
    assert await partitions(sql) == dict(zip(AHEAD, [0, 1, 0, 0], strict=True)) | {ELSEWHERE: 0}
    assert (await domain.sweep.renew_partitions()).made == []
    assert [cell.score.numerator for cell in await history.cells(datetime(YEAR, 3, 1, tzinfo=UTC))] == [5]


async def test_long_after_an_empty_month_is_dropped_and_one_that_holds_something_stays(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await domain.sweep.renew_partitions()
    await History(domain, actor, sql).live(Step(datetime(YEAR, 2, 3, tzinfo=UTC), Deed.MEASURE))
    clock.advance(days=120)

    assert (await domain.sweep.renew_partitions()).dropped == [AHEAD[0]]

    left = await partitions(sql)
    assert {name: left[name] for name in left if name in AHEAD} == {AHEAD[1]: 1, AHEAD[2]: 0, AHEAD[3]: 0}


async def test_a_log_that_is_in_use_is_left_alone(domain: Domain, clock: HandClock, sql: asyncpg.Connection) -> None:
    await domain.sweep.renew_partitions()
    clock.advance(days=120)
    async with sql.transaction():
        await sql.fetch("SELECT FROM metric_snapshot")

        with pytest.raises(Unavailable, match="Another change was in the way"):
            await domain.sweep.renew_partitions()

    assert AHEAD[0] in await partitions(sql)
    assert AHEAD[0] in (await domain.sweep.renew_partitions()).dropped
