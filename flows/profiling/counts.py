"""The value counts of columns: each distinct value once, with its number of rows. All facts are computed on them.

Planning a statement takes DuckDB longer than counting a few thousand values, so columns of one kind are measured
together as long as they are small: every statement is about all columns of a batch, and answers for each.
"""

# ruff: noqa: S608 - what is put together here are expressions of this package and quoted names; values are parameters

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

import duckdb

from domain.profiles.model import ValueCount
from flows.sources.base import Copied, CopiedColumn, ValueKind
from flows.sources.dialect import quote_name

ROWS = "rows_read"
COUNTS = "value_counts"
TOP_VALUES = 10
LONGEST_SHOWN = 200
"""Characters of a frequent value or shape that are kept."""

CELLS_AT_ONCE = 100_000
"""Rows times columns of a batch. Above, a column has so many values that planning its statements is no part of it."""
MOST_AT_ONCE = 50

_UNDERSTOOD: Mapping[ValueKind, str] = {
    ValueKind.NUMBER: "TRY_CAST(value AS DOUBLE) AS v",
    ValueKind.MOMENT: "TRY_CAST(value AS TIMESTAMP) AS moment",
}
"""What the facts of a kind are computed on, beside the value itself."""
_IN_ORDER: Mapping[ValueKind, str] = {ValueKind.NUMBER: "v, value", ValueKind.MOMENT: "moment, value"}

Answer = tuple[Any, ...]  # of whatever types the expressions have


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values one column has."""

    non_null: int
    distinct: int
    unique_once: int
    entropy: float
    """In bits."""


NOTHING = Counted(0, 0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """Of columns of one kind. They stand in the temporary table `value_counts`: `place` of the column, `value` (never
    null), `n`, and for numbers `v`, a double, for moments `moment`, a time stamp.
    """

    connection: duckdb.DuckDBPyConnection
    columns: tuple[CopiedColumn, ...]
    of: Mapping[int, Counted]
    """By the places of the columns that have a value."""

    @property
    def kind(self) -> ValueKind:
        return self.columns[0].kind

    def measure(self, *expressions: str, of: str = COUNTS, parameters: Sequence[object] = ()) -> dict[int, Answer]:
        """Aggregates over the values (or over another relation made of them) of each column that has any."""
        grouped = f"SELECT place, {', '.join(expressions)} FROM {of} GROUP BY place"
        return {place: tuple(found) for place, *found in self.connection.execute(grouped, list(parameters)).fetchall()}

    def groups(
        self, by: str, *expressions: str, of: str = COUNTS, parameters: Sequence[object] = ()
    ) -> dict[int, list[Answer]]:
        """For each column, the aggregates for each value of `by`, in its order."""
        grouped = f"SELECT place, {by} AS key, {', '.join(expressions)} FROM {of} GROUP BY ALL ORDER BY key"
        found: dict[int, list[Answer]] = {place: [] for place in self.of}
        for place, *answer in self.connection.execute(grouped, list(parameters)).fetchall():
            found[place].append(tuple(answer))
        return found

    def rows_by(self, expression: str, of: str = COUNTS) -> dict[int, dict[Any, int]]:  # of whatever type it has
        """For each column, the number of rows for each value of an expression."""
        return {place: dict(found) for place, found in self.groups(expression, "sum(n)::BIGINT", of=of).items()}

    def some(self, conditions: Mapping[str, str]) -> set[str]:
        """The names of the conditions that at least one value of some column fulfils."""
        asked = ", ".join(f"bool_or({condition})" for condition in conditions.values())
        found = one_row(self.connection, f"SELECT {asked} FROM {COUNTS}")
        return {name for name, holds in zip(conditions, found, strict=True) if holds}

    def values(self, length: int, one_in: Mapping[int, int]) -> list[tuple[int, str, int]]:
        """Places, text values up to a length, and their rows; about one in so many of a column's, always the same."""
        chosen = f"SELECT place, left(value, {length}), n FROM {COUNTS} WHERE hash(value) % {given(1)}::UBIGINT = 0"
        return self.connection.execute(chosen, [self.by_place(one_in)]).fetchall()

    def by_place(self, numbers: Mapping[int, float]) -> str:
        """As a parameter for `given`."""
        return as_parameter(numbers.get(place) for place in range(len(self.columns)))

    def top(self) -> dict[int, tuple[ValueCount, ...]]:
        """The most frequent values; among equally frequent ones the smaller first, so that the order is stable."""
        order = f"n DESC, {_IN_ORDER.get(self.kind, 'value')}"
        first_of_each = " UNION ALL ".join(
            f"(FROM {COUNTS} WHERE place = {place} ORDER BY {order} LIMIT {TOP_VALUES})" for place in self.of
        )
        found: dict[int, list[ValueCount]] = {place: [] for place in self.of}
        if found:
            shown = (
                f"SELECT place, left(value::VARCHAR, {LONGEST_SHOWN}), n FROM ({first_of_each}) ORDER BY place, {order}"
            )
            for place, value, count in self.connection.execute(shown).fetchall():
                found[place].append(ValueCount(value, count, count / self.of[place].non_null))
        return {place: tuple(values) for place, values in found.items()}


