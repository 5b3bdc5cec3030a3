"""Looks at and creates databases on a PostgreSQL server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

CONNECT_SECONDS = 5.0
VERSION_UNIT = 10_000


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server offers to the user of a connection."""

    major_version: int
    has_trigrams: bool
    may_create_databases: bool
    databases: frozenset[str]


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
        names = await connection.fetch("SELECT datname FROM pg_database")
    return Abilities(
        version // VERSION_UNIT, trigrams is not None, bool(may_create), frozenset(row["datname"] for row in names)
    )


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        yield connection
    finally:
        await connection.close()
