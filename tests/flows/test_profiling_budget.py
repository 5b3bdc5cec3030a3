"""Runs of profiling with a budget: what they take, what they leave, and how a retry goes on."""

from typing import Any

import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import ItemStatus, RunType, WorkflowRun
from tests.factories.connections import add_connection
from tests.factories.runs import complete
from tests.flows.sources.source_database import PUBLIC, SourceDatabase
from tests.flows.worker import Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    pytest.mark.engine_postgres,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
DONE, SKIPPED = ItemStatus.COMPLETED, ItemStatus.SKIPPED


@pytest.fixture
async def filled(shop: SourceDatabase, domain: Domain, actor: Actor, worker: Worker) -> SourceDatabase:
    await shop.run(
        *(
            statement
            for name, rows in (("a", 60), ("b", 30), ("c", 30))
            for statement in (
                f"CREATE TABLE {name} AS SELECT n AS id, 'x' AS mark FROM generate_series(1, {rows}) n",
                f"ANALYZE {name}",
            )
        )
    )
    settings = shop.settings(secret="env:SHOP")
    names = ("host", "port", "database", "username", "secret", "ssl_mode")
    await add_connection(domain, actor, "svc", **{name: getattr(settings, name) for name in names})
    await worker.run(RunType.SERVICE_INGESTION)
    return shop


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", "1")


async def statuses(worker: Worker, run: WorkflowRun) -> dict[str, ItemStatus]:
    return {name: item.status for name, item in (await worker.items(run)).items()}


def numbers(run: WorkflowRun) -> tuple[Any, Any, Any]:  # JSON
    return run.output["spent"]["rows"], run.output["missing"], run.output["budget"]


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_budget_of_rows_is_kept_and_what_is_missing_is_named(worker: Worker, filled: SourceDatabase) -> None:
    state, run = await worker.run(RunType.PROFILING, PUBLIC, budget_rows=100)

    items = await worker.items(run)
    assert {name: item.status for name, item in items.items()} == {"a": DONE, "b": DONE, "c": SKIPPED}
    assert items["c"].error_message == "Of the run's budget of 100 rows 10 were left; it takes about 30."
    missing = {"tables": 1, "columns": 0, "first": [f"{PUBLIC}.c"]}
    assert numbers(run) == (90, missing, {"seconds": None, "rows": 100, "bytes": None})
    words = "2 of 3 done, 0 failed. Tables left out by the budget: 1; columns of others: 0."
    assert (state.is_completed(), state.message) == (True, words)
    assert words in await worker.said(run)


async def test_tables_that_are_read_at_once_share_the_budget(worker: Worker, filled: SourceDatabase) -> None:
    _, run = await worker.run(RunType.PROFILING, PUBLIC, budget_rows=60)

    spent, missing, _ = numbers(run)
    done = [name for name, status in (await statuses(worker, run)).items() if status is DONE]
    assert (spent, len(done) + missing["tables"]) == (60, 3)
    assert done in (["a"], ["b", "c"])


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_retry_goes_on_with_what_was_left_and_a_fresh_budget(worker: Worker, filled: SourceDatabase) -> None:
    _, run = await worker.run(RunType.PROFILING, PUBLIC, budget_rows=60)
    first = await statuses(worker, run)

    await complete(worker.domain, worker.actor, run.id)
    _, again = await worker.carry_out(await worker.domain.runs.retry(worker.actor, run.id))

    assert first == {"a": DONE, "b": SKIPPED, "c": SKIPPED}
    assert await statuses(worker, again) == {"a": DONE, "b": DONE, "c": DONE}
    assert numbers(again)[:2] == (60, {"tables": 0, "columns": 0, "first": []})
    assert (await worker.items(again))["a"].attempts == 1


@pytest.mark.usefixtures("one_at_a_time")
async def test_bytes_of_the_settings_end_the_run_once_they_are_copied(
    worker: Worker, filled: SourceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PROFILING_BUDGET_BYTES", "300")

    _, run = await worker.run(RunType.PROFILING, PUBLIC)

    # A number of 4 bytes and a text of 1 in each of 60 rows.
    assert await statuses(worker, run) == {"a": DONE, "b": SKIPPED, "c": SKIPPED}
    assert run.output["spent"]["bytes"] == 300
    told = (await worker.items(run))["b"].error_message
    assert told == "The run's budget of 300 bytes had ended before it was begun."


@pytest.mark.usefixtures("one_at_a_time")
async def test_time_that_ends_while_a_table_is_read_stops_the_reading(worker: Worker, filled: SourceDatabase) -> None:
    await filled.run("CREATE VIEW _slow AS SELECT pg_sleep(3600)::text AS nap")
    await worker.run(RunType.SERVICE_INGESTION)

    state, run = await worker.run(RunType.PROFILING, PUBLIC, budget_seconds=3.0)

    items = await worker.items(run)
    assert {item.status for item in items.values()} == {SKIPPED}
    assert items["_slow"].error_message == "The run's budget of seconds ended while its rows were read."
    assert items["a"].error_message == "The run's budget of 3 seconds had ended before it was begun."
    assert (state.is_completed(), run.progress.failed, run.output["missing"]["tables"]) == (True, 0, 4)
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
    assert await filled.ask(running) == [(0,)]


async def test_without_a_budget_nothing_of_it_is_told(worker: Worker, filled: SourceDatabase) -> None:
    state, run = await worker.run(RunType.PROFILING, PUBLIC)

    assert (state.message, dict(run.output)) == ("3 of 3 done, 0 failed.", {"completed": 3, "failed": 0, "total": 3})
    assert (await worker.items(run))["a"].counts == {"rows": 60, "columns": 2, "rows_read": 60}
