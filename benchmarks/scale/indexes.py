"""Indexes out of the way of a load, and back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

_PLAIN = """
SELECT c.relname AS name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') AS definition
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
 WHERE i.indrelid = $1::text::regclass
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
 ORDER BY c.relname
"""
"""The definition of an index on a partitioned table says ONLY, which would leave the partitions without."""


@asynccontextmanager
async def without_indexes(sql: asyncpg.Connection, table: str, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Inside it the table has its constraints only; building the rest at the end is several times as quick."""
    found = await sql.fetch(_PLAIN, table)
    for index in found:
        await sql.execute(f'DROP INDEX "{index["name"]}"')
    yield
    await sql.execute("SET maintenance_work_mem = '256MB'")
    for index in found:
        tell(f"index {index['name']}")
        await sql.execute(index["definition"])
    await sql.execute(f"VACUUM (ANALYZE) {table}")
