import asyncio

import asyncpg
import pytest

from deploy.local.databases import abilities
from deploy.local.errors import LauncherError
from deploy.local.external_database import external_urls, prepare_external
from domain.settings import Settings, load_settings
from tests.fixtures.postgres import PostgresServer


def settings(**variables: str) -> Settings:
    return load_settings(environment=variables)


def test_prefect_gets_a_database_of_its_own_beside_ours() -> None:
    urls = external_urls(settings(ASSAY_DATABASE_URL="postgresql://u:p@db:5433/gov?sslmode=require"))

    assert urls.assay == "postgresql://u:p@db:5433/gov?sslmode=require"
    assert urls.prefect == "postgresql://u:p@db:5433/gov_prefect?sslmode=require"


def test_named_prefect_database_is_taken_as_it_is() -> None:
    urls = external_urls(settings(ASSAY_DATABASE_URL="postgresql://a/x", ASSAY_DATABASE_PREFECT_URL="postgresql://b/y"))

    assert urls.prefect == "postgresql://b/y"


def test_addresses_do_not_show_their_passwords() -> None:
    urls = external_urls(settings(ASSAY_DATABASE_URL="postgresql://u:hidden-word@db/gov"))

    assert "hidden-word" not in repr(urls)


async def test_missing_prefect_database_is_created_once(postgres: PostgresServer) -> None:
    dsn = await postgres.create_database("own")
    own = settings(ASSAY_DATABASE_URL=dsn)

    for _ in range(2):
        await asyncio.to_thread(prepare_external, own)

    assert "own_prefect" in (await abilities(dsn)).databases


async def test_user_who_may_not_create_it_is_told_what_to_do(postgres: PostgresServer) -> None:
    dsn = await postgres.create_database("closed")
    owner = await asyncpg.connect(dsn)
    await owner.execute("CREATE ROLE plain LOGIN PASSWORD 'hidden-word'")
    await owner.close()
    plain = f"postgresql://plain:hidden-word@127.0.0.1:{postgres.address.port}/closed"

    with pytest.raises(LauncherError) as refusal:
        await asyncio.to_thread(prepare_external, settings(ASSAY_DATABASE_URL=plain))

    assert "may not create the database 'closed_prefect'" in str(refusal.value)
    assert "set ASSAY_DATABASE_PREFECT_URL" in str(refusal.value)
    assert "hidden-word" not in str(refusal.value)
