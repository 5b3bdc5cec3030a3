"""Columns of which one is not larger than the other, such as the beginning and the end of something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from domain.profiles.model import NEARLY_ALL
from domain.profiles.together import OrderedPair
from flows.profiling.together.rows import FEWEST_ROWS, ComparedColumn, ComparedRows, some_rows

MOST_BY_CHANCE = 0.9
"""An order that more of the rows had if they were put together at random says little of the rows."""
SHUFFLED_ROWS = 200


def has_numbers(column: ComparedColumn) -> bool:
    return column.profile.numbers is not None


def has_moments(column: ComparedColumn) -> bool:
    return column.profile.dates is not None


def ordered_pairs(rows: ComparedRows, *kinds: Sequence[ComparedColumn]) -> tuple[OrderedPair, ...]:
    """Of columns of the same kind: the order holds in nearly all rows, and not because of where the columns lie."""
    pairs = [pair for columns in kinds for pair in combinations(columns, 2) if _overlap(*pair)]
    found = list(_mostly_ordered(rows, pairs))
    value_of = {column.name: column.value for columns in kinds for column in columns}
    by_chance = _shuffled(rows, [(value_of[pair.first], value_of[pair.last]) for pair in found])
    return tuple(pair for pair, share in zip(found, by_chance, strict=True) if share < MOST_BY_CHANCE)


def _mostly_ordered(
    rows: ComparedRows, pairs: Sequence[tuple[ComparedColumn, ComparedColumn]]
) -> Iterator[OrderedPair]:
    asked = (f"{one.value} {sign} {other.value}" for one, other in pairs for sign in "<=>")
    counted = iter(rows.counts(list(asked)))
    for (one, other), below, same, above in zip(pairs, counted, counted, counted, strict=True):
        first, last, smaller = (one, other, below) if below >= above else (other, one, above)
        total, not_larger = below + same + above, smaller + same
        if total >= FEWEST_ROWS and smaller and not_larger >= NEARLY_ALL * total:
            yield OrderedPair(first.name, last.name, total, not_larger, smaller)


def _overlap(one: ComparedColumn, other: ComparedColumn) -> bool:
    (low, high), (other_low, other_high) = _span(one), _span(other)
    return low <= other_high and other_low <= high


def _span(column: ComparedColumn) -> tuple[float, float]:
    """The smallest and the largest value; of moments, in seconds."""
    numbers, dates = column.profile.numbers, column.profile.dates
    if numbers:
        return numbers.min, numbers.max
    assert dates
    return dates.min.timestamp(), dates.max.timestamp()


def _shuffled(rows: ComparedRows, pairs: Sequence[tuple[str, str]]) -> tuple[float, ...]:
    """How often the order holds between a row and any other."""
    if not pairs:
        return ()
    values = list(dict.fromkeys(value for pair in pairs for value in pair))
    some = some_rows(values, SHUFFLED_ROWS)
    return rows.measure([f"avg((a.{first} <= b.{last})::UTINYINT)" for first, last in pairs], f"{some} a, {some} b")
