"""What is killed in the middle of the main job costs nothing that was committed, and the job ends in a true state."""

import asyncio
import os
import signal
from typing import Any

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, connect, is_asked
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]

CHANGES = """subscription { workflowRunsChanged(scope: "bank") { run { id type status progress { completed } } } }"""
RUNS = """query { workflowRuns(first: 100) { edges { node { id type status failedItemCount
  progress { completed failed total } items(first: 100) { edges { node { fqn status } } } } } } }"""
RETRY = """mutation ($input: RetryRunInput!) { retryRun(input: $input) { __typename ... on Error { message } } }"""
POSTGRES = "postgresql"
TWO_HEARTBEATS_SECONDS = 60
"""Twice `prefect.heartbeat_timeout_seconds`, of silence after which a run counts as crashed."""
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


async def test_job_goes_on_when_its_parts_are_killed_in_its_middle(shaken: Installation, shaken_api: GraphQL) -> None:
    # given a main job
    job = shaken.begin("demo", "--exit")

    # when one part after the other is killed while a run is under way, without a chance to clean up
    runs = []
    for run_type, victim in (("PROFILING", "api"), ("METADATA_ENRICHMENT", "worker"), ("DQ_RULE_GENERATION", POSTGRES)):
        runs.append(await _under_way(shaken_api, run_type))
        os.kill(shaken.pid_of(victim), signal.SIGKILL)
        shaken.wait_until_ready()
    output, _ = job.communicate(timeout=300)

    # then the job still ends well, every run in a true state, and every table is done once
    assert job.returncode == 0, output
    found = {edge["node"]["id"]: edge["node"] for edge in (await shaken_api.ask(RUNS))["workflowRuns"]["edges"]}
    assert {one["status"] for one in found.values()} <= ENDED
    for run in runs:
        items = [edge["node"] for edge in found[run]["items"]["edges"]]
        assert found[run]["status"] == "COMPLETED"
        assert found[run]["progress"] == {"completed": len(items), "failed": 0, "total": len(items)}
        assert {item["status"] for item in items} == {"COMPLETED"}


@pytest.fixture
async def bank_is_known(shaken: Installation, shaken_api: GraphQL) -> None:
    """The sample bank was connected and ingested, by a main job before this test or by one now."""
    if (await shaken_api.ask('{ dataConnection(name: "bank") { name } }'))["dataConnection"] is None:
        done = shaken.run("demo", "--exit")
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.usefixtures("bank_is_known")
async def test_what_was_committed_is_there_after_everything_is_killed(
    shaken: Installation, shaken_api: GraphQL
) -> None:
    # given a run under way
    run = await bank.start(shaken_api, "startProfiling", "bank", bank.CORE)
    await _until_a_table_is_done(shaken_api, run)
    done = await _done(shaken_api, run)

    # when the launcher and all that it started die at once, and Assay is started again
    shaken.kill_all()
    shaken.start()

    # then nothing that was done is lost, the run ends by itself in a true state, and a retry does the rest
    ended = await _ended(shaken_api, run)
    assert ended["status"] in {"CRASHED", "COMPLETED"}
    assert done <= await _done(shaken_api, run)
    if ended["status"] == "CRASHED":
        ended = await _retried(shaken_api, run)
    assert ended == {"status": "COMPLETED", "progress": {"completed": 13, "failed": 0, "total": 13}}


async def test_worker_that_is_told_to_stop_leaves_its_run_in_the_true_state(
    shaken: Installation, shaken_api: GraphQL, postgres: PostgresServer
) -> None:
    # given a run whose second table takes minutes
    source = await asyncpg.connect(await postgres.create_database("patient"))
    await source.execute("CREATE TABLE quick AS SELECT 1 AS n; CREATE VIEW slow AS SELECT pg_sleep(300)::text AS n")
    await connect(shaken_api, shaken, postgres, "patient")
    run = await bank.start(shaken_api, "startProfiling", "patient", "patient.patient.public")
    await _until_a_table_is_done(shaken_api, run)
    await eventually(lambda: is_asked(source), BEGIN_SECONDS)

    # when its worker gets SIGTERM
    os.kill(shaken.pid_of("worker"), signal.SIGTERM)
    async with asyncio.timeout(TWO_HEARTBEATS_SECONDS):
        ended = await _ended(shaken_api, run)
    shaken.wait_until_ready()

    # then the run has crashed, with what it had done, and a retry takes up the rest
    assert ended == {"status": "CRASHED", "progress": {"completed": 1, "failed": 1, "total": 2}}
    await source.execute("CREATE OR REPLACE VIEW slow AS SELECT 'awake' AS n")
    assert await _retried(shaken_api, run) == {
        "status": "COMPLETED",
        "progress": {"completed": 2, "failed": 0, "total": 2},
    }
    await source.close()


async def _under_way(api: GraphQL, run_type: str) -> str:
    """The id of the run of the type, as soon as one of its tables is done."""
    async with api.subscribed(CHANGES) as changes:
        async for change in changes:
            run = change["run"]
            if run["type"] == run_type and run["status"] == "RUNNING" and run["progress"]["completed"]:
                return str(run["id"])
    raise AssertionError("the subscription ended")


async def _until_a_table_is_done(api: GraphQL, run: str) -> None:
    async with api.subscribed(bank.RUN_EVENTS, runId=run) as events:
        async for event in events:
            if event.get("itemStatus") == "COMPLETED":
                return


async def _ended(api: GraphQL, run: str) -> dict[str, Any]:
    await bank.follow(api, run)
    query = "query ($id: ID!) { workflowRun(id: $id) { status progress { completed failed total } } }"
    return dict((await api.ask(query, id=run))["workflowRun"])


async def _retried(api: GraphQL, run: str) -> dict[str, Any]:
    """How the run ends after a retry, which makes it PENDING at once."""
    await api.do(RETRY, input={"runId": run})
    return await _ended(api, run)


async def _done(api: GraphQL, run: str) -> set[str]:
    query = """query ($id: ID!) { workflowRun(id: $id) {
      items(status: [COMPLETED], first: 100) { edges { node { fqn } } } } }"""
    items = (await api.ask(query, id=run))["workflowRun"]["items"]["edges"]
    return {edge["node"]["fqn"] for edge in items}
