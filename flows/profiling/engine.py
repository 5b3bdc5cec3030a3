"""The local DuckDB of a flow process: bounded in memory, spilling to a folder of its own, shared by all tables."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from flows.sources.engine_memory import GIVEN_BACK
from flows.sources.off_loop import run_off_loop

T = TypeVar("T")

MEASURED_AT_ONCE = 2
"""However many tables were copied: two keep two cores busy, and each more takes its share of the memory."""

_THREADS = 1
"""Each table's own thread does its work. Another one of DuckDB's beside it would take over the reading of the source,
and the table's thread would turn in a loop, a core at full load, for as long as the source takes."""


class ProfilingEngine:
    def __init__(self, database: duckdb.DuckDBPyConnection, workspaces: int) -> None:
        self._database = database
        self._free = asyncio.Semaphore(workspaces)
        self._measuring = asyncio.Semaphore(MEASURED_AT_ONCE)

    @asynccontextmanager
    async def workspace(self) -> AsyncIterator[Workspace]:
        """A connection whose temporary tables no other sees, and which vanish with it. Waits until one is free."""
        async with self._free:
            connection = self._database.cursor()
            try:
                yield Workspace(connection, self._measuring)
            finally:
                connection.close()


class Workspace:
    def __init__(self, connection: duckdb.DuckDBPyConnection, measuring: asyncio.Semaphore) -> None:
        self.connection = connection
        self._measuring = measuring

    async def run(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run blocking `work` off the loop, in its turn; cancelling the awaiting task interrupts it."""

        async def interrupt() -> None:
            self.connection.interrupt()

        async with self._measuring:
            return await run_off_loop(lambda: work(self.connection), interrupt)


@asynccontextmanager
async def open_engine(
    memory_limit_mb: int, workspaces: int = MEASURED_AT_ONCE, spill_folder: Path | None = None
) -> AsyncIterator[ProfilingEngine]:
    """`workspaces` are tables in hand, each of which takes memory and most of which wait for their source.

    `spill_folder` is where rows go that memory cannot hold (the system's temporary folder unless given).
    """
    with tempfile.TemporaryDirectory(prefix="assay-spill-", dir=spill_folder) as folder:
        database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_limit_mb}MB",
                "temp_directory": folder,
                "threads": _THREADS,
                "preserve_insertion_order": False,
                **GIVEN_BACK,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            yield ProfilingEngine(database, workspaces)
        finally:
            database.close()
