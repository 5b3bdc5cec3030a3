"""The local DuckDB of a flow process: bounded in memory, spilling to a folder of its own, shared by all tables."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from flows.sources.off_loop import run_off_loop

T = TypeVar("T")

TABLES_AT_ONCE = 2
"""However many tasks wait: two tables keep two cores busy, and each more takes its share of the memory."""

_THREADS = 2


class ProfilingEngine:
    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._free = asyncio.Semaphore(TABLES_AT_ONCE)

    @asynccontextmanager
    async def workspace(self) -> AsyncIterator[Workspace]:
        """A connection whose temporary tables no other sees, and which vanish with it. Waits until one is free."""
        async with self._free:
            connection = self._database.cursor()
            try:
                yield Workspace(connection)
            finally:
                connection.close()


class Workspace:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    async def run(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run blocking `work` off the loop; cancelling the awaiting task interrupts it."""

        async def interrupt() -> None:
            self.connection.interrupt()

        return await run_off_loop(lambda: work(self.connection), interrupt)


@asynccontextmanager
async def open_engine(memory_limit_mb: int, spill_folder: Path | None = None) -> AsyncIterator[ProfilingEngine]:
    """`spill_folder` is where rows go that memory cannot hold (the system's temporary folder unless given)."""
    with tempfile.TemporaryDirectory(prefix="assay-spill-", dir=spill_folder) as folder:
        database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_limit_mb}MB",
                "temp_directory": folder,
                "threads": _THREADS,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            yield ProfilingEngine(database)
        finally:
            database.close()
