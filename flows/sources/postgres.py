"""PostgreSQL as a governed source: asyncpg for questions, DuckDB's scanner for copies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
import duckdb

from domain.assets.model import FoundSchema, FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable, TableFailed
from flows.sources import postgres_catalogue as catalogue
from flows.sources import postgres_describe
from flows.sources.base import Copied, Row, Sample, Source
from flows.sources.dialect import POSTGRESQL, Dialect
from flows.sources.off_loop import run_off_loop
from flows.sources.postgres_attachments import Attachments
from flows.sources.postgres_copy import PostgresCopy, Selection
from flows.sources.postgres_errors import reading, why_stopped
from flows.sources.postgres_selection import select_rows
from flows.sources.postgres_session import APPLICATION_NAME, PostgresLogin
from flows.sources.room import lack_of_room

_CLOSE_SECONDS = 10.0
_CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2"


async def open_postgres(settings: ConnectionSettings, password: str | None, limits: SourceSettings) -> Source:
    login = PostgresLogin(settings, limits, password)
    return PostgresSource(login, await login.open_pool())


class PostgresSource:
    dialect: Dialect = POSTGRESQL

    def __init__(self, login: PostgresLogin, pool: asyncpg.Pool) -> None:
        self._login = login
        self._pool = pool
        self._attachments = Attachments(login)
        self._copies = asyncio.Semaphore(login.limits.copy_connections)

    @property
    def address(self) -> str:
        return self._login.settings.address

    async def check(self) -> str:
        async with self._session("The server") as connection:
            return f"PostgreSQL {await connection.fetchval('SHOW server_version')}"

    async def schemas(self, *, with_system: bool = False) -> Sequence[str]:
        async with self._session("The list of schemas") as connection:
            return [row["name"] for row in await connection.fetch(catalogue.SCHEMAS, with_system)]

    async def describe_schema(self, schema: Fqn) -> FoundSchema:
        async with self._session(str(schema)) as connection:
            return await postgres_describe.describe_schema(connection, schema)

    async def describe_table(self, table: Fqn) -> FoundTable:
        async with self._session(str(table)) as connection:
            return await postgres_describe.describe_table(connection, table)

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        async with self._session("The statement's table") as connection:
            rows: Sequence[Row] = await connection.fetch(sql, *arguments)
            return rows

    async def copy_into(
        self, engine: duckdb.DuckDBPyConnection, name: str, table: FoundTable, sample: Sample | None
    ) -> Copied:
        async with self._session(str(table.fqn)) as connection:
            selection = await select_rows(connection, table, sample)
        async with self._copies:
            return await self._copy(PostgresCopy(self._attachments, engine, name, selection), table.fqn)

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), _CLOSE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _session(self, subject: str) -> AsyncIterator[asyncpg.Connection]:
        """One view of the catalogue for all the questions that are asked in it."""
        with reading(self.address, subject):
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield connection

    async def _copy(self, copy: PostgresCopy, table: Fqn) -> Copied:
        async def interrupt() -> None:
            # Only the reading: an interrupted clean-up would leave the source attached.
            if (backend := copy.backend) is not None:
                copy.engine.interrupt()
                await self._cancel(backend)

        started = time.monotonic()
        try:
            return await run_off_loop(copy.run, interrupt)
        except duckdb.Error as error:
            cause = self._cause(error, time.monotonic() - started)
        await self._probe(copy.selection, table)
        raise TableFailed(f"{table} cannot be copied: {cause}.")

    async def _cancel(self, backend: int) -> None:
        """Over a connection of its own: all others may be busy."""
        with suppress(SourceUnreachable):
            connection = await self._login.open_connection()
            try:
                await connection.execute(_CANCEL, backend, APPLICATION_NAME)
            finally:
                await connection.close()

    async def _probe(self, selection: Selection, table: Fqn) -> None:
        """The scanner tells what went wrong only in the server's words, which may hold values: ask again for no row."""
        async with self._session(str(table)) as connection:
            await connection.fetch(f"SELECT FROM ({selection.sql}) probe LIMIT 0")

    def _cause(self, error: duckdb.Error, seconds: float) -> str:
        limit = self._login.limits.statement_timeout_seconds
        if lack := lack_of_room(error):
            return lack
        if seconds >= limit:
            return f"it took longer than source.statement_timeout_seconds ({limit:g}) allows"
        return why_stopped(error)
