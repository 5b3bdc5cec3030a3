"""Rows that repeat, and columns that tell rows apart."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from domain.assets.model import FoundTable
from domain.profiles.model import ColumnProfile
from flows.profiling.counts import ROWS, one_row
from flows.sources.base import Copied
from flows.sources.dialect import quote_name


def candidate_keys(table: FoundTable, columns: Sequence[ColumnProfile]) -> tuple[tuple[str, ...], ...]:
    """Declared keys first, then single columns whose values are never null and all different in the rows read.

    A declared unique key whose columns hold nulls does not identify the rows with a null, and is left out.
    """
    never_null = {column.name for column in columns if column.nulls == 0}
    declared = [key for key in (table.primary_key, *table.unique_keys) if key and never_null.issuperset(key)]
    found = [(column.name,) for column in columns if column.is_candidate_key]
    return tuple(dict.fromkeys((*declared, *found)))


def count_duplicate_rows(connection: duckdb.DuckDBPyConnection, copied: Copied) -> int:
    """Rows that repeat an earlier one in every column.

    Only rows whose hash stands more than once are compared value by value: what is kept in memory is the hashes.
    """
    names = ", ".join(quote_name(column.alias) for column in copied.columns)
    repeated = f"SELECT hash({names}) AS h FROM {ROWS} GROUP BY h HAVING count(*) > 1"  # noqa: S608 - quoted names
    suspects = f"SELECT {names} FROM {ROWS} WHERE hash({names}) IN ({repeated})"  # noqa: S608 - quoted names
    (duplicates,) = one_row(
        connection,
        f"WITH suspects AS MATERIALIZED ({suspects}) "  # noqa: S608 - quoted names
        "SELECT (SELECT count(*) FROM suspects) - (SELECT count(*) FROM (SELECT DISTINCT * FROM suspects))",
    )
    return int(duplicates)
