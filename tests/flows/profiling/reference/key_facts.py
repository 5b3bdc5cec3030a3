"""Columns that tell rows apart: the declared keys, single columns, and two or three together by ADR 22."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import prod
from typing import Any

from tests.flows.profiling.reference.tables import ReadTable
from tests.flows.profiling.reference.values import Column, Kind

FEWEST_ROWS = 20
MOST_COLUMNS = 20
MOST_TESTED = 5
"""Of each size."""
MOST_PARTS = 3
FEWEST_EQUAL_BY_CHANCE = 3
"""Pairs of rows, if the columns had nothing to do with each other."""
Key = tuple[str, ...]


def count_duplicates(table: ReadTable) -> int:
    return table.rows - len(set(zip(*(column.values for column in table.columns), strict=True)))


@dataclass(frozen=True, slots=True)
class Keys:
    """`told` first, in this order; then `found`, the shorter first. Where not all could be tested, some may lack."""

    told: Sequence[Key]
    found: frozenset[Key]
    is_bounded: bool

    def differences(self, measured: tuple[Key, ...], path: str) -> Iterator[str]:
        told, found = list(measured[: len(self.told)]), list(measured[len(self.told) :])
        if told != list(self.told):
            yield f"{path}: {told} instead of {self.told}"
        if len(set(found)) < len(found) or list(map(len, found)) != sorted(map(len, found)):
            yield f"{path}: {found} are told twice or not in the order of their size"
        if wrong := set(found) - self.found:
            yield f"{path}: {wrong} should not be there"
        if not self.is_bounded and (lacking := self.found - set(found)):
            yield f"{path}: {lacking} are missing"


def expected_keys(table: ReadTable) -> Keys:
    never_null = {column.name for column in table.columns if not column.nulls}
    declared = [key for key in table.declared_keys if never_null.issuperset(key)]
    told = list(dict.fromkeys([*declared, *((column.name,) for column in table.columns if column.is_key)]))
    parts = [column for column in table.columns if _may_be_part(column)]
    if table.rows < FEWEST_ROWS or count_duplicates(table):
        return Keys(told, frozenset(), is_bounded=False)
    found: set[Key] = set()
    is_bounded = len(parts) > MOST_COLUMNS
    for size in range(2, MOST_PARTS + 1):
        known = [*map(set, told), *map(set, found)]
        told_apart = [
            combined
            for combined in combinations(parts[:MOST_COLUMNS], size)
            if _would_tell(combined, table.rows) and not any(key <= set(_names(combined)) for key in known)
        ]
        is_bounded |= len(told_apart) > MOST_TESTED
        found |= {_names(combined) for combined in told_apart if _is_unique(combined)}
    return Keys(told, frozenset(found), is_bounded)


def _may_be_part(column: Column) -> bool:
    return column.kind is not Kind.OTHER and not column.nulls and not column.is_key and len(column.counts) > 1


def _names(combined: Sequence[Column]) -> Key:
    return tuple(column.name for column in combined)


def _would_tell(combined: Sequence[Column], rows: int) -> bool:
    """As many combinations as rows could be made, and some rows would be equal in unrelated columns."""
    equal_by_chance = prod(map(_equal_by_chance, combined)) * rows * (rows - 1) / 2
    return prod(len(column.counts) for column in combined) >= rows and equal_by_chance >= FEWEST_EQUAL_BY_CHANCE


def _equal_by_chance(column: Column) -> Fraction:
    """The least share of pairs of rows that are equal: if all values that repeat were equally frequent."""
    rows, repeated = len(column.values), len(column.values) - column.unique_once
    values = len(column.counts) - column.unique_once
    return Fraction(repeated, rows * (rows - 1)) * (Fraction(repeated, values) - 1)


def _is_unique(combined: Sequence[Column]) -> bool:
    rows: list[tuple[Any, ...]] = list(zip(*(column.values for column in combined), strict=True))
    return len(set(rows)) == len(rows)
