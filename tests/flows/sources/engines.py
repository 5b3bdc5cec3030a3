"""One engine after the other for the suite that all sources pass: tables are made as their owner would make them."""

import csv
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol

import duckdb

from domain.connections.model import ConnectionKind, ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.sources.base import Source
from flows.sources.dialect import quote_name, quote_table
from flows.sources.mysql_names import quote_column
from flows.sources.registry import OPENERS
from tests.fixtures.mariadb import HOST, OWNER, OWNER_PASSWORD, MariaDbServer
from tests.flows.sources.source_database import PUBLIC, SourceDatabase
from tests.flows.sources.warehouses.drivers import DRIVERS
from tests.flows.sources.warehouses.stand_in import StandIn

Rows = Iterable[Sequence[object]]
MAIN = Fqn.of("svc", "shop", "main")


class Engine(Protocol):
    kind: ConnectionKind
    schema: Fqn
    system: str
    """How `check` begins to name the engine."""

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        """Columns are `integer` or `varchar(20)`."""

    async def drop(self, table: str) -> None: ...

    async def settings(self) -> ConnectionSettings: ...

    def password(self) -> str | None: ...


@asynccontextmanager
async def opened(engine: Engine, **limits: float) -> AsyncIterator[Source]:
    found = SourceSettings(**limits)  # type: ignore[arg-type]  # each test gives what its name takes
    source = await OPENERS[engine.kind](await engine.settings(), engine.password(), found)
    try:
        yield source
    finally:
        await source.close()


def create_sql(name: str, columns: Mapping[str, str]) -> str:
    declared = ", ".join(f"{quote_name(column)} {data_type}" for column, data_type in columns.items())
    return f"CREATE TABLE {name} ({declared})"


class Postgres:
    kind, schema, system = ConnectionKind.POSTGRESQL, PUBLIC, "PostgreSQL "

    def __init__(self, database: SourceDatabase) -> None:
        self._database = database

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        name = quote_table(self.schema.child(table))
        values = values_sql(rows)
        inserts = [f"INSERT INTO {name} {values}"] if values else []
        await self._database.run(create_sql(name, columns), *inserts, f"ANALYZE {name}")

    async def drop(self, table: str) -> None:
        await self._database.run(f"DROP TABLE {quote_table(self.schema.child(table))}")

    async def settings(self) -> ConnectionSettings:
        return self._database.settings()

    def password(self) -> str | None:
        return self._database.server.address.password


class MariaDb:
    """A database that is empty to begin with."""

    kind, schema, system = ConnectionKind.MYSQL, Fqn.of("svc", "shop", "shop"), "MariaDB 1"

    def __init__(self, server: MariaDbServer) -> None:
        self.server = server
        server.run("DROP DATABASE IF EXISTS shop", "CREATE DATABASE shop CHARACTER SET utf8mb4")

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        return self.server.run(*statements, database="shop")

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        declared = ", ".join(f"{quote_column(column)} {data_type}" for column, data_type in columns.items())
        values = values_sql(rows)
        inserts = [f"INSERT INTO {quote_column(table)} {values}"] if values else []
        self.run(f"CREATE TABLE {quote_column(table)} ({declared})", *inserts)

    async def drop(self, table: str) -> None:
        self.run(f"DROP TABLE {quote_column(table)}")

    async def settings(self) -> ConnectionSettings:
        return ConnectionSettings(HOST, self.server.port, "shop", OWNER)

    def password(self) -> str | None:
        return OWNER_PASSWORD


class _InFile:
    """A source that has no server, so no password."""

    schema = MAIN

    def __init__(self, folder: Path) -> None:
        self.path = folder / "shop"

    async def settings(self) -> ConnectionSettings:
        return ConnectionSettings(path=str(self.path))

    def password(self) -> str | None:
        return None


class Sqlite(_InFile):
    kind, system = ConnectionKind.SQLITE, "SQLite 3"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with closing(sqlite3.connect(self.path)) as owner:
            owner.execute("VACUUM")

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        with closing(sqlite3.connect(self.path)) as owner, owner:
            owner.execute(create_sql(quote_name(table), columns))
            owner.executemany(f"INSERT INTO {quote_name(table)} VALUES ({', '.join('?' * len(columns))})", rows)

    async def drop(self, table: str) -> None:
        with closing(sqlite3.connect(self.path)) as owner, owner:
            owner.execute(f"DROP TABLE {quote_name(table)}")


class DuckDb(_InFile):
    kind, system = ConnectionKind.DUCKDB, "DuckDB file"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        duckdb.connect(self.path).close()

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        with duckdb.connect(self.path) as owner:
            owner.execute(create_sql(quote_name(table), columns))
            fill(owner, quote_name(table), rows)

    async def drop(self, table: str) -> None:
        raise AssertionError("nobody can drop a table of a DuckDB file that is being read")


class _Folder(_InFile):
    kind, system, ending = ConnectionKind.FILES, "A folder with ", ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path.mkdir()

    def file(self, table: str) -> Path:
        return self.path / f"{table}{self.ending}"

    async def drop(self, table: str) -> None:
        self.file(table).unlink()


class CsvFolder(_Folder):
    ending = ".csv"

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        with self.file(table).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([list(columns), *rows])


class JsonFolder(_Folder):
    ending = ".jsonl"

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        lines = (json.dumps(dict(zip(columns, row, strict=True))) for row in rows)
        self.file(table).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class ParquetFolder(_Folder):
    ending = ".parquet"

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        with duckdb.connect() as owner:
            owner.execute(create_sql("t", columns))
            fill(owner, "t", rows)
            path = str(self.file(table)).replace("'", "''")
            owner.execute(f"COPY t TO '{path}' (FORMAT parquet)")


class InWarehouse:
    """A stand-in for an engine that cannot be had here; it speaks the engine's SQL through the driver's interface."""

    def __init__(self, kind: ConnectionKind, stand_in: StandIn) -> None:
        self.kind, self.system, self._settings = kind, DRIVERS[kind].system, DRIVERS[kind].settings
        self.schema = Fqn.of("svc", "shop", stand_in.schema)
        self.stand_in = stand_in

    async def make(self, table: str, columns: Mapping[str, str], rows: Rows) -> None:
        name = f"shop.{quote_table(self.schema.child(table))}"
        self.stand_in.owner.execute(create_sql(name, columns))
        fill(self.stand_in.owner, name, rows)

    async def drop(self, table: str) -> None:
        self.stand_in.owner.execute(f"DROP TABLE shop.{quote_table(self.schema.child(table))}")

    async def settings(self) -> ConnectionSettings:
        return self._settings

    def password(self) -> str | None:
        return DRIVERS[self.kind].secret


def values_sql(rows: Rows) -> str:
    """Empty for no rows."""
    values = ["(" + ", ".join(map(_literal, row)) + ")" for row in rows]
    return f"VALUES {', '.join(values)}" if values else ""


def fill(owner: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """DuckDB takes a statement a row for `executemany`, which is slow."""
    if values := values_sql(rows):
        owner.execute(f"INSERT INTO {table} {values}")


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
