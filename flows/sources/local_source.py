"""A source that a DuckDB of our own reads: files, and servers whose SQL Assay does not speak."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb

from domain.assets.model import FoundSchema, FoundTable
from domain.clock import utc_now
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import TableFailed
from flows.sources.base import Copied, Row, Sample, Source
from flows.sources.dialect import Dialect
from flows.sources.door import Door
from flows.sources.engine_memory import GIVEN_BACK
from flows.sources.local_copy import LocalCopy, Written, removed_afterwards
from flows.sources.local_errors import cause_of
from flows.sources.local_files import close_the_disk
from flows.sources.local_questions import LocalQuestions
from flows.sources.off_loop import run_off_loop
from flows.sources.room import lack_of_room

T = TypeVar("T")
_MEMORY_LIMIT = "192MB"
_THREADS = 2


async def open_local(door: Door, limits: SourceSettings) -> Source:
    source = LocalSource(door, limits)
    try:
        await source.open()
    except BaseException:
        await source.close()
        raise
    return source


class LocalSource:
    def __init__(self, door: Door, limits: SourceSettings) -> None:
        self._door = door
        self._limits = limits
        self._spill = tempfile.TemporaryDirectory(prefix="assay-source-")
        self._places = asyncio.Semaphore(limits.max_connections)
        self._questions = LocalQuestions(door)
        self._engine = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": _MEMORY_LIMIT,
                "temp_directory": self._spill.name,
                "threads": _THREADS,
                "preserve_insertion_order": False,
                **GIVEN_BACK,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )

    @property
    def address(self) -> str:
        return self._door.address

    @property
    def dialect(self) -> Dialect:
        return self._door.dialect

    async def open(self) -> None:
        await self._run("The source", self._open)

    async def check(self) -> str:
        return await self._run("The source", self._door.version)

    async def schemas(self, *, with_system: bool = False) -> Sequence[str]:
        return await self._run("The list of schemas", partial(self._door.schemas, with_system=with_system))

    async def describe_schema(self, schema: Fqn) -> FoundSchema:
        observed_at = utc_now()
        if schema.name not in await self.schemas(with_system=True):
            raise TableFailed(f"The schema {schema} does not exist.")
        tables = await self._run(str(schema), partial(self._door.tables, schema=schema, only=None))
        return FoundSchema(schema, observed_at, tuple(tables))

    async def describe_table(self, table: Fqn) -> FoundTable:
        schema = table.parent
        assert schema is not None, "a table lies in a schema"
        found = await self._run(str(table), partial(self._door.tables, schema=schema, only=table.name))
        if not found:
            raise TableFailed(f"{table} does not exist.")
        return found[0]

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        ask = partial(self._questions.ask, sql=sql, arguments=arguments)
        return await self._run("The statement's table", ask)

    async def copy_into(
        self, engine: duckdb.DuckDBPyConnection, name: str, table: FoundTable, sample: Sample | None
    ) -> Copied:
        copy = LocalCopy(self._door, table, sample, Path(self._spill.name))
        written = await self._run(str(table.fqn), copy.write)
        return await _read(copy, engine, name, written)

    async def close(self) -> None:
        self._engine.close()
        self._spill.cleanup()

    def _open(self, cursor: duckdb.DuckDBPyConnection) -> None:
        close_the_disk(cursor, [Path(self._spill.name), *self._door.open(cursor)])

    async def _run(self, subject: str, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """In a connection of its own, stopped by us when it takes too long: few sources have a server that would."""
        limit = self._limits.statement_timeout_seconds
        async with self._places:
            with self._engine.cursor() as cursor:
                end = self._door.ending(cursor)
                try:
                    async with asyncio.timeout(limit):
                        return await run_off_loop(partial(self._work, subject, work, cursor), _calling(end))
                except TimeoutError:
                    cause = f"it took longer than source.statement_timeout_seconds ({limit:g}) allows"
                except OSError as error:
                    cause = (error.strerror or type(error).__name__).lower()
        raise TableFailed(f"{subject} cannot be read: {cause}.")

    def _work(
        self, subject: str, work: Callable[[duckdb.DuckDBPyConnection], T], cursor: duckdb.DuckDBPyConnection
    ) -> T:
        try:
            return work(cursor)
        except duckdb.Error as error:
            failure = self._door.failure(subject, error)
        raise failure


async def _read(copy: LocalCopy, engine: duckdb.DuckDBPyConnection, name: str, written: Written) -> Copied:
    with removed_afterwards(written):
        try:
            return await run_off_loop(partial(copy.read, engine, name, written), _calling(engine.interrupt))
        except duckdb.Error as error:
            cause = lack_of_room(error) or cause_of(error)
    raise TableFailed(f"{copy.table.fqn} cannot be copied: {cause}.")


def _calling(end: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """In a thread of its own: a source's server may have to be reached for it."""

    async def call() -> None:
        await run_off_loop(end, _nothing)

    return call


async def _nothing() -> None:
    """The end of a piece of work is not itself ended early."""
