"""Copies a PostgreSQL table into DuckDB through DuckDB's own scanner: one binary COPY, one pass over the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind
from flows.sources.dialect import quote_name
from flows.sources.postgres_attachments import Attachments

BLOCK = "block"
_BLOCK = "tableoid::text || split_part(ctid::text, ',', 1)"
"""Of a partitioned table each part counts its blocks from 0."""


@dataclass(frozen=True, slots=True)
class ReadableColumn:
    name: str
    expression: str
    kind: ValueKind


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to copy: what to read of each column, and the FROM clause that picks the rows."""

    columns: tuple[ReadableColumn, ...]
    rows_sql: str
    coverage: Coverage
    limit: int | None
    estimated_rows: int = 0

    @property
    def sql(self) -> str:
        items = [f"{column.expression} AS {alias}" for alias, column in self._aliased()]
        if self.coverage is Coverage.BLOCKS:
            items.append(f"{_BLOCK} AS {BLOCK}")
        if not items:
            items.append("true AS c0")  # a table without columns still has rows to count
        limit = "" if self.limit is None else f" LIMIT {self.limit}"
        return f"SELECT {', '.join(items)} {self.rows_sql}{limit}"

    @property
    def copied_columns(self) -> tuple[CopiedColumn, ...]:
        return tuple(CopiedColumn(column.name, alias, column.kind) for alias, column in self._aliased())

    def _aliased(self) -> list[tuple[str, ReadableColumn]]:
        return [(f"c{position}", column) for position, column in enumerate(self.columns, start=1)]


@dataclass(slots=True)
class PostgresCopy:
    """One copy. `backend` is the server process that reads the rows, while it does: whom to cancel."""

    attachments: Attachments
    engine: duckdb.DuckDBPyConnection
    name: str
    selection: Selection
    backend: int | None = None

    def run(self) -> Copied:
        """Blocks until the rows are here; raises `duckdb.Error`."""
        with self.attachments.transaction(self.engine) as attachment:
            self.backend = attachment.backend
            try:
                self.engine.execute(
                    f"CREATE TABLE {quote_name(self.name)} AS FROM postgres_query(?, ?)",
                    [attachment.name, self.selection.sql],
                )
            finally:
                self.backend = None
        return self._result(attachment.began_at)

    def _count(self) -> int:
        row = self.engine.execute(f"SELECT count(*) FROM {quote_name(self.name)}").fetchone()  # noqa: S608 - quoted
        assert row is not None, "a count has one row"
        return int(row[0])

    def _result(self, observed_at: datetime) -> Copied:
        rows, coverage = self._count(), self.selection.coverage
        if coverage is Coverage.FIRST and rows < (self.selection.limit or 0):
            coverage = Coverage.ALL  # a bounded reading that never met its bound read everything
        population = rows if coverage is Coverage.ALL else max(rows, self.selection.estimated_rows)
        blocks = BLOCK if coverage is Coverage.BLOCKS else None
        return Copied(rows, population, coverage, observed_at, self.selection.copied_columns, blocks)