def batches(copied: Copied) -> list[tuple[CopiedColumn, ...]]:
    """The columns that are measured at once, in the order of their first ones."""
    at_once = min(max(CELLS_AT_ONCE // max(copied.rows, 1), 1), MOST_AT_ONCE)
    of_kind: dict[ValueKind, list[CopiedColumn]] = {}
    for column in copied.columns:
        of_kind.setdefault(column.kind, []).append(column)
    found = [
        tuple(columns[begin : begin + at_once])
        for columns in of_kind.values()
        for begin in range(0, len(columns), at_once)
    ]
    places = {column.alias: place for place, column in enumerate(copied.columns)}
    return sorted(found, key=lambda batch: places[batch[0].alias])


def count_values(connection: duckdb.DuckDBPyConnection, columns: Sequence[CopiedColumn]) -> ValueCounts:
    """Of columns of one kind; replaces the counts of the columns before."""
    all_counts = " UNION ALL ".join(_counts_of_one(columns, place) for place in range(len(columns)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {COUNTS} AS {all_counts}")
    totals = "sum(n)::BIGINT, count(*), count(*) FILTER (n = 1), fsum(n * log2(n))"
    found = connection.execute(f"SELECT place, {totals} FROM {COUNTS} GROUP BY place").fetchall()
    return ValueCounts(connection, tuple(columns), {place: _counted(*counts) for place, *counts in found})


def _counted(non_null: int, distinct: int, unique_once: int, weighed: float) -> Counted:
    return Counted(non_null, distinct, unique_once, max(math.log2(non_null) - weighed / non_null, 0.0))


def _counts_of_one(columns: Sequence[CopiedColumn], place: int) -> str:
    """Values of several columns stand together as texts, since a number of one type may not be one of another."""
    column, kind = quote_name(columns[place].alias), columns[place].kind
    grouped = f"SELECT {column} AS value, count(*) AS n FROM {ROWS} WHERE {column} IS NOT NULL GROUP BY value"
    as_text = " REPLACE (value::VARCHAR AS value)" if len(columns) > 1 and kind in _UNDERSTOOD else ""
    return f"SELECT {place}::INTEGER AS place, *{as_text} FROM {understood(kind, f'({grouped})')}"


def understood(kind: ValueKind, counts: str) -> str:
    """The relation with its values as doubles `v` or as time stamps `moment` beside them, if they are such."""
    return f"(SELECT *, {_UNDERSTOOD[kind]} FROM {counts})" if kind in _UNDERSTOOD else counts


def given(parameter: int) -> str:
    """That of the value's column among the numbers that a parameter holds for each place."""
    return f"{numbers_in(parameter)}[place + 1]"


def as_parameter(numbers: Iterable[float | None]) -> str:
    """DuckDB takes a list of Python's for a parameter, too, but as long for each number as for a small statement."""
    return f"[{', '.join('NULL' if number is None else repr(number) for number in numbers)}]"


def numbers_in(parameter: int) -> str:
    return f"CAST(${parameter} AS DOUBLE[])"


def most_frequent(rows_of: Mapping[str, int], of: int) -> tuple[ValueCount, ...]:
    """The first ones by their number of rows, which is a share `of` all; among equals the smaller first."""
    most = nsmallest(TOP_VALUES, rows_of.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ValueCount(value, rows, rows / of) for value, rows in most)


def rows_where(condition: str) -> str:
    """The aggregate that counts the rows whose value fulfils the condition."""
    return f"coalesce(sum(n) FILTER ({condition}), 0)::BIGINT"


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> Answer:
    found = connection.execute(sql, list(parameters)).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    return tuple(found)
