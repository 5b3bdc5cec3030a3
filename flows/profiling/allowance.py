"""What one table may take of the budget of its run, and what it took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import duckdb

from flows.failures import LeftOut
from flows.profiling.counts import ROWS, one_row
from flows.sources.base import CopiedColumn
from flows.sources.dialect import quote_name

ENDED = "The run's budget of seconds ended before it was measured."

_WIDTHS = {
    "BOOLEAN": 1,
    "TINYINT": 1,
    "UTINYINT": 1,
    "SMALLINT": 2,
    "USMALLINT": 2,
    "INTEGER": 4,
    "UINTEGER": 4,
    "FLOAT": 4,
    "DATE": 4,
    "HUGEINT": 16,
    "UHUGEINT": 16,
    "DECIMAL": 16,
    "UUID": 16,
    "INTERVAL": 16,
}
"""Bytes of a value of a DuckDB type; others that are not text or bytes take eight."""
_WIDTH = 8


class Allowance:
    """Without seconds there is no end."""

    def __init__(self, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = None if seconds is None else clock() + seconds

    @property
    def is_over(self) -> bool:
        return self._ends_at is not None and self._clock() >= self._ends_at

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Around what is of no use when it is not finished; at the end it is cancelled, in the source, too."""
        left = None if self._ends_at is None else self._ends_at - self._clock()
        if left is not None and left <= 0:
            raise LeftOut(ENDED)
        try:
            async with asyncio.timeout(left) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise LeftOut("The run's budget of seconds ended while its rows were read.") from None


def bytes_of(connection: duckdb.DuckDBPyConnection, columns: Sequence[CopiedColumn]) -> int:
    """Of the values in the copied rows: texts in UTF-8, all else by the width of its type, nulls nothing."""
    if not columns:
        return 0
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {ROWS})").fetchall())  # noqa: S608 - a constant
    sizes = ", ".join(_size(quote_name(column.alias), types[column.alias]) for column in columns)
    return sum(one_row(connection, f"SELECT {sizes} FROM {ROWS}"))  # noqa: S608 - quoted names


def _size(name: str, data_type: str) -> str:
    if data_type == "VARCHAR":
        return f"coalesce(sum(strlen({name})), 0)::BIGINT"
    if data_type == "BLOB":
        return f"coalesce(sum(octet_length({name})), 0)::BIGINT"
    return f"count({name}) * {_WIDTHS.get(data_type.partition('(')[0], _WIDTH)}"
