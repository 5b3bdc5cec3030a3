"""Whole profiles against an independent computation over the same rows (`reference/`), field by field."""

from collections.abc import Sequence

import asyncpg
import pytest

from deploy.local.bank.load import load_bank
from domain.fqn import Fqn
from domain.profiles.model import TableProfile
from domain.settings import ProfilingSettings
from flows.profiling.allowance import Allowance
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from tests.e2e.real_databases import load, needs_databases
from tests.fixtures.postgres import PostgresServer
from tests.flows.profiling.reference.table_facts import disagreements
from tests.flows.profiling.reference.tables import read_table
from tests.flows.sources.source_database import SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


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


@needs_databases
@pytest.mark.parametrize("name", ["pagila", "chinook"])
async def test_profiles_of_a_real_database_agree(name: str, postgres: PostgresServer, engine: ProfilingEngine) -> None:
    database = SourceDatabase(postgres, f"agreement_{name}")
    load(name, await postgres.create_database(database.name))
    for (view,) in await database.ask("SELECT format('%I.%I', schemaname, matviewname) FROM pg_matviews"):
        await database.run(f"REFRESH MATERIALIZED VIEW {view}")

    assert await disagreements_in(database, engine, "public") == ""


async def test_profiles_of_the_bank_agree(postgres: PostgresServer, engine: ProfilingEngine) -> None:
    database = SourceDatabase(postgres, "agreement_bank")
    await load_bank(await postgres.create_database(database.name))

    assert await disagreements_in(database, engine, "core", "market") == ""
