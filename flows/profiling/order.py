"""Whether values rise or fall when the rows are put in the order of the primary key."""

# ruff: noqa: S608 - quoted names and expressions of this module

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from domain.assets.model import FoundTable
from domain.profiles.model import ValueOrder
from flows.profiling.counts import ROWS, one_row
from flows.sources.base import Copied, CopiedColumn, ValueKind
from flows.sources.dialect import quote_name

PROBED_ROWS = 1000
"""An order that few rows do not have, all of them do not have either: most columns need no sorting of the table."""

COLUMNS_AT_ONCE = 100
"""Each takes two windows over the rows, and they stand in memory together."""

_ORDERED = (ValueKind.NUMBER, ValueKind.MOMENT)
_PROBED = f"(SELECT * FROM {ROWS} LIMIT {PROBED_ROWS})"


def value_orders(
    connection: duckdb.DuckDBPyConnection, table: FoundTable, copied: Copied
) -> Mapping[str, ValueOrder | None]:
    """By the names of the columns; None for those with fewer than two values. Without a key nothing is ordered."""
    compared = compared_values(connection, copied)
    if not table.primary_key or not compared.keys() >= set(table.primary_key):
        return {}
    by_key = f"ORDER BY {', '.join(compared[name] for name in table.primary_key)}"
    columns = {
        column.name: compared[column.name]
        for column in copied.columns
        if column.kind in _ORDERED and column.name not in table.primary_key
    }
    found = _orders(connection, _PROBED, by_key, columns)
    if copied.rows > PROBED_ROWS:
        undecided = {name: value for name, value in columns.items() if found[name] is not ValueOrder.NONE}
        found |= _orders(connection, ROWS, by_key, undecided)
    return found


def compared_values(connection: duckdb.DuckDBPyConnection, copied: Copied) -> dict[str, str]:
    """An expression for each column's values; numbers that are spelled as text are compared as doubles."""
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {ROWS})").fetchall())
    return {column.name: _expression(column, types[column.alias]) for column in copied.columns}


def _expression(column: CopiedColumn, data_type: str) -> str:
    name = quote_name(column.alias)
    is_spelled = column.kind is ValueKind.NUMBER and data_type == "VARCHAR"
    return f"TRY_CAST({name} AS DOUBLE)" if is_spelled else name


def _orders(
    connection: duckdb.DuckDBPyConnection, rows: str, by_key: str, columns: Mapping[str, str]
) -> dict[str, ValueOrder | None]:
    """Of values, as expressions under the names of their columns."""
    found: dict[str, ValueOrder | None] = {}
    names = list(columns)
    for begin in range(0, len(names), COLUMNS_AT_ONCE):
        some = {name: columns[name] for name in names[begin : begin + COLUMNS_AT_ONCE]}
        found |= _orders_of_some(connection, rows, by_key, some)
    return found


def _orders_of_some(
    connection: duckdb.DuckDBPyConnection, rows: str, by_key: str, columns: Mapping[str, str]
) -> dict[str, ValueOrder | None]:
    pairs = ", ".join(
        f"{value} AS value_{place}, lag({value} IGNORE NULLS) OVER ({by_key}) AS before_{place}"
        for place, value in enumerate(columns.values())
    )
    questions = ", ".join(
        f"bool_and(value_{place} {comparison} before_{place})"
        for place in range(len(columns))
        for comparison in (">=", "<=", "<>")
    )
    answers = iter(one_row(connection, f"SELECT {questions} FROM (SELECT {pairs} FROM {rows})"))
    return {name: _order(next(answers), next(answers), next(answers)) for name in columns}


def _order(rises: bool | None, falls: bool | None, differs: bool | None) -> ValueOrder | None:
    if rises is None:
        return None
    match rises, falls:
        case True, True:
            return ValueOrder.CONSTANT
        case True, False:
            return ValueOrder.ASCENDING if differs else ValueOrder.NOT_DESCENDING
        case False, True:
            return ValueOrder.DESCENDING if differs else ValueOrder.NOT_ASCENDING
        case _:
            return ValueOrder.NONE
