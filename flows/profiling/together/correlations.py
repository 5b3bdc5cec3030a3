"""Numbers that rise and fall together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from domain.profiles.together import Correlation
from flows.profiling.together.rows import COMPARED, ComparedColumn, ComparedRows

LARGEST = 1e100
"""Products of larger numbers leave double precision."""

Pair = tuple[str, str]
"""Of the expressions of two columns."""


def varies(column: ComparedColumn) -> bool:
    numbers = column.profile.numbers
    return bool(numbers and numbers.min < numbers.max and max(-numbers.min, numbers.max) < LARGEST)


def correlations(rows: ComparedRows, columns: Sequence[ComparedColumn]) -> tuple[Correlation, ...]:
    """Of all pairs, the strongest first."""
    names = {column.value: column.name for column in columns}
    pairs = list(combinations(names, 2))
    asked = [*map(_corr, pairs), *(f"regr_count({one}, {other})" for one, other in pairs)]
    answers = rows.measure(asked)
    rows_of = dict(zip(pairs, answers[len(pairs) :], strict=True))
    pearson = _defined(pairs, answers[: len(pairs)])
    spearman = _spearman(rows, [pair for pair in pairs if rows_of[pair] == rows.count])
    found = [
        Correlation((names[pair[0]], names[pair[1]]), rows_of[pair], measure, spearman.get(pair))
        for pair, measure in pearson.items()
    ]
    return tuple(sorted(found, key=lambda correlation: -abs(correlation.pearson)))


def _spearman(rows: ComparedRows, pairs: Sequence[Pair]) -> Mapping[Pair, float]:
    """That of the ranks; equal numbers share the middle one of theirs. The pairs hold a number in every row."""
    ranked = dict.fromkeys(value for pair in pairs for value in pair)
    ranks = ", ".join(f"(rank() OVER by_{v} + cume_dist() OVER by_{v} * {rows.count}) / 2 AS {v}" for v in ranked)
    windows = ", ".join(f"by_{value} AS (ORDER BY {value})" for value in ranked)
    ranked_rows = f"(SELECT {ranks} FROM {COMPARED} WINDOW {windows})"  # noqa: S608 - names of ours
    return _defined(pairs, rows.measure(list(map(_corr, pairs)), ranked_rows))


def _corr(pair: Pair) -> str:
    return f"corr({pair[0]}::DOUBLE, {pair[1]}::DOUBLE)"


def _defined(pairs: Sequence[Pair], measured: Sequence[float | None]) -> Mapping[Pair, float]:
    """Without those in which one number is the same in all rows."""
    return {
        pair: max(-1.0, min(1.0, measure))
        for pair, measure in zip(pairs, measured, strict=True)
        if measure is not None and math.isfinite(measure)
    }
