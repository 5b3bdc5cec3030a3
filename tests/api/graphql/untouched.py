from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.waiting import eventually

TABLES = (
    "approval",
    "asset",
    "asset_version",
    "audit_event",
    "data_connection",
    "domain_event",
    "dq_rule",
    "glossary_link",
    "glossary_term",
    "proposed_change",
    "violation",
    "workflow_configuration",
    "workflow_run",
)
OF_THE_RELAY = "'{sequence,previous_hash,hash,due_at,attempts,last_error,prefect_flow_run_id}'::text[]"


@asynccontextmanager
async def nothing_written(sql: asyncpg.Connection) -> AsyncIterator[None]:
    """What happens inside leaves every row as it was, and no audit event."""
    await settled(sql)
    before = await _rows(sql)
    yield
    assert await _rows(sql) == before


async def settled(sql: asyncpg.Connection) -> None:
    """Until the relay has decided which of the runs so far may begin."""
    undecided = "SELECT count(*) FROM domain_event WHERE due_at IS NOT NULL AND type <> ALL ($1)"

    async def is_so() -> bool:
        return not await sql.fetchval(undecided, ["run.admitted", "run.cancel_requested", "configuration.changed"])

    await eventually(is_so)


async def _rows(sql: asyncpg.Connection) -> dict[str, str]:
    """A checksum of each table, without what the relay writes on its own."""
    text = f"(to_jsonb(t) - {OF_THE_RELAY})::text"
    return {
        table: await sql.fetchval(f"SELECT md5(coalesce(string_agg({text}, '' ORDER BY {text}), '')) FROM {table} t")
        for table in TABLES
    }
