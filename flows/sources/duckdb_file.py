"""DuckDB files as governed sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from domain.assets.model import FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable
from flows.sources.base import Source
from flows.sources.dialect import Dialect, quote_text
from flows.sources.duckdb_describe import describe, schema_names
from flows.sources.duckdb_dialect import DuckDbDialect
from flows.sources.file_door import FileDoor
from flows.sources.local_files import in_schema, reach_file
from flows.sources.local_source import open_local

_DOOR = "duckdb_file"


async def open_duckdb(settings: ConnectionSettings, password: str | None, limits: SourceSettings) -> Source:
    del password  # a file has none
    return await open_local(DuckDbDoor(Path(settings.path), limits.files_folder), limits)


class DuckDbDoor(FileDoor):
    dialect: Dialect = DuckDbDialect()

    def __init__(self, path: Path, allowed: Path | None) -> None:
        self._path = path
        self._allowed = allowed

    @property
    def address(self) -> str:
        return str(self._path)

    def open(self, engine: duckdb.DuckDBPyConnection) -> Sequence[Path]:
        reach_file(self._path, self._allowed)
        try:
            engine.execute(f"ATTACH {quote_text(self.address)} AS {_DOOR} (READ_ONLY)")
        except duckdb.Error as error:
            raise SourceUnreachable(f"{self.address} cannot be reached: {_why(error)}.") from None
        return ()

    def version(self, engine: duckdb.DuckDBPyConnection) -> str:
        row = engine.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = ?", [_DOOR]
        ).fetchone()
        return f"DuckDB file, storage {row[0]}" if row and row[0] else "DuckDB file"

    def schemas(self, engine: duckdb.DuckDBPyConnection, *, with_system: bool) -> Sequence[str]:
        return schema_names(engine, _DOOR, with_system=with_system)

    def tables(self, engine: duckdb.DuckDBPyConnection, schema: Fqn, only: str | None) -> Sequence[FoundTable]:
        return describe(engine, _DOOR, schema, only)

    def reading(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        del engine
        return f"SELECT * FROM {in_schema(_DOOR, schema, table)}"  # noqa: S608 - quoted


def _why(error: duckdb.Error) -> str:
    if "lock" in str(error):
        return "another process has it open for writing"
    return "it is no DuckDB database, or one that this version of Assay cannot read"
