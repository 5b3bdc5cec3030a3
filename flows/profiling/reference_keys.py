"""What columns may refer to: keys that a table declares, or that its rows show where it declares none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.profiling.name_evidence import ColumnName
from flows.profiling.name_words import Words, prefix_of
from flows.sources.forms import plain_type

MOST_COLUMNS = 3
"""Of one key."""
_LIKELY_KEYS = 3
_INTEGERS = (
    "smallint integer bigint numeric int int2 int4 int8 tinyint mediumint decimal hugeint utinyint usmallint uinteger"
    " ubigint number int64"
)
_TEXTS = (
    "text", "character varying", "character", "varchar", "char", "nvarchar", "nchar", "bpchar", "citext", "string"
)  # fmt: skip


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
    "uniqueidentifier": Family.UUID,
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
