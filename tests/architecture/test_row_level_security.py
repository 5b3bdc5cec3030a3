"""Every table of tenants stands behind the second wall, also those that later migrations add."""

import asyncpg
import pytest

from domain.db.tenancy import PROJECT_SETTING, TenantRow
from domain.migrations.registry import ROWS
from domain.tenant_role import TENANT_ROLE

pytestmark = pytest.mark.db

OF_NO_TENANT = {
    "alembic_version": "the schema's own",
    "organization": "read before anybody is known to belong to one",
    "project": "read before anybody is known to belong to one",
}
OWN_PROJECT = f"(project_id = (NULLIF(current_setting('{PROJECT_SETTING}'::text, true), ''::text))::uuid)"

_TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AS is_walled,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'project_id') AS is_tenants,
           has_table_privilege($1, c.oid, 'SELECT') AS is_readable,
           has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS is_granted,
           has_table_privilege($1, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') AS is_granted_too_much,
           c.relispartition AS is_partition
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""
_POLICIES = """
    SELECT tablename, roles::text[], cmd, permissive, qual, with_check FROM pg_policies
     WHERE permissive = 'PERMISSIVE'
"""
_CONFINED = """
    SELECT DISTINCT tablename FROM pg_policies
     WHERE permissive = 'RESTRICTIVE' AND roles = ARRAY[$1::name] AND cmd IN ('ALL', 'SELECT')
"""
OF_NO_PART = {
    "dimension": "what counts, in the whole project",
    "feed_horizon": "a number",
    "glossary_term": "what words mean is for everybody to know",
    "handled_event": "ids of events from outside, which no query shows",
    "llm_answer": "by the digest of a question, which no query shows",
    "metric": "what counts, in the whole project",
    "metric_invalidation": "what counts, in the whole project",
    "withdrawn_save": "numbers of saves, which no query shows",
}
"""Tables that those who may see a part of the catalogue see all of, and why."""


async def tables(sql: asyncpg.Connection) -> list[asyncpg.Record]:
    return list(await sql.fetch(_TABLES, TENANT_ROLE))


async def test_a_table_without_a_tenant_has_a_reason(sql: asyncpg.Connection) -> None:
    of_no_tenant = {table["name"] for table in await tables(sql) if not table["is_tenants"]}

    assert of_no_tenant == OF_NO_TENANT.keys(), "make its row a TenantRow, or write down why it belongs to no project"


async def test_every_table_of_tenants_is_one_of_our_rows(sql: asyncpg.Connection) -> None:
    in_database = {table["name"] for table in await tables(sql) if table["is_tenants"] and not table["is_partition"]}

    assert in_database == {row.__tablename__ for row in ROWS if issubclass(row, TenantRow)}


async def test_every_table_of_tenants_is_walled_and_granted(sql: asyncpg.Connection) -> None:
    policies = {policy["tablename"]: tuple(policy)[1:] for policy in await sql.fetch(_POLICIES)}
    open_ones = [
        table["name"] for table in await tables(sql) if table["is_tenants"] and not table["is_partition"] and not (
            table["is_walled"] and table["is_readable"]
            and policies.get(table["name"]) == ([TENANT_ROLE], "ALL", "PERMISSIVE", OWN_PROJECT, OWN_PROJECT)
        )
    ]  # fmt: skip

    assert open_ones == [], "call protect() of domain/migrations/tenant_wall.py in the migration that makes the table"


async def test_every_table_of_tenants_is_confined_to_grants_or_has_a_reason(sql: asyncpg.Connection) -> None:
    confined = {policy["tablename"] for policy in await sql.fetch(_CONFINED, TENANT_ROLE)}
    of_tenants = {table["name"] for table in await tables(sql) if table["is_tenants"] and not table["is_partition"]}

    assert of_tenants - confined == OF_NO_PART.keys(), (
        "confine_to_grant() of migrations/scope_wall.py, or a reason here"
    )


async def test_the_role_reaches_no_other_table(sql: asyncpg.Connection) -> None:
    """A partition is reached through its table: of its own it has no policy."""
    reached = [
        table["name"] for table in await tables(sql) if table["is_granted_too_much"]
        or (table["is_granted"] and (not table["is_tenants"] or table["is_partition"]))
    ]  # fmt: skip

    assert reached == [], "grant with protect(), which makes the policy as well"


async def test_the_role_cannot_sign_in_and_stands_above_no_wall(sql: asyncpg.Connection) -> None:
    role = await sql.fetchrow(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1",
        TENANT_ROLE,
    )

    assert role is not None
    assert tuple(role) == (False,) * 5
