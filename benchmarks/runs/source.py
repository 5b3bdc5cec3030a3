"""A database on a PostgreSQL server of its own, so that what the source does is no figure of Assay's."""

from collections.abc import Sequence
from statistics import median

import asyncpg

from benchmarks.latency.installation import Installation
from benchmarks.latency.source import connect
from benchmarks.scale.figures import milliseconds
from deploy.local.databases import create_database
from deploy.local.demo.client import Api
from deploy.local.server_address import ServerAddress

NAME = "source"
SLOW_SECONDS = 0.3
SLOW, MANY, FOLLOWED = "slow", "many", "followed"
TABLES = {SLOW: 200, MANY: 2_000, FOLLOWED: 40}
"""How many each schema has; those of the first are views that take their time."""
MOST_AT_ONCE = 200
"""Tables that one transaction makes: each is locked until its end."""
READINGS = 5


def scope(schema: str) -> str:
    return f"{NAME}.{NAME}.{schema}"


async def make_source(installation: Installation, api: Api, server: ServerAddress) -> float:
    """Known to Assay and in its catalogue; the seconds that one slow table takes to be read and nothing else."""
    dsn = server.dsn(NAME)
    await create_database(server.dsn("postgres"), NAME)
    sql = await asyncpg.connect(dsn)
    try:
        await _fill(sql)
        taken = [await milliseconds(lambda: sql.fetch(f"TABLE {SLOW}.t_0000")) for _ in range(READINGS)]
    finally:
        await sql.close()
    await connect(installation, api, dsn, NAME)
    return median(taken) / 1000


async def _fill(sql: asyncpg.Connection) -> None:
    for schema in TABLES:
        await sql.execute(f"CREATE SCHEMA {schema}")
        statements = _statements(schema)
        for begin in range(0, len(statements), MOST_AT_ONCE):
            await sql.execute(";".join(statements[begin : begin + MOST_AT_ONCE]))
    await sql.execute("ANALYZE")


def _statements(schema: str) -> Sequence[str]:
    make = _slow if schema == SLOW else _small
    return [make(f"{schema}.t_{number:04}") for number in range(TABLES[schema])]


def _slow(name: str) -> str:
    return f"CREATE VIEW {name} AS SELECT true AS is_there FROM pg_sleep({SLOW_SECONDS})"  # noqa: S608 - names of ours


def _small(name: str) -> str:
    rows = "SELECT n AS id, md5(n::text) AS word, now() - n * interval '1 hour' AS at FROM generate_series(1, 50) n"
    return f"CREATE TABLE {name} AS {rows}; ALTER TABLE {name} ADD PRIMARY KEY (id)"
