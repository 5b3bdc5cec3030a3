"""A warehouse as a governed source: read through its own driver, in Arrow, by SELECT statements alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

import duckdb

from domain.assets.model import FoundSchema, FoundTable
from domain.clock import utc_now
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import RunFailure, SourceUnreachable, TableFailed
from flows.sources.base import Copied, Row, Sample, Source
from flows.sources.dialect import Dialect
from flows.sources.off_loop import run_off_loop
from flows.sources.room import lack_of_room
from flows.sources.warehouses.copying import WarehouseCopy
from flows.sources.warehouses.describe import describe
from flows.sources.warehouses.dialect import WarehouseDialect
from flows.sources.warehouses.failures import failing, unreachable
from flows.sources.warehouses.statements import checked, filled, written
from flows.sources.warehouses.translation import translated
from flows.sources.warehouses.warehouse import Login, Session, Warehouse

T = TypeVar("T")


async def open_warehouse(
    warehouse: Warehouse, settings: ConnectionSettings, secret: str | None, limits: SourceSettings
) -> Source:
    source = WarehouseSource(warehouse, Login(settings, secret, limits))
    try:
        await source.open()
    except BaseException:
        await source.close()
        raise
    return source


class WarehouseSource:
    def __init__(self, warehouse: Warehouse, login: Login) -> None:
        self._warehouse = warehouse
        self._login = login
        self._places = asyncio.Semaphore(login.limits.max_connections)
        self._idle: list[Session] = []
        self._is_reached = False

    @property
    def address(self) -> str:
        return self._login.settings.address

    @property
    def dialect(self) -> Dialect:
        return WarehouseDialect(warehouse=self._warehouse)

    async def open(self) -> None:
        """Speak to the engine: some drivers sign in with the first statement alone."""
        try:
            await self.check()
        except TableFailed as failure:
            raise SourceUnreachable(f"{self.address} cannot be reached. {failure.message}") from None
        self._is_reached = True

    async def check(self) -> str:
        (row,) = await self._run("The source", partial(self._asked, self._warehouse.catalogue.version, None))
        return f"{self._warehouse.label} {row['version']}"

    async def schemas(self, *, with_system: bool = False) -> Sequence[str]:
        catalogue = self._warehouse.catalogue
        rows = await self._run("The list of schemas", partial(self._asked, catalogue.schemas, None))
        names = sorted(str(row["name"]) for row in rows)
        return [name for name in names if with_system or name.lower() not in catalogue.system_schemas]

    async def describe_schema(self, schema: Fqn) -> FoundSchema:
        observed_at = utc_now()
        if schema.name not in await self.schemas(with_system=True):
            raise TableFailed(f"The schema {schema} does not exist.")
        tables = await self._run(str(schema), partial(self._described, schema, None))
        return FoundSchema(schema, observed_at, tuple(tables))

    async def describe_table(self, table: Fqn) -> FoundTable:
        schema = table.parent
        assert schema is not None, "a table lies in a schema"
        found = await self._run(str(table), partial(self._described, schema, table.name))
        if not found:
            raise TableFailed(f"{table} does not exist.")
        return found[0]

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        if arguments:
            raise TableFailed("A statement for a warehouse takes no arguments; write its values into it.")
        statement = translated(sql, self._warehouse)
        return await self._run("The statement's table", partial(_rows_of, statement))

    async def copy_into(
        self, engine: duckdb.DuckDBPyConnection, name: str, table: FoundTable, sample: Sample | None
    ) -> Copied:
        copy = WarehouseCopy(self._warehouse, table, sample)
        return await self._run(str(table.fqn), partial(copy.into, engine, name), engine)

    async def close(self) -> None:
        while self._idle:
            await _off_loop(self._idle.pop().close)

    def _described(self, schema: Fqn, only: str | None, session: Session) -> list[FoundTable]:
        def ask(template: str) -> Sequence[Row]:
            return self._asked(template, schema.name, session)

        return describe(ask, self._warehouse, schema, only)

    def _asked(self, template: str, schema: str | None, session: Session) -> list[Row]:
        """One of the catalogue's statements; names in its rows are in lower case, whatever the engine's case is."""
        dialect, database = self._warehouse.dialect, self._login.settings.database_name
        names = {"this_database": database, **({"this_schema": schema} if schema else {})}
        texts = {"schema": schema} if schema else {}
        tree = filled(template, dialect, self._warehouse.catalogue.case_of_names, names, texts)
        rows = _rows_of(checked(written(tree, dialect), dialect), session)
        return [{name.lower(): value for name, value in row.items()} for row in rows]

    async def _run(
        self, subject: str, work: Callable[[Session], T], engine: duckdb.DuckDBPyConnection | None = None
    ) -> T:
        """In a session of its own, which is given up unless the work ended by itself."""
        limit = self._login.limits.statement_timeout_seconds
        async with self._places:
            session = self._idle.pop() if self._idle else await self._open()
            try:
                async with asyncio.timeout(limit):
                    found = await run_off_loop(partial(self._work, subject, work, session), _ending(session, engine))
            except TimeoutError:
                await self._give_up(session)
                cause = f"it took longer than source.statement_timeout_seconds ({limit:g}) allows"
                raise TableFailed(f"{subject} cannot be read: {cause}.") from None
            except TableFailed:
                self._idle.append(session)
                raise
            except BaseException:
                await self._give_up(session)
                raise
            self._idle.append(session)
            return found

    def _work(self, subject: str, work: Callable[[Session], T], session: Session) -> T:
        try:
            return work(session)
        except RunFailure:
            raise
        except duckdb.Error as error:
            cause = lack_of_room(error)
            failure = TableFailed(f"{subject} cannot be copied: {cause}.") if cause else self._failure(subject, error)
        except Exception as error:  # noqa: BLE001 - the drivers have no class of errors in common
            failure = self._failure(subject, error)
        raise failure

    def _failure(self, subject: str, error: Exception) -> RunFailure:
        if not self._is_reached:
            return unreachable(self.address, self._warehouse, error)
        return failing(self.address, subject, self._warehouse, error)

    async def _open(self) -> Session:
        return await run_off_loop(self._connect, _nothing)

    def _connect(self) -> Session:
        try:
            return self._warehouse.connect(self._login)
        except SourceUnreachable:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            failure = unreachable(self.address, self._warehouse, error)
        raise failure

    async def _give_up(self, session: Session) -> None:
        """What a broken session says at its end is nobody's concern."""
        await _off_loop(partial(_closed, session))


def _rows_of(sql: str, session: Session) -> list[Row]:
    rows: list[Row] = session.rows(sql).read_all().to_pylist()
    return rows


def _ending(session: Session, engine: duckdb.DuckDBPyConnection | None) -> Callable[[], Awaitable[None]]:
    async def end() -> None:
        if engine is not None:
            engine.interrupt()
        await _off_loop(session.cancel)

    return end


def _closed(session: Session) -> None:
    with suppress(Exception):
        session.close()


async def _off_loop(work: Callable[[], None]) -> None:
    await run_off_loop(work, _nothing)


async def _nothing() -> None:
    """What is short is not ended early."""
