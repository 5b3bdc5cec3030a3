"""Runs whose tables are worked on by the processes of a Dask cluster."""

import asyncio
import os
from collections.abc import Iterator

import dask
import pytest
from distributed import LocalCluster

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import ItemStatus, RunItem, RunStatus, RunType, WorkflowRun
from domain.settings import Settings
from flows.profile_database import CREW, profile_database
from flows.runtime import table_runner
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run
from tests.fixtures.postgres import PostgresServer
from tests.flows.probe import FATAL, MEETING_PLACE, probe
from tests.flows.sources.source_database import PUBLIC, SourceDatabase, until
from tests.flows.worker import PASSWORD_VARIABLE, Called, Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    pytest.mark.engine_postgres,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

WIDTH = 2
LIMITS = {"ASSAY_PROFILING_MAX_CONCURRENT_TABLES": str(WIDTH), "ASSAY_SOURCE_MAX_CONNECTIONS": "5"}
CONNECTIONS_OF_EACH = 2
STATEMENTS_BEGIN_SECONDS = 40.0


@pytest.fixture(scope="module")
def cluster(
    seeded_database: Settings, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of one that others look after: wider than a run, and with the environment of flow runs."""
    environment = {
        **LIMITS,
        "ASSAY_DATABASE_URL": seeded_database.database_url(),
        "ASSAY_HOME": str(tmp_path_factory.mktemp("cluster")),
        PASSWORD_VARIABLE: postgres.address.password or "",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        scheduler = {"dashboard": False, "allowed_failures": 0}
        running = LocalCluster(  # type: ignore[no-untyped-call]  # Dask states no types
            n_workers=WIDTH + 1,
            threads_per_worker=1,
            preload=["flows.run_part"],
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs=scheduler,
        )
        with running:
            yield running.scheduler_address


@pytest.fixture
async def bank(
    worker: Worker, shop: SourceDatabase, domain: Domain, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> SourceDatabase:
    settings = shop.settings(secret="env:SHOP")
    named = {name: getattr(settings, name) for name in ("host", "port", "database", "username", "secret", "ssl_mode")}
    await add_connection(domain, actor, "svc", **named)
    for name, value in LIMITS.items():
        monkeypatch.setenv(name, value)
    return shop


@pytest.fixture
def in_cluster(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_RUNS_TASK_RUNNER", "dask")
    monkeypatch.setenv("ASSAY_RUNS_DASK_ADDRESS", cluster)


async def run_on(worker: Worker, bank: SourceDatabase, *statements: str, **parameters: object) -> WorkflowRun:
    """A profiling run of what these statements make."""
    await bank.run(*statements)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_RUNS_TASK_RUNNER", "threads")
        await worker.run(RunType.SERVICE_INGESTION)
    return await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC, parameters=parameters)


def profiling() -> Called:
    return profile_database.with_options(task_runner=table_runner(CREW))


def outcomes(items: dict[str, RunItem]) -> dict[str, tuple[ItemStatus, int]]:
    return {name: (item.status, item.attempts) for name, item in items.items()}


async def test_a_run_brings_its_own_cluster_that_profiles_its_tables(
    worker: Worker, bank: SourceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await run_on(
        worker,
        bank,
        "CREATE TABLE one AS SELECT 1 AS n",
        "CREATE TABLE three AS SELECT n FROM generate_series(1, 3) n",
        "CREATE VIEW broken AS SELECT 1 / (n - n) AS n FROM three",
    )
    monkeypatch.setenv("ASSAY_RUNS_TASK_RUNNER", "dask")

    state, ended = await worker.call(profiling(), run.id)

    done, failed = (ItemStatus.COMPLETED, 1), (ItemStatus.FAILED, 1)
    profiles = await worker.domain.read.profiles.newest(worker.actor.tenant, [PUBLIC.child("three")])
    assert state.message == "2 of 3 done, 1 failed."
    assert outcomes(await worker.items(ended)) == {"broken": failed, "one": done, "three": done}
    assert profiles[PUBLIC.child("three")].row_count.value == 3
    assert {
        task.name: task.state and task.state.is_completed() for task in await worker.tasks_in_prefect(state, 3)
    } == {
        f"{PUBLIC}.broken": False,
        f"{PUBLIC}.one": True,
        f"{PUBLIC}.three": True,
    }


async def test_as_many_processes_work_at_once_as_are_configured_however_wide_the_cluster(
    worker: Worker, bank: SourceDatabase, in_cluster: None
) -> None:
    tables = [f"t{number}" for number in range(5)]
    run = await run_on(worker, bank, *(f"CREATE TABLE {name} (n int)" for name in tables))
    await bank.run(MEETING_PLACE)

    state, ended = await worker.call(probe(), run.id)

    items = await worker.items(ended)
    counts = [item.counts for item in items.values()]
    assert state.message == "5 of 5 done, 0 failed."
    assert outcomes(items) == dict.fromkeys(tables, (ItemStatus.COMPLETED, 1))
    assert max(count["in_hand"] for count in counts) == WIDTH
    assert {count["connections"] for count in counts} == {CONNECTIONS_OF_EACH}
    assert os.getpid() not in {count["process"] for count in counts}
    assert len({count["process"] for count in counts}) >= WIDTH


async def test_a_table_whose_process_dies_fails_alone(worker: Worker, bank: SourceDatabase, in_cluster: None) -> None:
    tables = [FATAL, "t1", "t2", "t3"]
    run = await run_on(worker, bank, *(f"CREATE TABLE {name} (n int)" for name in tables))
    await bank.run(MEETING_PLACE)

    state, ended = await worker.call(probe(), run.id)

    items = await worker.items(ended)
    assert state.message == "3 of 4 done, 1 failed."
    assert (items[FATAL].error_code, items[FATAL].error_message) == (
        "PROCESS_LOST",
        "The process that worked on it was lost (KilledWorker).",
    )
    assert f"{PUBLIC}.{FATAL}: {items[FATAL].error_message}" in await worker.said(ended)


async def test_a_run_that_is_tried_again_does_only_what_is_left(
    worker: Worker, bank: SourceDatabase, in_cluster: None
) -> None:
    run = await run_on(
        worker, bank, "CREATE TABLE one AS SELECT 1 AS n", "CREATE VIEW broken AS SELECT 1 / (n - n) AS n FROM one"
    )
    await worker.call(profiling(), run.id)
    await bank.run("CREATE OR REPLACE VIEW broken AS SELECT n FROM one")

    state, ended = await worker.call(profiling(), run.id)

    assert state.message == "2 of 2 done, 0 failed."
    assert outcomes(await worker.items(ended)) == {
        "broken": (ItemStatus.COMPLETED, 2),
        "one": (ItemStatus.COMPLETED, 1),
    }


async def test_processes_share_the_budget_of_their_run(worker: Worker, bank: SourceDatabase, in_cluster: None) -> None:
    tables = [f"CREATE TABLE t{number} AS SELECT n FROM generate_series(1, 30) n" for number in range(4)]
    run = await run_on(worker, bank, *tables, "ANALYZE", budget_rows=80)

    state, ended = await worker.call(profiling(), run.id)

    statuses = [item.status for item in (await worker.items(ended)).values()]
    assert sorted(statuses) == [ItemStatus.COMPLETED] * 2 + [ItemStatus.SKIPPED] * 2
    assert (ended.output["spent"]["rows"], ended.output["missing"]["tables"], state.is_completed()) == (60, 2, True)


async def test_a_run_that_is_cancelled_ends_its_statements_in_the_source_and_begins_no_more(
    worker: Worker, bank: SourceDatabase, in_cluster: None
) -> None:
    slow = [f"slow{number}" for number in range(3)]
    run = await run_on(worker, bank, *(f"CREATE VIEW {name} AS SELECT pg_sleep(300)::text AS v" for name in slow))

    async with asyncio.TaskGroup() as group:
        called = group.create_task(worker.call(profiling(), run.id))
        await until(lambda: bank.is_running(WIDTH), STATEMENTS_BEGIN_SECONDS)
        await report(worker.domain, worker.actor, run.id, RunStatus.CANCELLING, worker.domain.clock())
    state, ended = called.result()

    statuses = sorted(item.status for item in (await worker.items(ended)).values())
    assert state.message == "The process was told to end. 0 of 3 done, 0 failed."
    assert statuses == [ItemStatus.PENDING, ItemStatus.RUNNING, ItemStatus.RUNNING]
    assert await bank.is_running(0)


async def test_a_cluster_that_is_not_there_fails_the_run_and_names_the_setting(
    worker: Worker, bank: SourceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await run_on(worker, bank, "CREATE TABLE one AS SELECT 1 AS n")
    monkeypatch.setenv("ASSAY_RUNS_TASK_RUNNER", "dask")
    monkeypatch.setenv("ASSAY_RUNS_DASK_ADDRESS", "tcp://127.0.0.1:1")

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        state, ended = await worker.call(profiling(), run.id)

    assert state.is_failed()
    assert (ended.error_code, ended.error_message) == (
        "CLUSTER_UNREACHABLE",
        "No dask cluster could be reached or started; see runs.dask_address.",
    )
