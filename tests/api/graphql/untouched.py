from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from domain.identity import Tenant
from tests.domain.tenancy.house import TENANT_TABLES
from tests.waiting import eventually

OF_THE_RELAY = "'{sequence,previous_hash,hash,due_at,attempts,last_error,prefect_flow_run_id}'::text[]"


@asynccontextmanager
async def nothing_written(sql: asyncpg.Connection, owner: Tenant | None = None) -> AsyncIterator[None]:
    """What happens inside leaves every row as it was, of this tenant or of all, and no audit event."""
    await settled(sql)
    before = await _rows(sql, owner)
    yield
    after = await _rows(sql, owner)
    assert {table for table in TENANT_TABLES if after[table] != before[table]} == set()


async def settled(sql: asyncpg.Connection) -> None:
    """Until the relay has numbered all events and decided which of the runs so far may begin."""
    undecided = """SELECT count(*) FROM domain_event
                    WHERE sequence IS NULL OR (due_at IS NOT NULL AND type <> ALL ($1))"""

    async def is_so() -> bool:
        return not await sql.fetchval(undecided, ["run.admitted", "run.cancel_requested", "configuration.changed"])

    await eventually(is_so)


async def _rows(sql: asyncpg.Connection, owner: Tenant | None) -> dict[str, str]:
    """A checksum of each table of tenants, without what the relay writes on its own."""
    text = f"(to_jsonb(t) - {OF_THE_RELAY})::text"
    digest = f"""
        SELECT md5(coalesce(string_agg({text}, '' ORDER BY {text}), '')) FROM %s t
         WHERE $1::uuid IS NULL OR project_id = $1
    """
    project = owner.project_id if owner else None
    return {table: await sql.fetchval(digest % table, project) for table in TENANT_TABLES}
