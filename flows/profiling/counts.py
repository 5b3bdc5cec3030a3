"""The value counts of one column: each distinct value once, with its number of rows. All facts are computed on them."""

# ruff: noqa: S608 - what is put together here are expressions of this package and quoted names; values are parameters

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

import duckdb

from domain.profiles.model import ValueCount
from flows.sources.dialect import quote_name

ROWS = "rows_read"
COUNTS = "value_counts"
TOP_VALUES = 10
LONGEST_SHOWN = 200
"""Characters of a frequent value or shape that are kept."""


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """They stand in the temporary table `value_counts` with the columns `value` (never null) and `n`."""

    connection: duckdb.DuckDBPyConnection
    alias: str
    """The column in the copied rows."""
    non_null: int
    distinct: int
    unique_once: int
    entropy: float
    """In bits."""

    def measure(
        self, *expressions: str, of: str = COUNTS, parameters: Sequence[object] = ()
    ) -> tuple[Any, ...]:  # of whatever types the expressions have
        """The values of aggregate expressions over the counts (or over another relation made of them)."""
        return one_row(self.connection, f"SELECT {', '.join(expressions)} FROM {of}", parameters)

    def groups(
        self, by: str, *expressions: str, of: str = COUNTS, parameters: Sequence[object] = ()
    ) -> list[tuple[Any, ...]]:  # likewise
        """Aggregate expressions for each value of `by`, in its order."""
        grouped = f"SELECT {by} AS key, {', '.join(expressions)} FROM {of} GROUP BY key ORDER BY key"
        return self.connection.execute(grouped, list(parameters)).fetchall()

    def rows_by(self, expression: str, of: str = COUNTS) -> dict[Any, int]:  # of whatever type the expression has
        """The number of rows for each value of an expression."""
        return dict(self.groups(expression, "sum(n)::BIGINT", of=of))

    def some(self, conditions: Mapping[str, str]) -> set[str]:
        """The names of the conditions that at least one value fulfils."""
        found = self.measure(*(f"bool_or({condition})" for condition in conditions.values()))
        return {name for name, holds in zip(conditions, found, strict=True) if holds}

    def values(self, length: int, one_in: int) -> list[tuple[str, int]]:
        """Text values up to a length, with their rows; about one in so many, the same ones each time."""
        chosen = f"SELECT left(value, {length}), n FROM {COUNTS} WHERE hash(value) % {one_in} = 0"
        return self.connection.execute(chosen).fetchall()

    def top(self) -> tuple[ValueCount, ...]:
        """The most frequent values; among equally frequent ones the smaller first, so that the order is stable."""
        shown = self.connection.execute(
            f"SELECT left(value::VARCHAR, {LONGEST_SHOWN}), n FROM {COUNTS} ORDER BY n DESC, value LIMIT {TOP_VALUES}"
        ).fetchall()
        return tuple(ValueCount(value, count, count / self.non_null) for value, count in shown)


def count_values(connection: duckdb.DuckDBPyConnection, alias: str) -> ValueCounts:
    """Replaces the counts of the column before."""
    column = quote_name(alias)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {COUNTS} AS "
        f"SELECT {column} AS value, count(*) AS n FROM {ROWS} WHERE {column} IS NOT NULL GROUP BY value"
    )
    totals = f"SELECT {rows_where('true')}, count(*), count(*) FILTER (n = 1), fsum(n * log2(n)) FROM {COUNTS}"
    non_null, distinct, unique_once, weighed = one_row(connection, totals)
    entropy = math.log2(non_null) - weighed / non_null if non_null else 0.0
    return ValueCounts(connection, alias, non_null, distinct, unique_once, max(entropy, 0.0))


def most_frequent(rows_of: Mapping[str, int], of: int) -> tuple[ValueCount, ...]:
    """The first ones by their number of rows, which is a share `of` all; among equals the smaller first."""
    most = nsmallest(TOP_VALUES, rows_of.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ValueCount(value, rows, rows / of) for value, rows in most)


def rows_where(condition: str) -> str:
    """The aggregate that counts the rows whose value fulfils the condition."""
    return f"coalesce(sum(n) FILTER ({condition}), 0)::BIGINT"


def one_row(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
) -> tuple[Any, ...]:  # of whatever types the statement gives
    found = connection.execute(sql, list(parameters)).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    return tuple(found)
