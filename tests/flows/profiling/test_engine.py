import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from domain.settings import ProfilingSettings
from flows.profiling.counts import one_row
from flows.profiling.engine import MEASURED_AT_ONCE, ProfilingEngine, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.plan import plan_profile
from tests.flows.sources.source_database import PUBLIC, SourceDatabase, until

WORKSPACES = 2 * MEASURED_AT_ONCE
LONGEST_SECONDS = 10


class Witness:
    """Work that goes on only beside other work, and notes how much there was at once."""

    def __init__(self) -> None:
        self.peak = 0
        self._at_work = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(MEASURED_AT_ONCE)

    def work(self, _: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            self._at_work += 1
            self.peak = max(self.peak, self._at_work)
        self._meeting.wait(LONGEST_SECONDS)
        with self._lock:
            self._at_work -= 1


async def _run(engine: ProfilingEngine, work: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    async with engine.workspace() as workspace:
        await workspace.run(work)


async def test_two_tables_are_measured_at_once_however_many_were_read(tmp_path: Path) -> None:
    witness = Witness()

    async with open_engine(64, WORKSPACES, tmp_path) as engine:
        await asyncio.gather(*(_run(engine, witness.work) for _ in range(WORKSPACES)))

    assert witness.peak == MEASURED_AT_ONCE


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_as_many_tables_wait_for_their_source_as_there_are_workspaces(
    database: SourceDatabase, tmp_path: Path
) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v")

    async with open_engine(64, WORKSPACES, tmp_path) as engine, database.opened(max_connections=20) as source:
        plan = plan_profile(await source.describe_table(PUBLIC.child("slow")), ProfilingSettings())
        tasks = [asyncio.create_task(profile_table(source, engine, plan)) for _ in range(WORKSPACES + 1)]
        await until(lambda: database.is_running(WORKSPACES))
        for task in tasks:
            task.cancel()
        await until(lambda: database.is_running(0))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * (WORKSPACES + 1)


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_a_thread_that_waits_for_the_source_rests(database: SourceDatabase, tmp_path: Path) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(0.5)::text AS v")

    async with open_engine(64, spill_folder=tmp_path) as engine, database.opened() as source:
        plan = plan_profile(await source.describe_table(PUBLIC.child("slow")), ProfilingSettings())
        began, worked = time.monotonic(), time.process_time()
        for _ in range(6):
            await profile_table(source, engine, plan)
        waited, worked = time.monotonic() - began, time.process_time() - worked

    assert waited > 3
    assert worked < 0.6


async def test_the_columns_of_a_table_are_measured_on_two_connections_that_see_its_rows(tmp_path: Path) -> None:
    meeting = threading.Barrier(MEASURED_AT_ONCE)
    found: list[tuple[int, ...]] = []

    def look(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE TEMP TABLE own AS SELECT 1 AS v")
        meeting.wait(LONGEST_SECONDS)
        found.append(one_row(connection, "SELECT count(*) FROM rows_read"))

    async with open_engine(64, spill_folder=tmp_path) as engine, engine.workspace() as workspace:
        workspace.connection.execute("CREATE TABLE rows_read AS FROM range(7)")
        await workspace.run_all([look, look])

    assert found == [(7,), (7,)]


async def test_a_table_leaves_a_connection_to_another_that_is_measured(tmp_path: Path) -> None:
    begun, done = threading.Event(), threading.Event()
    threads: list[int] = []

    def work(_: duckdb.DuckDBPyConnection) -> None:
        begun.set()
        done.wait(LONGEST_SECONDS)

    def note(_: duckdb.DuckDBPyConnection) -> None:
        threads.append(threading.get_ident())

    async with (
        open_engine(64, spill_folder=tmp_path) as engine,
        engine.workspace() as busy,
        engine.workspace() as other,
    ):
        task = asyncio.create_task(busy.run(work))
        await until_set(begun)
        await other.run_all([note] * 20)
        done.set()
        await task

    assert len(threads) == 20
    assert len(set(threads)) == 1


async def test_work_that_fails_interrupts_the_other_and_begins_nothing_more(tmp_path: Path) -> None:
    running = threading.Event()
    begun: list[str] = []

    def endless(connection: duckdb.DuckDBPyConnection) -> None:
        begun.append("endless")
        running.set()
        connection.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b").fetchall()

    def failing(connection: duckdb.DuckDBPyConnection) -> None:
        begun.append("failing")
        running.wait(LONGEST_SECONDS)
        connection.execute("FROM nothing")

    def never(_: duckdb.DuckDBPyConnection) -> None:
        begun.append("never")

    async with open_engine(64, spill_folder=tmp_path) as engine, engine.workspace() as workspace:
        with pytest.raises(duckdb.CatalogException, match="nothing"):
            await workspace.run_all([endless, failing, never])

    assert sorted(begun) == ["endless", "failing"]


async def test_workspaces_neither_see_nor_keep_each_others_tables(tmp_path: Path) -> None:
    async with open_engine(64, spill_folder=tmp_path) as engine:
        async with engine.workspace() as one, engine.workspace() as other:
            other.connection.execute("BEGIN")
            for number, workspace in enumerate((one, other)):
                workspace.connection.execute(f"CREATE TABLE rows_read AS SELECT {number} AS v")
            values = [one_row(workspace.connection, "FROM rows_read") for workspace in (one, other)]
        async with engine.workspace() as after:
            databases = after.connection.execute(
                "SELECT count(*) FROM duckdb_databases() WHERE NOT internal"
            ).fetchone()

    assert values == [(0,), (1,)]
    assert databases == (2,)  # the engine's own, and that of the workspace


async def until_set(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, LONGEST_SECONDS)
