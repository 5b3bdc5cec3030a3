"""The tables around one that is profiled, with what their rows say of their keys."""

# ruff: noqa: S608 - names are quoted

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import structlog

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from flows.failures import TableFailed
from flows.profiling.name_evidence import CLEAR_NAME, name_confidence
from flows.profiling.reference_keys import Family, Key, KeyFacts, TableNames, keys_of
from flows.sources.base import Source
from flows.sources.dialect import quote_name, quote_table

COUNTED_ROWS = 1_000_000
"""Beyond them the source's estimate has to do."""

log = structlog.get_logger(__name__)


class Neighbours:
    """The tables that columns may refer to. The facts of their keys are read once, by whoever asks first."""

    def __init__(self, source: Source, tables: Iterable[FoundTable]) -> None:
        self._source = source
        self._facts: dict[Fqn, Sequence[KeyFacts]] = {}
        self._asking: defaultdict[Fqn, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.tables = [TableNames(table) for table in tables]
        self.keys = [key for names in self.tables for key in keys_of(names)]

    @cached_property
    def passed_on(self) -> frozenset[tuple[Fqn, tuple[str, ...]]]:
        """Keys that are themselves called after another table's, to which others refer rather than to them."""
        single = [(key, key.table.of(key.columns[0])) for key in self.keys if len(key.columns) == 1]
        return frozenset(
            (key.fqn, key.columns)
            for key, name in single
            if not name.is_own
            and any(name_confidence(name, theirs) >= CLEAR_NAME for other, theirs in single if other.fqn != key.fqn)
        )

    async def facts_of(self, table: TableNames) -> Sequence[KeyFacts]:
        """Of all keys of one table; none of those that are not unique, or cannot be read."""
        fqn = table.table.fqn
        async with self._asking[fqn]:
            if fqn not in self._facts:
                self._facts[fqn] = await self._read(table)
            return self._facts[fqn]

    async def _read(self, names: TableNames) -> Sequence[KeyFacts]:
        """Keys of several columns that are not declared are looked for only where no single column is one."""
        keys = keys_of(names)
        single = await self._measured(names.table, [key for key in keys if key.is_declared or len(key.columns) == 1])
        if single:
            return single
        several = await self._measured(
            names.table, [key for key in keys if not key.is_declared and len(key.columns) > 1]
        )
        return several[:1]

    async def _measured(self, table: FoundTable, keys: Sequence[Key]) -> list[KeyFacts]:
        if not keys:
            return []
        try:
            (row,) = await self._source.fetch(_facts_sql(self._source, table, keys))
        except TableFailed as error:
            log.warning("keys.unread", fqn=str(table.fqn), error=error.message)
            return []
        rows = table.estimated_rows if row["rows_counted"] is None else row["rows_counted"]
        return [
            KeyFacts(key, rows or 0, _number(row[f"low_{place}"]), _number(row[f"high_{place}"]))
            for place, key in enumerate(keys)
            if key.is_declared or row[f"distinct_{place}"] == rows
        ]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _facts_sql(source: Source, table: FoundTable, keys: Sequence[Key]) -> str:
    is_large = (table.estimated_rows or 0) > COUNTED_ROWS
    parts = [f"{'NULL' if is_large else 'count(*)'} AS rows_counted"]
    for place, key in enumerate(keys):
        parts += _ends(source, table, key, place)
        if not key.is_declared:
            parts.append(f"count(DISTINCT {_value(key)}) AS distinct_{place}")
    return f"SELECT {', '.join(parts)} FROM {quote_table(table.fqn)}"


def _value(key: Key) -> str:
    names = ", ".join(map(quote_name, key.columns))
    return f"({names})" if len(key.columns) > 1 else names


def _ends(source: Source, table: FoundTable, key: Key, place: int) -> list[str]:
    """Both ends of a declared key are found in its index."""
    if key.families != (Family.INTEGER,):
        return [f"NULL AS low_{place}", f"NULL AS high_{place}"]
    column = quote_name(key.columns[0])
    is_number = source.dialect.form_of(table.column(key.columns[0]).data_type).is_number
    value = column if is_number else source.dialect.exact(column)
    return [f"min({value}) AS low_{place}", f"max({value}) AS high_{place}"]
