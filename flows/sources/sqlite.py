"""SQLite files as governed sources. Any column may hold any value there, so every value is read as exact text."""

# ruff: noqa: S608 - every name and every value is quoted where it enters the text

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from domain.assets.model import FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable, TableFailed
from flows.sources.base import Row, Source
from flows.sources.dialect import Dialect, quote_name, quote_text
from flows.sources.door import Hope
from flows.sources.duckdb_dialect import DuckDbDialect
from flows.sources.extensions import load_extension
from flows.sources.file_door import FileDoor
from flows.sources.local_files import reach_file
from flows.sources.local_source import open_local
from flows.sources.sqlite_describe import SCHEMA, describe, hope_of

SCANNER = "sqlite_scanner"
_DOOR = "sqlite_file"
_SHOWN_BYTES = 64
"""Of binary values: enough to tell them apart, together with their length."""


async def open_sqlite(settings: ConnectionSettings, password: str | None, limits: SourceSettings) -> Source:
    del password  # a file has none
    return await open_local(SqliteDoor(Path(settings.path), limits.files_folder), limits)


class SqliteDoor(FileDoor):
    dialect: Dialect = DuckDbDialect(is_typed=False)

    def __init__(self, path: Path, allowed: Path | None) -> None:
        self._path = path
        self._allowed = allowed

    @property
    def address(self) -> str:
        return str(self._path)

    def open(self, engine: duckdb.DuckDBPyConnection) -> Sequence[Path]:
        reach_file(self._path, self._allowed)
        load_extension(engine, SCANNER)
        engine.execute("SET GLOBAL sqlite_all_varchar = true")
        try:
            engine.execute(f"ATTACH {quote_text(self.address)} AS {_DOOR} (TYPE sqlite, READ_ONLY)")
            self._ask(engine, "SELECT count(*) FROM sqlite_master")
        except duckdb.Error as error:
            cause = "another process has it locked" if "locked" in str(error) else "it is no SQLite database"
            raise SourceUnreachable(f"{self.address} cannot be reached: {cause}.") from None
        return ()

    def version(self, engine: duckdb.DuckDBPyConnection) -> str:
        return f"SQLite {self._ask(engine, 'SELECT sqlite_version() AS version')[0]['version']}"

    def schemas(self, engine: duckdb.DuckDBPyConnection, *, with_system: bool) -> Sequence[str]:
        del engine, with_system  # every SQLite file has the one
        return [SCHEMA]

    def tables(self, engine: duckdb.DuckDBPyConnection, schema: Fqn, only: str | None) -> Sequence[FoundTable]:
        return describe(lambda sql: self._ask(engine, sql), schema, only)

    def reading(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        names = self._columns(engine, table)
        if schema != SCHEMA or not names:
            raise TableFailed(f"{schema}.{table} does not exist.")
        values = ", ".join(f"{_exact_text(name)} AS {quote_name(name)}" for name in names)
        return self._query(f"SELECT {values} FROM {quote_name(table)}")

    def hopes(self, table: FoundTable) -> Mapping[str, Hope]:
        found = ((column.name, hope_of(column.data_type)) for column in table.columns)
        return {name: hope for name, hope in found if hope is not None}

    def _columns(self, engine: duckdb.DuckDBPyConnection, table: str) -> list[str]:
        rows = self._ask(engine, f"SELECT name FROM pragma_table_xinfo({quote_text(table)}) WHERE hidden <> 1")
        return [row["name"] for row in rows]

    def _ask(self, engine: duckdb.DuckDBPyConnection, sql: str) -> Sequence[Row]:
        answer = engine.execute(self._query(sql))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _query(self, sql: str) -> str:
        return f"SELECT * FROM sqlite_query({quote_text(_DOOR)}, {quote_text(sql)})"


def _exact_text(column: str) -> str:
    """SQLite writes 15 digits of a number, which are not always all of it."""
    name = quote_name(column)
    text = f"CAST({name} AS TEXT)"
    real = f"CASE WHEN CAST({text} AS REAL) = {name} THEN {text} ELSE printf('%!.17g', {name}) END"
    blob = f"'blob:' || length({name}) || ':' || hex(substr({name}, 1, {_SHOWN_BYTES}))"
    return f"CASE typeof({name}) WHEN 'real' THEN {real} WHEN 'blob' THEN {blob} ELSE {text} END"
