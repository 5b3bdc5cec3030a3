"""The process of a run is killed by the system, as one that needs more memory than there is."""

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, connect, is_asked, is_quiet
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]


async def test_process_that_is_killed_leaves_a_crashed_run_and_no_statement(
    shaken: Installation, shaken_api: GraphQL, postgres: PostgresServer
) -> None:
    # given a run whose statement takes minutes
    source = await asyncpg.connect(await postgres.create_database("hungry"))
    await source.execute("CREATE VIEW slow AS SELECT n, pg_sleep(300)::text FROM generate_series(1, 3) n")
    await connect(shaken_api, shaken, postgres, "hungry")
    run = await bank.start(shaken_api, "startProfiling", "hungry", "hungry.hungry.public")
    await eventually(lambda: is_asked(source), BEGIN_SECONDS)

    # when its process is killed
    (process,) = [one for one in shaken.processes() if "prefect.engine" in one.cmdline()]
    process.kill()

    # then the run has crashed, says so, and its statement is gone with it
    assert bank.states(await bank.follow(shaken_api, run))[-1] == "CRASHED"
    query = "query ($id: ID!) { workflowRun(id: $id) { error { message } } }"
    why = (await shaken_api.ask(query, id=run))["workflowRun"]["error"]["message"]
    assert "exited with" in why
    await eventually(lambda: is_quiet(source), BEGIN_SECONDS)
    await source.close()
