"""Values that are missing in the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from domain.profiles.model import NEARLY_ALL
from domain.profiles.together import NullCooccurrence
from flows.profiling.together.rows import ComparedColumn, ComparedRows

LEAST_GAIN = 0.5
"""How far nulls have to be missing together more often than by chance, on the way to always."""


def is_sometimes_null(column: ComparedColumn) -> bool:
    return 0 < column.profile.nulls < column.profile.rows


def null_cooccurrence(rows: ComparedRows, columns: Sequence[ComparedColumn]) -> tuple[NullCooccurrence, ...]:
    """Pairs of which one column is null in nearly all rows in which the other is, and not only by chance."""
    if len(columns) < 2:  # noqa: PLR2004 - a pair
        return ()
    alone = rows.counts([f"{column.key} IS NULL" for column in columns])
    nulls_of = {column.name: count for column, count in zip(columns, alone, strict=True)}
    pairs = list(combinations(columns, 2))
    both = rows.counts([f"{one.key} IS NULL AND {other.key} IS NULL" for one, other in pairs])
    names = [(one.name, other.name) for one, other in pairs]
    return tuple(_telling(rows.count, nulls_of, dict(zip(names, both, strict=True))))


def _telling(rows: int, nulls_of: dict[str, int], both_of: dict[tuple[str, str], int]) -> Iterator[NullCooccurrence]:
    for (one, other), both in both_of.items():
        if both and (
            _implies(both, nulls_of[one], nulls_of[other], rows) or _implies(both, nulls_of[other], nulls_of[one], rows)
        ):
            yield NullCooccurrence((one, other), (nulls_of[one], nulls_of[other]), both)


def _implies(both: int, nulls: int, nulls_of_other: int, rows: int) -> bool:
    held, by_chance = both / nulls, nulls_of_other / rows
    return held >= NEARLY_ALL and held - by_chance >= LEAST_GAIN * (1 - by_chance) > 0
