"""Databases with many small tables on a PostgreSQL that no fault befalls, so that every table can be done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from benchmarks.latency.installation import Installation
from benchmarks.storm.plan import Plan
from benchmarks.storm.subscriber import Subscriber
from deploy.local.databases import create_database
from deploy.local.demo.client import Api
from deploy.local.demo.job import CREATE
from deploy.local.demo.source import source_of_dsn
from deploy.local.errors import LauncherError
from deploy.local.server_address import ServerAddress

INGEST_SECONDS = 300.0
_ROWS = "SELECT n AS id, md5(n::text) AS word FROM generate_series(1, 50) n"
INGEST = """mutation ($input: StartIngestionInput!) { startIngestion(input: $input) {
  ... on StartIngestionSuccess { run { id } } ... on Error { message } } }"""


@dataclass(frozen=True, slots=True)
class StormSource:
    """A connection of this name, to a database of this name."""

    name: str

    @property
    def schema(self) -> str:
        return f"{self.name}.{self.name}.public"


async def make_sources(
    installation: Installation, api: Api, server: ServerAddress, plan: Plan
) -> Sequence[StormSource]:
    sources = [StormSource(f"shore_{number}") for number in range(plan.connections)]
    for source in sources:
        await _make(server, source.name, plan.tables)
        await _connect(installation, api, server, source.name)
    await asyncio.gather(*(_ingested(installation, api, source.name) for source in sources))
    return sources


async def _make(server: ServerAddress, name: str, tables: int) -> None:
    await create_database(server.dsn("postgres"), name)
    sql = await asyncpg.connect(server.dsn(name))
    try:
        for number in range(tables):
            await sql.execute(f"CREATE TABLE t_{number:04} AS {_ROWS}")
    finally:
        await sql.close()


async def _connect(installation: Installation, api: Api, server: ServerAddress, name: str) -> None:
    source = source_of_dsn(installation.settings, server.dsn(name), name, ())
    await api.do(CREATE, input={"name": name, "kind": "POSTGRESQL", "settings": source.settings_input()})


async def _ingested(installation: Installation, api: Api, name: str) -> None:
    run_id = (await api.do(INGEST, input={"connection": name}))["run"]["id"]
    subscriber = Subscriber(installation.api_url, run_id)
    async with asyncio.timeout(INGEST_SECONDS):
        await subscriber.follow()
    status = subscriber.status
    if status != "COMPLETED":
        raise LauncherError(f"The ingestion of {name} ended {status}, so there is nothing to storm.")
