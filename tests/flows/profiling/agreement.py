"""Profiles the tables of a database, and compares them with an independent computation (`reference/`)."""

from collections.abc import Sequence

import asyncpg

from domain.fqn import Fqn
from domain.profiles.model import TableProfile
from domain.settings import ProfilingSettings
from flows.profiling.allowance import Allowance
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from tests.flows.profiling.reference.table_facts import disagreements
from tests.flows.profiling.reference.tables import read_table
from tests.flows.sources.source_database import SourceDatabase


async def profile_schemas(
    database: SourceDatabase, engine: ProfilingEngine, schemas: Sequence[str]
) -> list[TableProfile]:
    async with database.opened() as source:
        found = [await source.describe_schema(Fqn.of("svc", database.name, schema)) for schema in schemas]
        tables = [table for schema in found for table in schema.tables]
        neighbours = Neighbours(source, tables)
        return [
            await profile_table(source, engine, plan_profile(table, ProfilingSettings()), neighbours, Allowance())
            for table in tables
        ]


async def disagreements_in(database: SourceDatabase, engine: ProfilingEngine, *schemas: str) -> str:
    """Of all tables of these schemas, one a line."""
    await database.run("VACUUM ANALYZE")  # or the server does it meanwhile, and tables take more room after it
    connection = await asyncpg.connect(database.server.dsn(database.name), server_settings={"timezone": "UTC"})
    try:
        began = await connection.fetchval("SELECT clock_timestamp()")
        profiles = await profile_schemas(database, engine, schemas)
        ended = await connection.fetchval("SELECT clock_timestamp()")
        tables = {profile.fqn: await read_table(connection, profile.fqn) for profile in profiles}
    finally:
        await connection.close()
    assert profiles, "a database without tables agrees with anything"
    return "\n".join(found for profile in profiles for found in disagreements(profile, tables, began, ended))
