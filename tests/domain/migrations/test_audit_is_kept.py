"""Audit events that were there before the chain are sealed into it, in the order in which they were written."""

import asyncio

import asyncpg
import pytest

from domain.bootstrap import open_domain
from domain.identifiers import new_id
from domain.migrations.runner import migrate
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db


async def test_earlier_events_begin_the_chain(postgres: PostgresServer) -> None:
    settings = settings_for(await postgres.create_database("assay_before_the_chain"))
    await asyncio.to_thread(migrate, settings, "0002")
    sql = await asyncpg.connect(settings.database_url())
    organization, project = new_id(), new_id()
    await sql.execute("INSERT INTO organization VALUES ($1, 'default', now())", organization)
    await sql.execute("INSERT INTO project VALUES ($1, $2, 'default', now())", project, organization)
    for number in range(3):
        await sql.execute(
            "INSERT INTO audit_event (organization_id, project_id, id, occurred_at, actor, action, resource,"
            " resource_key) VALUES ($1, $2, gen_random_uuid(), now(), 'ada', 'count', 'thing', $3)",
            organization,
            project,
            str(number),
        )

    await asyncio.to_thread(migrate, settings)

    async with open_domain(settings, pooled=False) as domain:
        assert await domain.sealing.seal() == 3
        assert (await domain.verification.verify({})).is_whole
    sealed = await sql.fetch("SELECT resource_key FROM audit_event ORDER BY sequence")
    await sql.close()
    assert [row["resource_key"] for row in sealed] == ["0", "1", "2"]
