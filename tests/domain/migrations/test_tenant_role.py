"""The role behind the second wall belongs to the server: who may make it makes it, all others are told what to do."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from deploy.local.throwaway import throwaway_postgres
from domain.bootstrap import open_domain
from domain.migrations.runner import migrate
from domain.migrations.tenant_wall import TenantRoleRefused
from domain.settings import Settings
from domain.tenant_role import statements_for
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import MAINTENANCE_DATABASE, PostgresServer
from tests.waiting import eventually

pytestmark = pytest.mark.db

USER = "steward"
DATABASES = ("first", "second")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Of its own: on the one that the other tests use, the role is needed."""
    with throwaway_postgres() as server:
        yield PostgresServer(server.address)


@pytest.fixture
async def administrator(server: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    """On a server with a user who owns two databases and may do nothing else."""
    connection = await asyncpg.connect(server.dsn(MAINTENANCE_DATABASE))
    await connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD 'word'")
    for database in DATABASES:
        await connection.execute(f"CREATE DATABASE {database} OWNER {USER}")
    yield connection
    for database in DATABASES:
        await connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
    await connection.execute(f"DROP ROLE {USER}; DROP ROLE IF EXISTS assay_tenant")
    await connection.close()


def settings_of_user(server: PostgresServer, database: str) -> Settings:
    return settings_for(f"postgresql://{USER}:word@127.0.0.1:{server.address.port}/{database}")


async def works(settings: Settings) -> bool:
    """Whether the seeded project is there and its tenant sees its rows."""
    async with open_domain(settings, pooled=False) as domain:
        tenant = await domain.access.ensure_default_project()
        return bool(await domain.read.scorecards.metrics(tenant))


async def test_a_user_who_may_make_roles_needs_nobody(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    await administrator.execute(f"ALTER ROLE {USER} CREATEROLE")
    settings = settings_of_user(server, "first")

    for _ in range(2):
        await asyncio.to_thread(migrate, settings)

    assert await works(settings)


async def test_a_user_who_may_not_is_told_the_two_statements_that_help(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    settings = settings_of_user(server, "first")

    with pytest.raises(TenantRoleRefused) as refusal:
        await asyncio.to_thread(migrate, settings)

    assert str(refusal.value) == (
        "The user 'steward' may not make the role assay_tenant, as which Assay works on the rows of a project. "
        "Have an administrator of the server run: "
        'CREATE ROLE assay_tenant NOLOGIN; GRANT assay_tenant TO "steward";'
    )
    for statement in statements_for(USER):
        await administrator.execute(statement)
    await asyncio.to_thread(migrate, settings)
    assert await works(settings)


async def test_a_user_who_may_not_act_as_the_role_that_is_there_is_told_the_same(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    make, _ = statements_for(USER)
    await administrator.execute(make)

    with pytest.raises(TenantRoleRefused, match="GRANT assay_tenant"):
        await asyncio.to_thread(migrate, settings_of_user(server, "first"))


async def migrated(settings: Settings) -> tuple[int | None, str]:
    """The exit code and the complaints of the command, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "domain", "migrate",
        env=os.environ | {"ASSAY_DATABASE_URL": settings.database_url()}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaints = await process.communicate()
    return process.returncode, complaints.decode()


async def test_the_command_says_it_without_a_traceback(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    code, complaints = await migrated(settings_of_user(server, "first"))

    assert code == 2
    assert complaints == f"{TenantRoleRefused(USER)}\n"


async def test_two_databases_of_a_server_migrate_at_once(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    await administrator.execute(f"ALTER ROLE {USER} CREATEROLE")
    both = [settings_of_user(server, database) for database in DATABASES]

    assert await asyncio.gather(*(migrated(settings) for settings in both)) == [(0, ""), (0, "")]
    assert [await works(settings) for settings in both] == [True, True]


async def test_a_role_that_another_database_is_just_making_is_waited_for(
    server: PostgresServer, administrator: asyncpg.Connection
) -> None:
    await administrator.execute(f"ALTER ROLE {USER} CREATEROLE")

    async with administrator.transaction():
        for statement in statements_for(USER):
            await administrator.execute(statement)
        migrating = asyncio.create_task(migrated(settings_of_user(server, "first")))
        await eventually(lambda: waits(administrator, "first"))

    assert await migrating == (0, "")


async def waits(administrator: asyncpg.Connection, database: str) -> bool:
    await administrator.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the first answer would stay
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
    return bool(await administrator.fetchval(count, database))
