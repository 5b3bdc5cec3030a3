"""Copies a PostgreSQL table into DuckDB through DuckDB's own scanner: one binary COPY, one pass over the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import duckdb

from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind
from flows.sources.dialect import quote_name, quote_text
from flows.sources.extensions import load_extension
from flows.sources.postgres_session import NOTICE_OUR_END, PostgresLogin

SCANNER = "postgres_scanner"
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

    login: PostgresLogin
    engine: duckdb.DuckDBPyConnection
    name: str
    selection: Selection
    backend: int | None = None
    _door: str = field(default_factory=lambda: f"source_{uuid4().hex}")

    def run(self) -> Copied:
        """Blocks until the rows are here; raises `duckdb.Error`."""
        load_extension(self.engine, SCANNER)
        self.engine.execute(f"CREATE SECRET {self._door} (TYPE postgres, {self.login.duckdb_secret()})")
        try:
            options = quote_text(self.login.libpq_options())
            self.engine.execute(f"ATTACH {options} AS {self._door} (TYPE postgres, SECRET {self._door}, READ_ONLY)")
            return self._copy()
        finally:
            self._close()

    def _copy(self) -> Copied:
        self.engine.execute("BEGIN")  # one transaction is one backend, so the one asked here is the one that copies
        try:
            self.backend, observed_at = self._greet()
            self.engine.execute(
                f"CREATE TEMP TABLE {quote_name(self.name)} AS FROM postgres_query(?, ?)",
                [self._door, self.selection.sql],
            )
            self.engine.execute("COMMIT")
        except duckdb.Error:
            self.backend = None
            self.engine.execute("ROLLBACK")
            raise
        self.backend = None
        return self._result(observed_at)

    def _greet(self) -> tuple[int, datetime]:
        question = (
            "SELECT pg_backend_pid() AS backend, clock_timestamp() AT TIME ZONE 'UTC' AS observed_at, "
            f"({NOTICE_OUR_END}) AS notices"
        )
        row = self.engine.execute("FROM postgres_query(?, ?)", [self._door, question]).fetchone()
        assert row is not None, "the question has one answer"
        return int(row[0]), row[1].replace(tzinfo=UTC)

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

    def _close(self) -> None:
        for statement in (f"DETACH DATABASE IF EXISTS {self._door}", f"DROP SECRET IF EXISTS {self._door}"):
            self.engine.execute(statement)
