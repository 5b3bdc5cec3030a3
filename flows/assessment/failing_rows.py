"""A bounded sample of failing rows, shown by primary key and never by value."""
# ruff: noqa: S608 - every name and every value is quoted where it enters the text

from collections.abc import Mapping

from domain.assets.model import FoundTable
from flows.failures import TableFailed
from flows.sources.base import Source
from flows.sources.dialect import quote_name

MOST_KEYS = 20
MASK = "•••"
"""Stands for a personal key: the same for every value, so nothing leads back to it."""


async def failing_keys(
    source: Source, table: FoundTable, failing_rows_sql: str, masked_columns: frozenset[str]
) -> tuple[Mapping[str, str], ...]:
    """Empty for a table without a primary key. The count stands even when the rows cannot be read a second time."""
    if not table.primary_key:
        return ()
    try:
        rows = await source.fetch(_sample_sql(table.primary_key, failing_rows_sql, masked_columns))
    except TableFailed:
        return ()
    return tuple(dict(zip(table.primary_key, row.values(), strict=True)) for row in rows)


def _sample_sql(key: tuple[str, ...], failing_rows_sql: str, masked_columns: frozenset[str]) -> str:
    """Personal keys are masked in the source already: they never travel."""
    shown = (
        f"'{MASK}' AS key_{place}" if name in masked_columns else f"{quote_name(name)}::text AS key_{place}"
        for place, name in enumerate(key)
    )
    order = ", ".join(quote_name(name) for name in key)
    return f"SELECT {', '.join(shown)} FROM ({failing_rows_sql}) AS failing ORDER BY {order} LIMIT {MOST_KEYS}"
