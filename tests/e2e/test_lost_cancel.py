"""A cancel that nobody carries out is carried out all the same."""

import os
import signal

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, CANCEL, connect, ingest, is_asked, is_quiet
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]

# Prefect's worker is frozen, so it hears of no cancel; the statement catches every wish that it should end.
STUBBORN = """
CREATE FUNCTION never() RETURNS text LANGUAGE plpgsql AS $$ BEGIN LOOP
    BEGIN PERFORM pg_sleep(300); EXCEPTION WHEN query_canceled THEN NULL; END;
END LOOP; END $$;
CREATE VIEW endless AS SELECT n, never() AS never FROM generate_series(1, 3) n;
"""


async def test_run_that_cannot_end_itself_is_ended_from_outside_and_so_is_its_statement(
    shaken: Installation, shaken_api: GraphQL, postgres: PostgresServer
) -> None:
    # given a run whose statement does not let itself be cancelled, and a worker that hears nothing
    source = await asyncpg.connect(await postgres.create_database("stubborn"))
    await source.execute(STUBBORN)
    await connect(shaken_api, shaken, postgres, "stubborn")
    run = await bank.start(shaken_api, "startProfiling", "stubborn", "stubborn.stubborn.public")
    await eventually(lambda: is_asked(source), BEGIN_SECONDS)
    worker = shaken.pid_of("worker")
    os.kill(worker, signal.SIGSTOP)

    # when it is cancelled
    try:
        await shaken_api.do(CANCEL, input={"runId": run})
        told = bank.states(await bank.follow(shaken_api, run))
        await eventually(lambda: is_quiet(source), BEGIN_SECONDS)
    finally:
        os.kill(worker, signal.SIGCONT)

    # then it ends all the same, and stays ended when the worker works again
    await ingest(shaken_api, "stubborn")
    assert told[-2:] == ["CANCELLING", "CANCELLED"]
    assert bank.states(await bank.follow(shaken_api, run)) == ["CANCELLED"]
    assert "run.cancel_escalated" in (shaken.home / "logs" / "api.log").read_text()
    await source.close()
