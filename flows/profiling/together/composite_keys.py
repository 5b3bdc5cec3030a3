"""Two or three columns that tell rows apart together, though none of them does alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod

from domain.profiles.model import ColumnProfile
from flows.profiling.counts import ROWS
from flows.profiling.together.rows import ComparedColumn, ComparedRows, Probe
from flows.sources.base import ValueKind
from flows.sources.dialect import quote_name

MOST_PARTS = 3
MOST_TESTED = 5
"""Of each size."""
FEWEST_BY_CHANCE = 3
"""Pairs of rows that would be equal if the columns had nothing to do with each other: none are by one chance in 20."""
FIRST_PROBED = 100

Parts = frozenset[str]
Combination = tuple[ComparedColumn, ...]


@dataclass(slots=True)
class KeySearch:
    """Level by level: what is a key, or may be one, is part of no larger candidate."""

    rows: ComparedRows
    all_rows: int
    """Of the copy, in which a key has to hold."""
    columns: Sequence[ComparedColumn]
    closed: set[Parts]
    """Keys already known, and combinations that nobody tested."""
    untested: int = 0
    keys: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, probe: Probe) -> None:
        for size in range(2, MOST_PARTS + 1):
            candidates = sorted(self._candidates(size, probe), key=_equal_by_chance, reverse=True)
            self.untested += len(candidates[MOST_TESTED:])
            self.keys += [_names(parts) for parts in self._unique(candidates[:MOST_TESTED])]
            self.closed |= {frozenset(_names(parts)) for parts in candidates[MOST_TESTED:]}
            self.closed |= set(map(frozenset, self.keys))

    def _candidates(self, size: int, probe: Probe) -> Iterator[Combination]:
        for parts in combinations(self.columns, size):
            names = frozenset(_names(parts))
            if self._would_tell(parts) and not any(key <= names for key in self.closed):
                codes = [probe[name] for name in _names(parts)]
                if _all_differ([code[:FIRST_PROBED] for code in codes]) and _all_differ(codes):
                    yield parts

    def _would_tell(self, parts: Combination) -> bool:
        """There are as many combinations of values as rows, and rows that differ in all of them are no accident."""
        pairs_of_rows = self.all_rows * (self.all_rows - 1) / 2
        is_possible = prod(column.profile.distinct.value for column in parts) >= self.all_rows
        return is_possible and pairs_of_rows * _equal_by_chance(parts) >= FEWEST_BY_CHANCE

    def _unique(self, candidates: Sequence[Combination]) -> list[Combination]:
        """Different hashes prove different rows."""
        keys = [", ".join(column.key for column in parts) for parts in candidates]
        distinct = self.rows.measure([f"count(DISTINCT hash({key}))" for key in keys])
        left = [parts for parts, count in zip(candidates, distinct, strict=True) if count == self.rows.count]
        return left if self.rows.count == self.all_rows else list(filter(self._is_unique_in_all_rows, left))

    def _is_unique_in_all_rows(self, parts: Combination) -> bool:
        values = ", ".join(quote_name(column.copied.alias) for column in parts)
        return self.rows.measure([f"count(DISTINCT hash({values}))"], ROWS) == (self.all_rows,)


def may_be_part(column: ComparedColumn) -> bool:
    profile = column.profile
    is_identifying = profile.nulls or profile.is_candidate_key
    return column.copied.kind is not ValueKind.OTHER and not is_identifying and profile.distinct.value > 1


def composite_keys(
    rows: ComparedRows,
    all_rows: int,
    columns: Sequence[ComparedColumn],
    probe: Probe,
    known: Collection[tuple[str, ...]],
) -> tuple[tuple[tuple[str, ...], ...], str | None]:
    """Minimal ones, the tightest first of each size; and why some were not looked at. `known` keys are not repeated."""
    search = KeySearch(rows, all_rows, columns, set(map(frozenset, known)))
    search.run(probe)
    reason = f"{search.untested} combinations of columns that may be keys were not tested." if search.untested else None
    return tuple(search.keys), reason


def _names(parts: Combination) -> tuple[str, ...]:
    return tuple(column.name for column in parts)


def _equal_by_chance(parts: Combination) -> float:
    """How likely two rows at least are equal in columns that have nothing to do with each other."""
    return prod(_shared(column.profile) for column in parts)


def _shared(profile: ColumnProfile) -> float:
    """How likely two rows at least have the same value: if the repeated values are equally frequent."""
    repeated = profile.non_null - profile.unique_once.value
    values = profile.distinct.value - profile.unique_once.value
    return repeated * (repeated / values - 1) / (profile.rows * (profile.rows - 1))


def _all_differ(codes: Sequence[Sequence[int | None]]) -> bool:
    return len(set(zip(*codes, strict=True))) == len(codes[0])
