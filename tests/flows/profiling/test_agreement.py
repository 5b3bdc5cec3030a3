"""Whole profiles against an independent computation over the same rows (`reference/`), field by field."""

import pytest

from deploy.local.bank.load import load_bank
from flows.profiling.engine import ProfilingEngine
from tests.e2e.real_databases import load, needs_databases
from tests.fixtures.postgres import PostgresServer
from tests.flows.profiling.agreement import disagreements_in
from tests.flows.sources.source_database import SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


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
