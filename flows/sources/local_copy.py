"""Copies a table from a source's own DuckDB into the one that measures: through a file, so that neither sees the
other's tables, settings or extensions.
"""

# ruff: noqa: S608 - every name is quoted, every path a parameter or ours

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from domain.assets.model import FoundTable
from domain.clock import utc_now
from flows.sources.base import Copied, CopiedColumn, Coverage, Sample
from flows.sources.dialect import quote_name, quote_text
from flows.sources.door import Door, Selected
from flows.sources.duckdb_types import reading_of
from flows.sources.narrowing import narrow

_ROWS_AT_ONCE = 20_480
"""Rows of all columns that are held in memory while they are written."""


@dataclass(frozen=True, slots=True)
class Written:
    file: Path
    columns: tuple[CopiedColumn, ...]
    selected: Selected
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """One copy in two steps, `write` with the source's engine and `read` with the one that measures."""

    door: Door
    table: FoundTable
    sample: Sample | None
    folder: Path

    def write(self, engine: duckdb.DuckDBPyConnection) -> Written:
        selected = self._select(engine)
        found = engine.execute(f"SELECT column_name, column_type FROM (DESCRIBE {selected.sql})").fetchall()
        read = [(f"c{place}", name, *reading_of(name, data_type)) for place, (name, data_type) in enumerate(found, 1)]
        items = ", ".join(f"{expression} AS {alias}" for alias, _, expression, _ in read)
        file = self.folder / f"{uuid4().hex}.parquet"
        observed_at = utc_now()
        engine.execute(
            f"COPY (SELECT {items} FROM ({selected.sql})) TO {quote_text(str(file))} "
            f"(FORMAT parquet, ROW_GROUP_SIZE {_ROWS_AT_ONCE})"
        )
        columns = tuple(CopiedColumn(name, alias, kind) for alias, name, _, kind in read)
        return Written(file, columns, selected, observed_at)

    def read(self, engine: duckdb.DuckDBPyConnection, name: str, written: Written) -> Copied:
        rows_sql = f"read_parquet({quote_text(str(written.file))})"
        narrowed = narrow(engine, rows_sql, written.columns, self.door.hopes(self.table))
        items = ", ".join(f"{one.expression} AS {one.column.alias}" for one in narrowed)
        engine.execute(f"CREATE TABLE {quote_name(name)} AS SELECT {items} FROM {rows_sql}")
        rows = _count(engine, f"FROM {quote_name(name)}")
        population = written.selected.population
        return Copied(
            rows,
            rows if population is None else population,
            written.selected.coverage,
            written.observed_at,
            tuple(one.column for one in narrowed),
        )

    def _select(self, engine: duckdb.DuckDBPyConnection) -> Selected:
        reading = self.door.reading(engine, *self.table.fqn.parts[-2:])
        if self.sample is None:
            return Selected(reading, Coverage.ALL)
        return self.door.selection(engine, reading, self.table, self.sample)


@contextmanager
def removed_afterwards(written: Written) -> Iterator[None]:
    try:
        yield
    finally:
        written.file.unlink(missing_ok=True)


def _count(engine: duckdb.DuckDBPyConnection, rows: str) -> int:
    row = engine.execute(f"SELECT count(*) {rows}").fetchone()
    assert row is not None, "a count has one row"
    return int(row[0])
