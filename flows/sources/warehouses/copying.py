"""A table's rows, or a sample of them, streamed from a warehouse into the engine that measures, batch by batch."""

# ruff: noqa: S608 - aliases are ours, names are quoted

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import duckdb
from sqlglot import exp

from domain.assets.model import AssetType, FoundTable
from domain.clock import utc_now
from flows.sources.base import Copied, CopiedColumn, Coverage, Sample
from flows.sources.dialect import quote_name
from flows.sources.duckdb_types import reading_of
from flows.sources.warehouses.statements import checked, reading, written
from flows.sources.warehouses.warehouse import Sampling, Session, Warehouse

_ALL_ROWS = Sampling("", Coverage.ALL, is_repeatable=True)
_FIRST_ROWS = Sampling("", Coverage.FIRST, is_repeatable=False)
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class WarehouseCopy:
    warehouse: Warehouse
    table: FoundTable
    sample: Sample | None

    def into(self, engine: duckdb.DuckDBPyConnection, name: str, session: Session) -> Copied:
        population = self._population(session)
        drawn = self._drawn(population)
        columns = self._columns()
        observed_at = utc_now()
        rows = self._take(engine, name, session, self._statement(columns, drawn, population))
        return Copied(
            rows=rows,
            population=rows if population is None or drawn.coverage is Coverage.ALL else max(rows, population),
            coverage=drawn.coverage,
            observed_at=observed_at,
            columns=columns,
            is_repeatable=drawn.is_repeatable,
        )

    def _population(self, session: Session) -> int | None:
        """Rows of the whole table: asked only when part of it is to be read."""
        if self.sample is None:
            return None
        counted = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n", quoted=True)).from_(self._table())
        batches = session.rows(checked(written(counted, self.warehouse.dialect), self.warehouse.dialect))
        return int(batches.read_all().column(0)[0].as_py())

    def _drawn(self, population: int | None) -> Sampling:
        if self.sample is None or population is None or population <= self.sample.rows:
            return _ALL_ROWS
        return _FIRST_ROWS if self.table.type is AssetType.VIEW else self.warehouse.sampling

    def _columns(self) -> tuple[CopiedColumn, ...]:
        return tuple(
            CopiedColumn(column.name, f"c{place}", self.warehouse.type_of(column.data_type).kind)
            for place, column in enumerate(self.table.columns, 1)
        )

    def _statement(self, columns: tuple[CopiedColumn, ...], drawn: Sampling, population: int | None) -> str:
        dialect = self.warehouse.dialect
        selected = exp.select(*(self._selected(column) for column in columns)).from_(self._table())
        if self.sample is not None and drawn.coverage is Coverage.FIRST:
            selected = selected.limit(self.sample.rows)
        sql = written(selected, dialect)
        if self.sample is not None and population is not None and drawn.clause:
            percent = f"{100 * self.sample.rows / population:.6f}"
            clause = drawn.clause.format(percent=percent, seed=self.sample.seed % _SEEDS)
            sql = f"{sql} {'WHERE ' if drawn.is_condition else ''}{clause}"
        return checked(sql, dialect)

    def _selected(self, column: CopiedColumn) -> exp.Expr:
        declared = self.table.column(column.name).data_type
        expression = reading(self.warehouse.type_of(declared).reading, column.name, self.warehouse.dialect)
        return exp.alias_(expression, column.alias, quoted=True)

    def _table(self) -> exp.Table:
        database, schema, name = self.table.fqn.parts[-3:]
        return exp.table_(name, db=schema, catalog=database, quoted=True)

    def _take(self, engine: duckdb.DuckDBPyConnection, name: str, session: Session, sql: str) -> int:
        """Whatever the driver made of a value, it leaves as all sources give it."""
        batches = session.rows(sql)
        stream = f"stream_{uuid4().hex}"
        engine.register(stream, batches)
        try:
            found = engine.execute(f"SELECT column_name, column_type FROM (DESCRIBE {stream})").fetchall()
            items = ", ".join(f"{reading_of(alias, data_type)[0]} AS {alias}" for alias, data_type in found)
            engine.execute(f"CREATE TABLE {quote_name(name)} AS SELECT {items} FROM {stream}")
        finally:
            engine.unregister(stream)
        counted = engine.execute(f"SELECT count(*) FROM {quote_name(name)}").fetchone()
        assert counted is not None, "a count has one row"
        return int(counted[0])
