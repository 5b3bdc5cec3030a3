"""A database with one tiny table, known to Assay and in its catalogue."""

import asyncpg

from benchmarks.latency.installation import Installation
from benchmarks.latency.subscriber import statuses_of
from deploy.local.databases import create_database
from deploy.local.demo.client import Api
from deploy.local.demo.job import CREATE
from deploy.local.demo.source import source_of_dsn
from deploy.local.errors import LauncherError

NAME = "tiny"
SCHEMA = f"{NAME}.{NAME}.public"
INGEST = """mutation ($input: StartIngestionInput!) { startIngestion(input: $input) {
  ... on StartIngestionSuccess { run { id } } ... on Error { message } } }"""


async def make_source(installation: Installation, api: Api) -> None:
    dsn = installation.postgres.dsn(NAME)
    await create_database(installation.postgres.dsn("postgres"), NAME)
    sql = await asyncpg.connect(dsn)
    try:
        await sql.execute("CREATE TABLE word AS SELECT n AS id, md5(n::text) AS text FROM generate_series(1, 20) n")
    finally:
        await sql.close()
    await connect(installation, api, dsn, NAME)


async def connect(installation: Installation, api: Api, dsn: str, name: str) -> None:
    """Make the database known under this name, with all that is in it."""
    source = source_of_dsn(installation.settings, dsn, name, ())
    await api.do(CREATE, input={"name": name, "kind": "POSTGRESQL", "settings": source.settings_input()})
    ingestion = await api.do(INGEST, input={"connection": name})
    await complete(installation.api_url, ingestion["run"]["id"])


async def complete(api_url: str, run_id: str) -> None:
    async with statuses_of(api_url, run_id) as statuses:
        ended = [arrival.status async for arrival in statuses][-1]
    if ended != "COMPLETED":
        raise LauncherError(f"Run {run_id} ended {ended}, so nothing was measured.")
