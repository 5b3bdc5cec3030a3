"""The log lies in months; what falls into none that was made is stored and found all the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.metrics.partitions import ELSEWHERE, LOG, Month, creation_of, months_from
from tests.factories.rules import assess, executed
from tests.factories.scenes import CARD, ruled_bank

pytestmark = pytest.mark.db

NEVER_MADE = Month(1999, 12)
INSIDE = NEVER_MADE.begin + timedelta(days=30, hours=23)


@pytest.fixture
async def months(sql: asyncpg.Connection) -> AsyncIterator[None]:
    """Afterwards the month is gone again: tests share one schema."""
    yield
    await sql.execute(f"DROP TABLE IF EXISTS {NEVER_MADE.partition}")


async def partitions(sql: asyncpg.Connection) -> list[str]:
    """Where each line of the log is stored, the oldest first."""
    rows = await sql.fetch(f"SELECT tableoid::regclass::text AS place FROM {LOG} ORDER BY observed_at")
    return [row["place"] for row in rows]


async def test_a_snapshot_of_a_month_that_was_never_made_is_stored_and_moves_when_the_month_is_made(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, months: None
) -> None:
    rules = await ruled_bank(domain, actor)
    now = domain.clock()
    for at, failed in ((INSIDE, 10), (NEVER_MADE.next.begin, 20), (now, 30)):
        await assess(domain, actor, CARD, executed(rules[CARD], at, failed=failed))
    assert await partitions(sql) == [ELSEWHERE, ELSEWHERE, Month.of(now).partition]
    read = domain.read.scorecards.scorecard
    moments = [INSIDE - timedelta(microseconds=1), INSIDE, NEVER_MADE.next.begin, now]
    before = [await read(actor.tenant, CARD, moment) for moment in moments]
    assert [str(card.value) for card in before] == ["None", "0.9", "0.8", "0.7"]

    async with sql.transaction():
        for statement in creation_of(NEVER_MADE):
            await sql.execute(statement)

    assert await partitions(sql) == [NEVER_MADE.partition, ELSEWHERE, Month.of(now).partition]
    assert [await read(actor.tenant, CARD, moment) for moment in moments] == before


async def test_a_month_that_is_made_later_takes_new_snapshots(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, months: None
) -> None:
    rules = await ruled_bank(domain, actor)
    async with sql.transaction():
        for statement in creation_of(NEVER_MADE):
            await sql.execute(statement)

    await assess(domain, actor, CARD, executed(rules[CARD], INSIDE, failed=10))

    assert await partitions(sql) == [NEVER_MADE.partition]
    assert str((await domain.read.scorecards.scorecard(actor.tenant, CARD)).value) == "0.9"


def test_months_are_made_ahead_over_the_end_of_a_year() -> None:
    found = [month.partition for month in months_from(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))]

    assert found == [f"metric_snapshot_{name}" for name in ("2026_11", "2026_12", "2027_01", "2027_02")]


def test_a_month_is_one_of_utc() -> None:
    new_year_in_tokyo = datetime.fromisoformat("2027-01-01T08:59:59+09:00")

    assert Month.of(new_year_in_tokyo) == Month(2026, 12)
    assert Month.of(new_year_in_tokyo + timedelta(seconds=1)) == Month(2027, 1)
