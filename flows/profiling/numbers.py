"""Facts of numeric columns, in double precision, over the finite values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from domain.profiles.model import Bucket, NumberFacts
from flows.profiling.counts import ROWS, ValueCounts, one_row, rows_where
from flows.sources.dialect import quote_name

QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
BUCKETS = 20
OUTLIER_DEVIATIONS = 2

MAX_ROWS_IN_MEMORY = 10_000_000
"""Up to here quantiles are selected among the rows, at 8 bytes each; above, by a slower sort that can spill."""

_FINITE = "(SELECT v, n FROM (SELECT TRY_CAST(value AS DOUBLE) AS v, n FROM value_counts) WHERE isfinite(v))"


@dataclass(frozen=True, slots=True)
class Totals:
    """What one pass over the values gives, and the next ones need."""

    low: float
    high: float
    total: float
    rows: int
    zeros: int
    negatives: int
    is_integer: bool

    @property
    def mean(self) -> float:
        return self.total / self.rows


def number_facts(counts: ValueCounts) -> NumberFacts | None:
    """None when no value is finite, or when their sums leave double precision."""
    totals = _totals(counts)
    if not totals.rows or not math.isfinite(totals.total):
        return None
    deviation, histogram = _spread(counts, totals)
    if not math.isfinite(deviation):
        return None
    return NumberFacts(
        min=totals.low,
        max=totals.high,
        mean=totals.mean,
        sum=totals.total,
        standard_deviation=deviation,
        quantiles=quantiles_of(counts, totals.rows, in_memory=totals.rows <= MAX_ROWS_IN_MEMORY),
        histogram=histogram,
        zeros=totals.zeros,
        negatives=totals.negatives,
        outliers=_outliers(counts, totals, deviation),
        is_integer=totals.is_integer,
    )


def _totals(counts: ValueCounts) -> Totals:
    return Totals(
        *counts.measure(
            "min(v)",
            "max(v)",
            "fsum(v * n)",
            rows_where("true"),
            rows_where("v = 0"),
            rows_where("v < 0"),
            "bool_and(v = trunc(v))",
            of=_FINITE,
        )
    )


def _spread(counts: ValueCounts, totals: Totals) -> tuple[float, tuple[Bucket, ...]]:
    """The standard deviation of the population, and bars of equal width, in one pass.

    A value's bar is found by comparing it with the edges, so that rounding cannot put it beside.
    """
    edges = _edges(totals.low, totals.high)
    below = " ".join(f"WHEN v < '{edge!r}'::DOUBLE THEN {bar}" for bar, edge in enumerate(edges[1:-1]))
    bar = f"CASE {below} ELSE {len(edges) - 2} END" if below else "0"
    bars = counts.groups(bar, "sum(n)::BIGINT", "fsum(n * pow(v - ?, 2))", of=_FINITE, parameters=[totals.mean])
    rows_of = {bar: rows for bar, rows, _ in bars}
    variance = math.fsum(squares for _, _, squares in bars) / totals.rows
    histogram = (Bucket(low, high, rows_of.get(bar, 0)) for bar, (low, high) in enumerate(pairwise(edges)))
    return math.sqrt(variance), tuple(histogram)


def _edges(low: float, high: float) -> list[float]:
    width = high / BUCKETS - low / BUCKETS  # divided first: the span of two doubles may be no double
    edges = [low, *(low + width * step for step in range(1, BUCKETS)), high]
    return edges if all(start < end for start, end in pairwise(edges)) else [low, high]


def quantiles_of(counts: ValueCounts, rows: int, *, in_memory: bool) -> Mapping[str, float]:
    """The smallest value that at least the given share of the finite rows does not exceed."""
    if in_memory:
        (values,) = one_row(
            counts.connection,
            f"SELECT quantile_disc(v, [{', '.join(QUANTILES)}]) "  # noqa: S608 - a quoted name
            f"FROM (SELECT TRY_CAST({quote_name(counts.alias)} AS DOUBLE) AS v FROM {ROWS}) WHERE isfinite(v)",
        )
    else:
        ranked = f"(SELECT v, sum(n) OVER (ORDER BY v) AS reached FROM {_FINITE})"  # noqa: S608 - a constant
        values = counts.measure(*(f"min(v) FILTER (reached >= {_rank(share, rows)})" for share in QUANTILES), of=ranked)
    return dict(zip(QUANTILES, values, strict=True))


def _rank(share: str, rows: int) -> int:
    return math.ceil(Decimal(share) * rows)


def _outliers(counts: ValueCounts, totals: Totals, deviation: float) -> int:
    (outliers,) = counts.measure(
        rows_where("abs(v - ?) > ?"), of=_FINITE, parameters=[totals.mean, OUTLIER_DEVIATIONS * deviation]
    )
    return int(outliers)
