"""A database that holds data of an earlier version is brought to the newest one, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.bootstrap import open_domain
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.metrics.model import ScoreState
from domain.migrations.runner import migrate
from domain.settings import Settings
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db

CARD = Fqn.parse("bank.main.public.card")
READ_AT = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
ORGANIZATION, PROJECT, SAVED = new_id(), new_id(), new_id()


@pytest.fixture
async def old(postgres: PostgresServer) -> AsyncIterator[Settings]:
    """A database of the first version, in which one table was assessed, saved and assessed again."""
    settings = settings_for(await postgres.create_database("assay_of_old"))
    await asyncio.to_thread(migrate, settings, "0001")
    connection = await asyncpg.connect(settings.database_url())
    try:
        await fill(connection)
        yield settings
    finally:
        await connection.close()


async def fill(connection: asyncpg.Connection) -> None:
    await connection.execute("INSERT INTO organization VALUES ($1, 'default', $2)", ORGANIZATION, READ_AT)
    await connection.execute(
        "INSERT INTO project (id, organization_id, name, created_at) VALUES ($1, $2, 'default', $3)",
        PROJECT,
        ORGANIZATION,
        READ_AT,
    )
    tenant = "INSERT INTO {} (organization_id, project_id, {}) VALUES ($1, $2, {})"
    own = (ORGANIZATION, PROJECT)
    for name, dimension in (("complete_values", "completeness"), ("described", "documentation")):
        kind = "METADATA" if name == "described" else "DATA_QUALITY"
        await connection.execute(
            tenant.format(
                "dimension",
                "name, assessment_type, weight, description, position, version",
                "$3, $4, $5, 'What.', 1, 1",
            ),
            *own,
            dimension,
            kind,
            Decimal(3),
        )
        await connection.execute(
            tenant.format(
                "metric", "name, dimension, assessment_type, description, position, version", "$3, $4, $5, 'Of.', 1, 1"
            ),
            *own,
            name,
            dimension,
            kind,
        )
    await connection.execute(
        tenant.format("metric_invalidation", "run_type, assessment_type", "'profiling', 'DATA_QUALITY'"), *own
    )
    for fqn, parent, kind in ((str(CARD), "bank.main.public", "TABLE"), (f"{CARD}.amount", str(CARD), "COLUMN")):
        await connection.execute(
            tenant.format(
                "asset",
                "id, fqn, parent_fqn, type, position, version, captured, fields, created_at, updated_at",
                "$3, $4, $5, $6, 0, 4, '{}', '{}', $7, $7",
            ),
            *own,
            new_id(),
            fqn,
            parent,
            kind,
            READ_AT,
        )
    for minutes, metric, asset, good, of, run in (
        (0, "complete_values", f"{CARD}.amount", 90, 100, None),
        (60, "complete_values", f"{CARD}.amount", 0, 0, SAVED),
        (0, "described", str(CARD), 1, 1, None),
        (0, "described", f"{CARD}.amount", 0, 1, None),
    ):
        await connection.execute(
            tenant.format(
                "metric_snapshot", "id, metric, asset_fqn, numerator, denominator, observed_at, run_id",
                "$3, $4, $5, $6, $7, $8, $9",
            ),
            *own, new_id(), metric, asset, good, of, READ_AT + timedelta(minutes=minutes), run,
        )  # fmt: skip


async def test_scores_of_the_first_version_read_the_same_afterwards(old: Settings) -> None:
    await asyncio.to_thread(migrate, old)

    async with open_domain(old) as domain:
        tenant = await domain.access.tenant_of("default")
        now = await domain.read.scorecards.scorecard(tenant, CARD)
        then = await domain.read.scorecards.scorecard(tenant, CARD, READ_AT + timedelta(minutes=59))
        (invalidation,) = await domain.read.scorecards.invalidations(tenant)

    assert {line.dimension.name: (line.weight, line.line.state, line.line.score.value) for line in now.dimensions} == {
        "completeness": (Decimal(3), ScoreState.PENDING, None),
        "documentation": (Decimal(3), ScoreState.SCORED, Decimal("0.5")),
    }
    assert [line.line.score.value for line in then.dimensions] == [Decimal("0.9"), Decimal("0.5")]
    assert (invalidation.run_type, invalidation.assessment_types, invalidation.version) == (
        "profiling",
        ("DATA_QUALITY",),
        1,
    )
