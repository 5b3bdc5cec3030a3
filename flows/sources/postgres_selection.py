"""Which rows of a PostgreSQL table a copy reads, and how each column is spelled."""

from __future__ import annotations

import asyncpg

from domain.assets.model import FoundTable
from flows.failures import TableFailed
from flows.sources import postgres_catalogue as catalogue
from flows.sources.base import Coverage, Sample
from flows.sources.dialect import quote_table
from flows.sources.postgres_copy import ReadableColumn, Selection
from flows.sources.postgres_estimates import planned_rows
from flows.sources.postgres_types import reading_of

_SAMPLED_BY_BLOCK = frozenset({"r", "p", "m"})
_MIN_BLOCKS = 30
_SLACK = 2
ALL_BLOCKS = 100.0


async def select_rows(connection: asyncpg.Connection, table: FoundTable, sample: Sample | None) -> Selection:
    relation = await connection.fetchrow(catalogue.RELATION, table.fqn.parts[-2], table.fqn.name)
    if relation is None:
        raise TableFailed(f"{table.fqn} does not exist.")
    found = await connection.fetch(catalogue.READABLE_COLUMNS, relation["oid"])
    columns = tuple(_column(row, has_long_values=relation["has_long_values"]) for row in found)
    rows_sql = f"FROM {quote_table(table.fqn)}"
    if sample is None:
        return Selection(columns, rows_sql, Coverage.ALL, limit=None)
    estimated = table.estimated_rows or await planned_rows(connection, table.fqn) or 0
    if relation["kind"] not in _SAMPLED_BY_BLOCK or not estimated:
        return Selection(columns, rows_sql, Coverage.FIRST, sample.rows, estimated)
    percent = sampled_percent(sample.rows, estimated, relation["blocks"])
    if percent >= ALL_BLOCKS:
        return Selection(columns, rows_sql, Coverage.ALL, limit=None)
    by_block = f"{rows_sql} TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE ({sample.seed})"
    return Selection(columns, by_block, Coverage.BLOCKS, sample.rows * _SLACK, estimated)


def sampled_percent(rows: int, estimated_rows: int, blocks: int) -> float:
    """The share of blocks that holds about `rows` rows, but no fewer than 30 blocks: one or none would be chance.

    The copy's limit is generous (twice the rows), because whatever a limit cuts off are always the last blocks.
    """
    wanted = ALL_BLOCKS * rows / estimated_rows
    enough = ALL_BLOCKS * _MIN_BLOCKS / blocks if blocks else 0.0
    return min(ALL_BLOCKS, max(wanted, enough))


def _column(row: asyncpg.Record, *, has_long_values: bool) -> ReadableColumn:
    may_be_long = has_long_values and row["is_unbounded"]
    expression, kind = reading_of(row["name"], row["base_type"], is_enum=row["is_enum"], may_be_long=may_be_long)
    return ReadableColumn(row["name"], expression, kind)
