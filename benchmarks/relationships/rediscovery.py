"""Takes the declared references of a database away and profiles it: which of them are found again?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import asyncpg

from benchmarks.relationships.score import Reference, Score
from deploy.local.server_address import ServerAddress
from domain.connections.model import ConnectionSettings, SslMode
from domain.fqn import Fqn
from domain.profiles.model import InferredRelationship
from domain.settings import ProfilingSettings, SourceSettings
from flows.failures import TableFailed
from flows.profiling.engine import open_engine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from flows.sources.base import Source
from flows.sources.postgres import open_postgres

_SERVICE = "rediscovery"
_DECLARED = """
SELECT k.oid::int, k.conname::text AS name, quote_ident(cs.nspname) || '.' || quote_ident(c.relname) AS declared_on,
       coalesce(pg_partition_root(c.oid), c.oid)::regclass::oid::int AS child_oid, k.confrelid::int AS parent_oid,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.place) AS referenced
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cs ON cs.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
"""
_NAMES = """
SELECT c.oid::int, n.nspname::text AS schema, c.relname::text AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
"""
_SCHEMAS = """
SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname
"""


async def rediscover(address: ServerAddress, database: str) -> Score:
    """Drops the references of a scratch database for good. Those of partitions count for their whole table."""
    connection = await asyncpg.connect(address.dsn(database))
    try:
        await connection.execute("ANALYZE")
        schemas = [schema for (schema,) in await connection.fetch(_SCHEMAS)]
        declared = await _take_references(connection, database)
    finally:
        await connection.close()
    settings = ConnectionSettings(address.host, address.port, database, address.user, ssl_mode=SslMode.DISABLE)
    source = await open_postgres(settings, address.password, SourceSettings())
    try:
        found = await _profiled(source, [Fqn.of(_SERVICE, database, schema) for schema in schemas])
    finally:
        await source.close()
    undiscoverable = {reference for reference, has_rows in declared.items() if not has_rows}
    return Score(declared.keys() - undiscoverable, found - undiscoverable)


async def _take_references(connection: asyncpg.Connection, database: str) -> dict[Reference, bool]:
    """Each with whether any row refers, and there is any to refer to."""
    names = {
        row["oid"]: Fqn.of(_SERVICE, database, row["schema"], row["name"]) for row in await connection.fetch(_NAMES)
    }
    references: dict[Reference, bool] = {}
    for row in await connection.fetch(_DECLARED):
        child, parent = names[row["child_oid"]], names[row["parent_oid"]]
        reference = Reference.of(child, tuple(row["columns"]), parent, tuple(row["referenced"]))
        references[reference] = references.get(reference, False) or await _has_rows(connection, row)
        await connection.execute(f'ALTER TABLE {row["declared_on"]} DROP CONSTRAINT "{row["name"]}"')
    return references


async def _has_rows(connection: asyncpg.Connection, row: asyncpg.Record) -> bool:
    present = " AND ".join(f'"{name}" IS NOT NULL' for name in row["columns"])
    statement = f"SELECT EXISTS (SELECT FROM {row['declared_on']} WHERE {present})"  # noqa: S608 - the catalogue's names
    return bool(await connection.fetchval(statement))


async def _profiled(source: Source, schemas: Sequence[Fqn]) -> set[Reference]:
    tables = [table for schema in schemas for table in (await source.describe_schema(schema)).tables]
    neighbours = Neighbours(source, tables)
    found: set[Reference] = set()
    async with open_engine(memory_limit_mb=256) as engine:
        for table in tables:
            plan = plan_profile(table, ProfilingSettings())
            with suppress(TableFailed):  # as in a run, a table that cannot be read hides no other
                profile = await profile_table(source, engine, plan, neighbours)
                found |= {_reference(table.fqn, one) for one in profile.relationships}
    return found


def _reference(child: Fqn, found: InferredRelationship) -> Reference:
    return Reference.of(child, found.columns, found.referenced_table, found.referenced_columns)
