"""Cancelling a run ends its statements in the source."""

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, CANCEL, connect, is_asked
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]


async def test_cancelled_run_leaves_no_statement_in_the_source(
    api: GraphQL, installation: Installation, postgres: PostgresServer
) -> None:
    # given a run that waits for a view that takes minutes
    dsn = await postgres.create_database("sleepy")
    source = await asyncpg.connect(dsn)
    await source.execute("CREATE VIEW slow AS SELECT n, pg_sleep(300)::text FROM generate_series(1, 3) n")
    await connect(api, installation, postgres, "sleepy")
    run = await bank.start(api, "startProfiling", "sleepy", "sleepy.sleepy.public")
    await eventually(lambda: is_asked(source), BEGIN_SECONDS)

    # when it is cancelled
    cancelled = await api.do(CANCEL, input={"runId": run})

    # then it says so, and its statement is gone
    assert cancelled["__typename"] == "CancelRunSuccess"
    assert bank.states(await bank.follow(api, run))[-1] == "CANCELLED"
    assert not await is_asked(source)
    await source.close()
