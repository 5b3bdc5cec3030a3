"""What columns may refer to: keys that a table declares, or that its rows show where it declares none."""

# ruff: noqa: S608 - names are quoted

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import structlog

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.failures import TableFailed
from flows.profiling.name_evidence import CLEAR_NAME, ColumnName, name_confidence
from flows.profiling.name_words import Words, prefix_of
from flows.sources.base import Source
from flows.sources.dialect import quote_name, quote_table
from flows.sources.forms import plain_type

MOST_COLUMNS = 3
"""Of one key."""
COUNTED_ROWS = 1_000_000
"""Beyond them the source's estimate has to do."""
_LIKELY_KEYS = 3
_INTEGERS = (
    "smallint integer bigint numeric int int2 int4 int8 tinyint mediumint decimal hugeint utinyint usmallint uinteger"
    " ubigint number"
)
_TEXTS = (
    "text", "character varying", "character", "varchar", "char", "nvarchar", "nchar", "bpchar", "citext", "string"
)  # fmt: skip

log = structlog.get_logger(__name__)


class Family(StrEnum):
    """Types that compare with each other."""

    INTEGER = "INTEGER"
    UUID = "UUID"
    TEXT = "TEXT"
    DATE = "DATE"


_FAMILIES = {
    **dict.fromkeys(_INTEGERS.split(), Family.INTEGER),
    **dict.fromkeys(_TEXTS, Family.TEXT),
    "uuid": Family.UUID,
    "date": Family.DATE,
}


@lru_cache(maxsize=1024)
def family_of(data_type: str) -> Family | None:
    """None for types that make no keys."""
    return _FAMILIES.get(plain_type(data_type))


@dataclass(frozen=True, eq=False)
class TableNames:
    """A table with the names of its columns as they compare with others."""

    table: FoundTable

    @cached_property
    def prefix(self) -> Words:
        return prefix_of(tuple(column.name for column in self.table.columns))

    @cached_property
    def shape(self) -> frozenset[tuple[str, str]]:
        """Names and types of its columns, which parts and copies of a table share."""
        return frozenset((column.name, column.data_type) for column in self.table.columns)

    def of(self, column: str) -> ColumnName:
        return ColumnName(self.table.fqn.name, column, self.prefix)


@dataclass(frozen=True)
class Key:
    """Columns whose values tell the rows of a table apart; if it is not declared, that has to be measured."""

    table: TableNames
    columns: tuple[str, ...]
    is_declared: bool

    @cached_property
    def fqn(self) -> Fqn:
        return self.table.table.fqn

    @property
    def is_primary(self) -> bool:
        return self.columns == self.table.table.primary_key

    @cached_property
    def families(self) -> tuple[Family | None, ...]:
        return tuple(family_of(self.table.table.column(name).data_type) for name in self.columns)


@dataclass(frozen=True)
class KeyFacts:
    """The values of a key. `low` and `high` are those of a key of one whole number, else None."""

    key: Key
    rows: int
    low: float | None = None
    high: float | None = None

    @cached_property
    def density(self) -> float:
        """Share of the numbers between its ends that are in it; 1 for numbers that were given out in order."""
        if self.low is None or self.high is None or self.high < self.low:
            return 1.0
        return min(1.0, self.rows / (self.high - self.low + 1))


def keys_of(names: TableNames) -> list[Key]:
    """Of up to three columns each. A view has none; a table that declares none may have some that look like it."""
    table = names.table
    if table.type is AssetType.VIEW:
        return []
    declared = [key for key in dict.fromkeys((table.primary_key, *table.unique_keys)) if key]
    if declared:
        return [Key(names, columns, is_declared=True) for columns in declared if len(columns) <= MOST_COLUMNS]
    likely = [(column.name,) for column in table.columns if _is_likely_key(names, column)][:_LIKELY_KEYS]
    return [Key(names, columns, is_declared=False) for columns in (*likely, *_first_columns(table))]


def _first_columns(table: FoundTable) -> list[tuple[str, ...]]:
    """People write a key of several columns first."""
    first = [column.name for column in table.columns[:MOST_COLUMNS] if family_of(column.data_type)]
    is_first = [name == column.name for name, column in zip(first, table.columns, strict=False)]
    return [tuple(first[:length]) for length in range(2, len(first) + 1) if all(is_first[:length])]


def _is_likely_key(names: TableNames, column: FoundColumn) -> bool:
    if family_of(column.data_type) is None:
        return False
    return column is names.table.columns[0] or names.of(column.name).is_own


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
