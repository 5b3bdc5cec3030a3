"""The local DuckDB of a flow process: bounded in memory, spilling to a folder of its own, shared by all tables."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

import duckdb

from flows.sources.engine_memory import GIVEN_BACK
from flows.sources.off_loop import run_off_loop

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]

MEASURED_AT_ONCE = 2
"""However many tables were copied: two keep two cores busy, and each more takes its share of the memory."""

_THREADS = 1
"""Each table's own threads do its work. Another one of DuckDB's beside it would take over the reading of the source,
and the table's thread would turn in a loop, a core at full load, for as long as the source takes."""


class ProfilingEngine:
    def __init__(self, database: duckdb.DuckDBPyConnection, workspaces: int) -> None:
        self._database = database
        self._free = asyncio.Semaphore(workspaces)
        self._measuring = asyncio.Semaphore(MEASURED_AT_ONCE)
        self._numbers = count(1)

    @asynccontextmanager
    async def workspace(self) -> AsyncIterator[Workspace]:
        """A database of its own, which vanishes with its tables. Waits until one is free."""
        async with self._free:
            with self._attached(f"workspace_{next(self._numbers)}") as name, self._connected(name) as connection:
                yield Workspace(connection, lambda: self._connected(name), self._measuring)

    @contextmanager
    def _attached(self, name: str) -> Iterator[str]:
        """Apart from the others, since what is dropped from one keeps its memory until all its transactions end."""
        self._database.execute(f"ATTACH ':memory:' AS {name}")
        try:
            yield name
        finally:
            self._database.execute(f"DETACH {name}")

    @contextmanager
    def _connected(self, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._database.cursor()
        try:
            connection.execute(f"USE {name}")
            yield connection
        finally:
            connection.close()


class Workspace:
    """Its tables are there for all of its connections, the temporary ones for the connection that made them."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        connected: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
        measuring: asyncio.Semaphore,
    ) -> None:
        self.connection = connection
        self._connected = connected
        self._measuring = measuring

    async def run(self, work: Work[T]) -> T:
        """Run blocking `work` off the loop, in its turn; cancelling the awaiting task interrupts it."""
        async with self._measuring:
            return await _run_on(self.connection, work)

    async def run_all(self, works: Iterable[Work[None]]) -> None:
        """Run blocking works off the loop, begun in their order: two at once where no other table waits for its turn.

        The first that fails interrupts the other.
        """
        left, next_ = iter(works), threading.Lock()

        def take(connection: duckdb.DuckDBPyConnection) -> None:
            while True:
                with next_:
                    work = next(left, None)
                if work is None:
                    return
                work(connection)

        async with self._measuring:
            if self._measuring.locked():
                await _run_on(self.connection, take)
                return
            async with self._measuring:
                with self._connected() as beside:
                    await _run_on_all((self.connection, beside), take)


async def _run_on(connection: duckdb.DuckDBPyConnection, work: Work[T]) -> T:
    async def interrupt() -> None:
        connection.interrupt()

    return await run_off_loop(lambda: work(connection), interrupt)


async def _run_on_all(connections: Iterable[duckdb.DuckDBPyConnection], work: Work[None]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for connection in connections:
                group.create_task(_run_on(connection, work))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


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
