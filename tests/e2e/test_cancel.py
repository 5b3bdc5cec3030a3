"""Cancelling a run ends its statements in the source."""

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.fixtures.postgres import PostgresServer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]

CONNECT = """mutation ($input: CreateDataConnectionInput!) { createDataConnection(input: $input) {
  __typename ... on Error { message } } }"""
INGEST = """mutation ($input: StartIngestionInput!) { startIngestion(input: $input) {
  ... on StartIngestionSuccess { run { id } } } }"""
CANCEL = """mutation ($input: CancelRunInput!) { cancelRun(input: $input) { __typename ... on Error { message } } }"""
STATEMENTS = """SELECT count(*) FROM pg_stat_activity
 WHERE datname = 'sleepy' AND state = 'active' AND application_name = 'assay'"""


async def test_cancelled_run_leaves_no_statement_in_the_source(
    api: GraphQL, installation: Installation, postgres: PostgresServer
) -> None:
    # given a run that waits for a view that takes minutes
    dsn = await postgres.create_database("sleepy")
    source = await asyncpg.connect(dsn)
    await source.execute("CREATE VIEW slow AS SELECT n, pg_sleep(300)::text FROM generate_series(1, 3) n")
    await _connect(api, installation, postgres)
    run = await bank.start(api, "startProfiling", "sleepy", "sleepy.sleepy.public")
    async with api.subscribed(bank.RUN_EVENTS, runId=run) as events:
        async for event in events:
            if event.get("itemStatus") == "RUNNING":
                break
    while not await source.fetchval(STATEMENTS):
        await source.execute("SELECT pg_sleep(0.1)")

    # when it is cancelled
    cancelled = await api.do(CANCEL, input={"runId": run})

    # then it says so, and its statement is gone
    assert cancelled["__typename"] == "CancelRunSuccess"
    assert bank.states(await bank.follow(api, run))[-1] == "CANCELLED"
    assert await source.fetchval(STATEMENTS) == 0
    await source.close()


async def _connect(api: GraphQL, installation: Installation, postgres: PostgresServer) -> None:
    address = postgres.address
    (installation.home / "secrets" / "sleepy").write_text(address.password)
    settings = {
        "host": address.host,
        "port": address.port,
        "database": "sleepy",
        "username": address.user,
        "secret": "file:sleepy",
    }
    made = await api.do(CONNECT, input={"name": "sleepy", "settings": settings})
    assert made["__typename"] == "CreateDataConnectionSuccess"
    ingestion = await api.do(INGEST, input={"connection": "sleepy"})
    await bank.complete(api, ingestion["run"]["id"])
