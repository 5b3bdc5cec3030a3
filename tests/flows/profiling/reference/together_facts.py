"""What columns do together, by the definitions of ADR 22.

All pairs are looked at. Where the product draws rows by lot to leave out what is chance (of more than 1,000 rows, or
200 of two columns), what lies near a bound may be found or not, and is `possible`; everything that is found has to have
the numbers of all rows.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

from tests.flows.profiling.reference.comparison import ROUNDING, Close, Expected, Facts, Findings
from tests.flows.profiling.reference.values import Column, Kind, Value

FEWEST_ROWS = 20
MOST_COLUMNS = 20
NEARLY_ALL = 0.95
SCREENED_ABOVE = 1_000
"""Rows; of fewer all are looked at."""
SHUFFLED_ROWS = 200
LUCK = 5.0
"""Standard deviations that a draw may be off."""
MOST_TESTED = 40
SMALLEST_SPREAD = 1e-150
"""The squares of smaller distances are no doubles: they count as none."""

Pairs = list[tuple[Value, Value]]
Found = dict[Hashable, Expected]


def expected_together(columns: Sequence[Column], reading: Facts) -> tuple[Facts, frozenset[str], frozenset[str]]:
    """And what has to be left out of it, and what else may be, by name."""
    numbers = _suiting(columns, lambda column: column.kind is Kind.NUMBER and bool(column.finite))
    moments = _suiting(columns, lambda column: bool(column.moments))
    varying, nulls = _suiting(columns, _varies), _suiting(columns, lambda one: 0 < one.nulls < len(one.values))
    repeating = _suiting(columns, _repeats)
    bounded = {
        "correlations": varying,
        "ordered_pairs": max(numbers, moments, key=len),
        "null_cooccurrence": nulls,
        "functional_dependencies": repeating,
    }
    some_left = frozenset(name for name, suiting in bounded.items() if len(suiting) > MOST_COLUMNS)
    may_be_untested = len(repeating) * (len(repeating) - 1) > MOST_TESTED
    facts = {
        "reading": reading,
        "functional_dependencies": _dependencies(repeating[:MOST_COLUMNS], is_bounded=may_be_untested),
        "correlations": _correlations(varying[:MOST_COLUMNS]),
        "null_cooccurrence": _null_cooccurrence(nulls[:MOST_COLUMNS]),
        "ordered_pairs": _ordered_pairs(numbers[:MOST_COLUMNS], moments[:MOST_COLUMNS]),
    }
    return facts, some_left, frozenset({"functional_dependencies"} if may_be_untested else ())


def _suiting(columns: Sequence[Column], suits: Callable[[Column], bool]) -> list[Column]:
    return [column for column in columns if suits(column)]


def _both(one: Column, other: Column) -> Pairs:
    return [(a, b) for a, b in zip(one.values, other.values, strict=True) if a is not None and b is not None]


# Dependencies


def _repeats(column: Column) -> bool:
    """Neither nearly unique nor nearly constant."""
    rows = len(column.present)
    return (
        column.kind is not Kind.OTHER
        and 1 < len(column.counts) <= rows / 2
        and max(column.counts.values()) < NEARLY_ALL * rows
    )


@dataclass(frozen=True)
class Dependency:
    rows: int
    violations: int
    tested: int
    """Rows that share their determinant with another."""
    agreement: float
    """Of two rows with equal determinants in their dependents."""
    by_chance: float
    """Of any two rows."""
    luck: float
    """How far off that is among 1,000 rows."""

    def is_told(self, by_chance: float, most_violations: float = 0.05) -> bool:
        if self.rows < FEWEST_ROWS or self.tested < 0.3 * self.rows or self.violations > most_violations * self.rows:
            return False
        return by_chance < 1 and self.agreement - by_chance >= 0.8 * (1 - by_chance) - ROUNDING

    @property
    def is_possible(self) -> bool:
        return self.is_told(max(self.by_chance - self.luck, 0.0))

    @property
    def is_certain(self) -> bool:
        """Where only some rows are looked at, many violations may come by lot, and seem too many."""
        return self.is_told(self.by_chance + self.luck, 0.05 if self.rows <= SCREENED_ABOVE else 0.02)


def _dependency(determinant: Column, dependent: Column) -> Dependency | None:
    groups: defaultdict[Value, Counter[Value]] = defaultdict(Counter)
    pairs = _both(determinant, dependent)
    for one, other in pairs:
        groups[one][other] += 1
    sizes = [group.total() for group in groups.values()]
    rows, alike = sum(sizes), sum(size * (size - 1) for size in sizes)
    if rows < FEWEST_ROWS or not alike:
        return None
    dependents = Counter(other for _, other in pairs)
    agreeing = sum(n * (n - 1) for group in groups.values() for n in group.values())
    shares = [n / rows for n in dependents.values()]
    spread = sum(share**3 for share in shares) - sum(share**2 for share in shares) ** 2
    return Dependency(
        rows=rows,
        violations=rows - sum(max(group.values()) for group in groups.values()),
        tested=sum(size for size in sizes if size > 1),
        agreement=agreeing / alike,
        by_chance=sum(n * (n - 1) for n in dependents.values()) / (rows * (rows - 1)),
        luck=LUCK * math.sqrt(max(4 * spread / SCREENED_ABOVE, 0)) if rows > SCREENED_ABOVE else 0.0,
    )


def _dependencies(columns: Sequence[Column], *, is_bounded: bool) -> Findings:
    certain: Found = {}
    possible: Found = {}
    for one, other in permutations(columns, 2):
        found = _dependency(one, other)
        if found and found.is_possible:
            told = certain if found.is_certain and not is_bounded else possible
            told[one.name, other.name] = {
                "determinants": [one.name],
                "dependent": other.name,
                "rows": found.rows,
                "violations": found.violations,
                "violation_rate": found.violations / found.rows,
            }
    return Findings(
        identity=lambda one: (*one.determinants, one.dependent),
        certain=certain,
        possible=possible,
        rank=lambda one: -one.violation_rate,
    )


# Correlations


def _varies(column: Column) -> bool:
    return len(column.finite) > 1 and max(map(abs, column.finite)) < 1e100


def _correlations(columns: Sequence[Column]) -> Findings:
    certain: Found = {}
    for one, other in combinations(columns, 2):
        rows, pearson = _pearson(one.numbers, other.numbers)
        if pearson:
            is_whole = rows == len(one.values)
            certain[one.name, other.name] = {
                "columns": [one.name, other.name],
                "rows": rows,
                "pearson": pearson,
                "spearman": _pearson(one.ranks, other.ranks)[1] if is_whole else None,
            }
    return Findings(lambda one: one.columns, certain, {}, rank=lambda one: abs(one.pearson))


def _pearson(left: Sequence[float | None], right: Sequence[float | None]) -> tuple[int, Close | None]:
    """With the rows that have both; None where one of them never changes.

    What a rounded mean is off weighs the more the less they vary.
    """
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a is not None and b is not None]
    ones, others = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(ones)) < 2 or len(set(others)) < 2:
        return len(pairs), None
    one_far, other_far = _distances(ones), _distances(others)
    (one_norm, other_norm) = (math.sqrt(math.fsum(far * far for far in fars)) for fars in (one_far, other_far))
    if min(one_norm, other_norm) < SMALLEST_SPREAD:
        return len(pairs), None
    value = math.fsum(a * b for a, b in zip(one_far, other_far, strict=True)) / one_norm / other_norm
    size = math.sqrt(len(ones))
    unsure = max(max(map(abs, ones)) * size / one_norm, max(map(abs, others)) * size / other_norm)
    return len(pairs), Close(value, ROUNDING + 2.0**-50 * unsure**2)


def _distances(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


# Nulls


def _null_cooccurrence(columns: Sequence[Column]) -> Findings:
    missing = {one.name: {place for place, value in enumerate(one.values) if value is None} for one in columns}
    rows = len(columns[0].values) if columns else 0
    certain: Found = {}
    for one, other in combinations(missing, 2):
        both, ones, others = len(missing[one] & missing[other]), len(missing[one]), len(missing[other])
        if _implies(both, ones, others / rows) or _implies(both, others, ones / rows):
            certain[one, other] = {
                "columns": [one, other],
                "nulls": [ones, others],
                "both": both,
                "share": both / len(missing[one] | missing[other]),
                "first_implies_second": both / ones,
                "second_implies_first": both / others,
            }
    return Findings(lambda one: one.columns, certain, {}, rank=lambda _: 0.0)


def _implies(both: int, nulls: int, by_chance: float) -> bool:
    held = both / nulls
    return held >= NEARLY_ALL and held - by_chance >= 0.5 * (1 - by_chance) > 0


# Order


def _ordered_pairs(*kinds: Sequence[Column]) -> Findings:
    certain: Found = {}
    possible: Found = {}
    for one, other in (pair for columns in kinds for pair in combinations(columns, 2) if _overlap(*pair)):
        found = _ordered(one, other)
        if not found:
            continue
        first, last = (one, other) if found["first"] == one.name else (other, one)
        by_chance, luck = _not_larger_by_chance(first, last)
        if by_chance - luck < 0.9:
            (certain if by_chance + luck < 0.9 else possible)[first.name, last.name] = found
    return Findings(lambda pair: (pair.first, pair.last), certain, possible, rank=lambda _: 0.0)


def _overlap(one: Column, other: Column) -> bool:
    (low, high), (other_low, other_high) = _span(one), _span(other)
    return bool(low <= other_high and other_low <= high)


def _span(column: Column) -> tuple[Any, Any]:
    values: Mapping[Any, int] = column.finite if column.kind is Kind.NUMBER else column.moments
    return min(values), max(values)


def _ordered(one: Column, other: Column) -> Facts | None:
    pairs = [(a, b) for a, b in zip(one.compared, other.compared, strict=True) if a is not None and b is not None]
    below, above = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    smaller, first, last = (below, one, other) if below >= above else (above, other, one)
    not_larger = len(pairs) - min(below, above)
    if len(pairs) < FEWEST_ROWS or not smaller or not_larger < NEARLY_ALL * len(pairs):
        return None
    return {
        "first": first.name,
        "last": last.name,
        "rows": len(pairs),
        "not_larger": not_larger,
        "smaller": smaller,
        "share": not_larger / len(pairs),
        "strict_share": smaller / len(pairs),
    }


def _not_larger_by_chance(first: Column, last: Column) -> tuple[float, float]:
    """How often the first of one row is not larger than the last of any, and how far off 200 rows may be."""
    ones, others = _sorted(first), _sorted(last)
    reached = total = 0
    for other in others:
        while reached < len(ones) and ones[reached] <= other:
            reached += 1
        total += reached
    share = total / (len(ones) * len(others))
    if len(first.values) <= SHUFFLED_ROWS:
        return share, ROUNDING
    present = min(len(ones), len(others)) / len(first.values) * SHUFFLED_ROWS
    return share, LUCK * math.sqrt(2 * max(share * (1 - share), 1 / present) / present)


def _sorted(column: Column) -> list[Any]:
    return sorted(value for value in column.compared if value is not None)
