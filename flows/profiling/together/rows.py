"""The rows and columns that are compared with each other: few enough for all pairs, chosen the same way each time."""

# ruff: noqa: S608 - quoted names, numbers and expressions of this package

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb

from domain.profiles.model import ColumnProfile, Method, Reading
from flows.profiling.counts import ROWS, one_row
from flows.profiling.order import compared_values
from flows.sources.base import Copied, CopiedColumn, ValueKind
from flows.sources.dialect import quote_name

COMPARED = "compared_rows"
MOST_ROWS = 100_000
"""A larger copy is sampled: shares are then good to half a percent, and cost the same for every larger table."""
MOST_COLUMNS = 20
"""For each question; that makes 190 pairs."""
FEWEST_ROWS = 20
"""Fewer rows agree by chance."""
PROBED_ROWS = 1_000
Probe = Mapping[str, Sequence[int | None]]
"""The keys of columns, under their names, in the same rows."""

_PARTS = 1_000_000
_AT_RANDOM = "ORDER BY hash(rowid)"


@dataclass(frozen=True, slots=True)
class ComparedColumn:
    copied: CopiedColumn
    profile: ColumnProfile
    place: int
    """In the copy."""

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def value(self) -> str:
        """Of numbers and moments: what compares as the source's values do; null where a number is not finite."""
        return f"v{self.place}"

    @property
    def key(self) -> str:
        """A hash of the value; null where there is none."""
        return f"h{self.place}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The first columns that suit a question, in the table's order, and how many more there are."""

    columns: tuple[ComparedColumn, ...] = ()
    left_out: int = 0

    @property
    def reason(self) -> str | None:
        """Why something was left out; None when nothing was."""
        if not self.left_out:
            return None
        count = len(self.columns)
        return f"Compared were the first {count} of {count + self.left_out:,} columns that come into question."


def choose(columns: Iterable[ComparedColumn], suits: Callable[[ComparedColumn], bool]) -> Chosen:
    suiting = (column for column in columns if suits(column))
    return Chosen(tuple(islice(suiting, MOST_COLUMNS)), sum(1 for _ in suiting))


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """They stand in the temporary table `compared_rows`, with the columns that were asked for."""

    connection: duckdb.DuckDBPyConnection
    reading: Reading

    @property
    def count(self) -> int:
        return self.reading.rows_read

    def measure(self, expressions: Sequence[str], of: str = COMPARED) -> tuple[Any, ...]:  # of whatever types they have
        return one_row(self.connection, f"SELECT {', '.join(expressions)} FROM {of}") if expressions else ()

    def counts(self, conditions: Sequence[str]) -> list[int]:
        """In how many rows each condition is true."""
        return [count or 0 for count in self.measure([f"sum(({condition})::UTINYINT)" for condition in conditions])]

    def probe(self, columns: Sequence[ComparedColumn]) -> Probe:
        return self._keys(columns, f"{_AT_RANDOM} LIMIT {PROBED_ROWS}")

    def groups(self, by: ComparedColumn, columns: Sequence[ComparedColumn]) -> Probe:
        """All rows of some values of a column, about as many as are probed."""
        one_in = max(self.count // PROBED_ROWS, 1)
        return self._keys(columns, f"WHERE {by.key} % {one_in} = 0 LIMIT {2 * PROBED_ROWS}")

    def _keys(self, columns: Sequence[ComparedColumn], chosen: str) -> Probe:
        key_of = {column.name: column.key for column in columns}
        if not key_of:
            return {}
        rows = self.connection.execute(f"SELECT {', '.join(key_of.values())} FROM {COMPARED} {chosen}").fetchall()
        return dict(zip(key_of, zip(*rows, strict=True) if rows else [()] * len(key_of), strict=True))


def some_rows(expressions: Sequence[str], limit: int) -> str:
    """A relation of expressions over rows at random."""
    return f"(SELECT {', '.join(expressions)} FROM {COMPARED} {_AT_RANDOM} LIMIT {limit})"


def read_compared(
    connection: duckdb.DuckDBPyConnection,
    copied: Copied,
    reading: Reading,
    seed: int,
    *,
    values: Iterable[ComparedColumn],
    keys: Iterable[ComparedColumn],
) -> ComparedRows:
    """Replaces the rows compared before."""
    compared = compared_values(connection, copied)
    selected = {column.value: _value(compared[column.name], column) for column in values}
    selected |= {column.key: _key(quote_name(column.copied.alias)) for column in keys}
    named = ", ".join(f"{expression} AS {name}" for name, expression in selected.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {COMPARED} AS SELECT {named} FROM {ROWS} {_sampled(copied, seed)}"
    )
    if copied.rows <= MOST_ROWS:
        return ComparedRows(connection, reading)
    (count,) = one_row(connection, f"SELECT count(*) FROM {COMPARED}")
    return ComparedRows(connection, Reading(Method.SAMPLED, count, copied.population, seed))


def _value(expression: str, column: ComparedColumn) -> str:
    if column.copied.kind is ValueKind.NUMBER:
        return f"if(isfinite(({expression})::DOUBLE), {expression}, NULL)"
    return expression


def _key(name: str) -> str:
    return f"if({name} IS NULL, NULL, hash({name}))"


def _sampled(copied: Copied, seed: int) -> str:
    if copied.rows <= MOST_ROWS:
        return ""
    return f"WHERE hash(rowid, {seed}) % {_PARTS} < {MOST_ROWS * _PARTS // copied.rows}"
