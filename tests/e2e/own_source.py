"""A database of the test's own as a source of an installation."""

import asyncpg

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.fixtures.postgres import PostgresServer

BEGIN_SECONDS = 60.0
"""How long a run may take until its first statement reaches the source."""
CANCEL = """mutation ($input: CancelRunInput!) { cancelRun(input: $input) { __typename ... on Error { message } } }"""

_CONNECT = """mutation ($input: CreateDataConnectionInput!) { createDataConnection(input: $input) {
  __typename ... on Error { message } } }"""
_INGEST = """mutation ($input: StartIngestionInput!) { startIngestion(input: $input) {
  ... on StartIngestionSuccess { run { id } } } }"""
_STATEMENTS = """SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND state = 'active' AND application_name = 'assay'"""


async def connect(api: GraphQL, installation: Installation, postgres: PostgresServer, database: str) -> None:
    """A connection of the database's name, and its tables in the catalogue."""
    address = postgres.address
    secrets = installation.home / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / database).write_text(address.password)
    settings = {
        "host": address.host,
        "port": address.port,
        "database": database,
        "username": address.user,
        "secret": f"file:{database}",
    }
    made = await api.do(_CONNECT, input={"name": database, "settings": settings})
    assert made["__typename"] == "CreateDataConnectionSuccess"
    await ingest(api, database)


async def ingest(api: GraphQL, connection: str) -> None:
    ingestion = await api.do(_INGEST, input={"connection": connection})
    await bank.complete(api, ingestion["run"]["id"])


async def is_asked(source: asyncpg.Connection) -> bool:
    """Whether a statement of Assay's is under way in the database."""
    return bool(await source.fetchval(_STATEMENTS))


async def is_quiet(source: asyncpg.Connection) -> bool:
    return not await is_asked(source)
