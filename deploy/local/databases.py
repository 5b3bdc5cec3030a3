"""Looks at and creates databases on a PostgreSQL server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from domain.tenant_role import TENANT_ROLE

CONNECT_SECONDS = 5.0
VERSION_UNIT = 10_000


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server offers to the user of a connection."""

    major_version: int
    has_trigrams: bool
    user: str
    may_create_databases: bool
    has_tenant_role: bool
    """The role is there and the user may act as it."""
    may_make_tenant_role: bool
    databases: frozenset[str]


# From version 16 on, who makes a role may grant it, and nobody else may who was not told so.
_TENANT_ROLE = """
    WITH role AS (SELECT oid FROM pg_roles WHERE rolname = $1),
         own AS (SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user),
         server AS (SELECT current_setting('server_version_num')::int >= 160000 AS is_16)
    SELECT coalesce((SELECT pg_has_role(oid, CASE WHEN is_16 THEN 'SET' ELSE 'MEMBER' END) FROM role), false) AS has_it,
           rolsuper OR CASE WHEN EXISTS (SELECT FROM role) AND is_16
                            THEN (SELECT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') FROM role)
                            ELSE rolcreaterole END AS may_make_it
      FROM own, server
"""


async def create_database(dsn: str, name: str) -> None:
    """Does nothing when it is there. `dsn` names any database of the server whose role may create one."""
    async with _connected(dsn) as connection:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name.replace(chr(34), chr(34) * 2)}"')


async def abilities(dsn: str) -> Abilities:
    async with _connected(dsn) as connection:
        version = int(await connection.fetchval("SHOW server_version_num"))
        trigrams = await connection.fetchval("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        may_create = await connection.fetchval(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        role = await connection.fetchrow(_TENANT_ROLE, TENANT_ROLE)
        names = await connection.fetch("SELECT datname FROM pg_database")
        user = await connection.fetchval("SELECT current_user")
    return Abilities(
        major_version=version // VERSION_UNIT,
        has_trigrams=trigrams is not None,
        user=user,
        may_create_databases=bool(may_create),
        has_tenant_role=role["has_it"],
        may_make_tenant_role=role["may_make_it"],
        databases=frozenset(row["datname"] for row in names),
    )


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        yield connection
    finally:
        await connection.close()
