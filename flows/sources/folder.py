"""A folder of CSV, Parquet and JSON files as a governed source: a subfolder is a schema, a file is a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import TableFailed
from flows.sources.base import Source
from flows.sources.data_files import Readings
from flows.sources.dialect import Dialect
from flows.sources.duckdb_dialect import DuckDbDialect
from flows.sources.file_door import FileDoor
from flows.sources.file_names import schema_folders, table_files
from flows.sources.local_files import is_inside, reach_folder
from flows.sources.local_source import open_local


async def open_folder(settings: ConnectionSettings, password: str | None, limits: SourceSettings) -> Source:
    del password  # a folder has none
    return await open_local(FolderDoor(Path(settings.path), limits.files_folder), limits)


class FolderDoor(FileDoor):
    dialect: Dialect = DuckDbDialect()

    def __init__(self, root: Path, allowed: Path | None) -> None:
        self._root = root
        self._allowed = allowed
        self._readings = Readings()

    @property
    def address(self) -> str:
        return str(self._root)

    def open(self, engine: duckdb.DuckDBPyConnection) -> Sequence[Path]:
        del engine  # each file is opened when it is read
        reach_folder(self._root, self._allowed)
        return (self._root,)

    def version(self, engine: duckdb.DuckDBPyConnection) -> str:
        del engine
        folders = [folder for folder in schema_folders(self._root).values() if is_inside(folder, self._root)]
        return f"A folder with {sum(len(table_files(folder)) for folder in folders)} data files"

    def schemas(self, engine: duckdb.DuckDBPyConnection, *, with_system: bool) -> Sequence[str]:
        del engine, with_system  # a file system has none of its own
        return sorted(schema_folders(self._root))

    def tables(self, engine: duckdb.DuckDBPyConnection, schema: Fqn, only: str | None) -> Sequence[FoundTable]:
        found = sorted(self._files(schema.name).items())
        return [self._table(engine, schema.child(name), file) for name, file in found if only in {None, name}]

    def reading(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        file = self._files(schema).get(table)
        if file is None:
            raise TableFailed(f"{schema}.{table} does not exist.")
        if not is_inside(file, self._root):
            raise TableFailed(f"{schema}.{table} is a link that leads out of {self.address}.")
        return self._readings.of(engine, file)

    def _files(self, schema: str) -> Mapping[str, Path]:
        folder = schema_folders(self._root).get(schema)
        if folder is None or not is_inside(folder, self._root):
            raise TableFailed(f"There is no folder {schema} in {self.address}.")
        return table_files(folder)

    def _table(self, engine: duckdb.DuckDBPyConnection, fqn: Fqn, file: Path) -> FoundTable:
        """A file that cannot be read is a table without columns: it fails by itself when its rows are asked for."""
        try:
            reading = self.reading(engine, *fqn.parts[-2:])
            found = engine.execute(f"DESCRIBE {reading}").fetchall()
        except (duckdb.Error, TableFailed):
            found = []
        columns = (FoundColumn(row[0], place, row[1], nullable=True) for place, row in enumerate(found, start=1))
        return FoundTable(fqn, AssetType.TABLE, tuple(columns), size_bytes=_size(file))


def _size(file: Path) -> int | None:
    """None for a link that leads nowhere, and for what was removed a moment ago."""
    with suppress(OSError):
        return file.stat().st_size
    return None
