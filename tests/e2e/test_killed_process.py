"""The process of a run is killed by the system, as one that needs more memory than there is."""

from collections.abc import Callable

import asyncpg
import psutil
import pytest

from flows.warm_start.linux import is_possible
from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, connect, is_asked, is_quiet
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]


def _the_run(installation: Installation) -> psutil.Process:
    (run,) = installation.processes_of_runs()
    return run


def _what_it_was_forked_of(installation: Installation) -> psutil.Process:
    return psutil.Process(installation.pid_of("warm-start"))


@pytest.mark.parametrize(
    ("database", "victim"),
    [
        ("hungry", _the_run),
        pytest.param(
            "forked",
            _what_it_was_forked_of,
            marks=pytest.mark.skipif(not is_possible(), reason="runs are forked on Linux only"),
        ),
    ],
)
async def test_process_that_is_killed_leaves_a_crashed_run_and_no_statement(
    shaken: Installation,
    shaken_api: GraphQL,
    postgres: PostgresServer,
    database: str,
    victim: Callable[[Installation], psutil.Process],
) -> None:
    # given a run whose statement takes minutes
    source = await asyncpg.connect(await postgres.create_database(database))
    await source.execute("CREATE VIEW slow AS SELECT n, pg_sleep(300)::text FROM generate_series(1, 3) n")
    await connect(shaken_api, shaken, postgres, database)
    run = await bank.start(shaken_api, "startProfiling", database, f"{database}.{database}.public")
    await eventually(lambda: is_asked(source), BEGIN_SECONDS)

    # when its process is killed, or the one that it came from
    victim(shaken).kill()

    # then the run has crashed, says so, and its statement is gone with it
    assert bank.states(await bank.follow(shaken_api, run))[-1] == "CRASHED"
    query = "query ($id: ID!) { workflowRun(id: $id) { error { message } } }"
    why = (await shaken_api.ask(query, id=run))["workflowRun"]["error"]["message"]
    assert "exited with" in why
    await eventually(lambda: is_quiet(source), BEGIN_SECONDS)
    await source.close()
