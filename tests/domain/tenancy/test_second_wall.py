"""PostgreSQL itself keeps the projects apart: also from a statement that forgets to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import select

from domain.bootstrap import Domain
from domain.db.engine import Database
from domain.db.tenancy import EVERYTHING, PROJECT_SETTING, WITHIN_SETTING
from domain.identity import Actor, Tenant
from domain.tenant_role import TENANT_ROLE
from tests.domain.tenancy.house import TENANT_ROWS, TENANT_TABLES, House, build

pytestmark = pytest.mark.db

SEEDED = {"dimension", "metric", "metric_invalidation"}
"""Every project has rows of its own in these."""
READ_ONLY = {"feed_horizon"}
"""Assay itself writes these, outside the wall."""


@pytest.fixture
async def house(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> House:
    """With something expired, too: that takes longer than a test."""
    tenant = actor.tenant
    await sql.execute("INSERT INTO feed_horizon VALUES ($1, $2, 0)", tenant.organization_id, tenant.project_id)
    return await build(domain, actor)


@asynccontextmanager
async def acting_in(sql: asyncpg.Connection, tenant: Tenant | None) -> AsyncIterator[None]:
    """A transaction under the tenants' role; with None it says of no project that it is its own."""
    async with sql.transaction():
        await sql.execute(f"SET LOCAL ROLE {TENANT_ROLE}")
        if tenant is not None:
            await sql.execute("SELECT set_config($1, $2, true)", PROJECT_SETTING, str(tenant.project_id))
        await sql.execute("SELECT set_config($1, $2, true)", WITHIN_SETTING, EVERYTHING)
        yield


async def counted(sql: asyncpg.Connection, owner: Tenant) -> dict[str, int]:
    """How many rows of the owner each table shows."""
    count = "SELECT count(*) FROM {} WHERE project_id = $1"
    return {table: await sql.fetchval(count.format(table), owner.project_id) for table in TENANT_TABLES}


async def refusal(sql: asyncpg.Connection, tenant: Tenant, statement: str) -> str:
    """Why PostgreSQL refuses the statement, or how many rows it changed."""
    try:
        async with acting_in(sql, tenant):
            return str(await sql.execute(statement)).split()[-1]
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error.args[0])


async def test_raw_sql_of_a_stranger_finds_no_row_of_the_owner(
    house: House, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    owned = await counted(sql, actor.tenant)
    async with acting_in(sql, actor.tenant):
        own = await counted(sql, actor.tenant)
    async with acting_in(sql, stranger.tenant):
        strange = await counted(sql, actor.tenant)

    assert [table for table, count in owned.items() if count == 0] == []
    assert own == owned
    assert strange == dict.fromkeys(TENANT_TABLES, 0)


async def test_who_names_no_project_finds_nothing(house: House, actor: Actor, sql: asyncpg.Connection) -> None:
    async with acting_in(sql, None):
        never_named = await counted(sql, actor.tenant)
    async with acting_in(sql, actor.tenant):
        pass
    async with acting_in(sql, None):
        named_before = await counted(sql, actor.tenant)

    assert never_named == named_before == dict.fromkeys(TENANT_TABLES, 0)


async def test_a_query_that_forgets_its_tenant_finds_the_tenants_own_rows(
    house: House, stranger: Actor, database: Database
) -> None:
    found = {}
    async with database.reading(stranger.tenant) as session:
        for row in TENANT_ROWS:
            found[str(row.__tablename__)] = {one.project_id for one in await session.scalars(select(row))}

    assert {table for table, projects in found.items() if projects} == SEEDED
    assert set.union(*found.values()) == {stranger.tenant.project_id}


async def test_a_row_for_another_project_is_not_taken(
    house: House, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    refused = {}
    for table in TENANT_TABLES:
        await sql.execute(f"CREATE TEMPORARY TABLE copied AS TABLE {table}; GRANT SELECT ON copied TO {TENANT_ROLE}")
        copying = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM copied LIMIT 1"
        refused[table] = await refusal(sql, stranger.tenant, copying)
        await sql.execute("DROP TABLE copied")

    assert refused == {
        table: f'new row violates row-level security policy for table "{table}"' for table in TENANT_TABLES
    } | {table: f"permission denied for table {table}" for table in READ_ONLY}


async def test_a_row_is_not_given_to_another_project(
    house: House, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    for table in TENANT_TABLES:
        giving = f"UPDATE {table} SET project_id = '{stranger.tenant.project_id}'"

        assert await refusal(sql, actor.tenant, giving) in {
            f"permission denied for table {table}",
            f'new row violates row-level security policy for table "{table}"',
        }


@pytest.mark.parametrize("statement", ["UPDATE {} SET project_id = project_id", "DELETE FROM {}"])
async def test_rows_of_another_project_are_out_of_reach(
    statement: str, house: House, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    before = await counted(sql, actor.tenant)

    outcomes = {table: await refusal(sql, stranger.tenant, statement.format(table)) for table in TENANT_TABLES}

    assert {
        table for table, outcome in outcomes.items() if outcome not in {"0", f"permission denied for table {table}"}
    } == set()
    assert await counted(sql, actor.tenant) == before


async def test_the_owner_of_a_house_keeps_what_is_append_only(
    house: House, actor: Actor, sql: asyncpg.Connection
) -> None:
    for table in ("asset_version", "audit_event", "domain_event", "metric_snapshot", "rule_version"):
        changing, deleting = f"UPDATE {table} SET project_id = project_id", f"DELETE FROM {table}"

        assert await refusal(sql, actor.tenant, changing) == f"permission denied for table {table}"
        assert await refusal(sql, actor.tenant, deleting) == f"permission denied for table {table}"
