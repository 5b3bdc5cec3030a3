"""Facts of numeric columns, in double precision, over the finite values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from domain.profiles.model import Bucket, NumberFacts
from flows.profiling.counts import COUNTS, ROWS, ValueCounts, one_row, rows_where
from flows.sources.dialect import quote_name

QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
BUCKETS = 20
OUTLIER_DEVIATIONS = 2

MAX_ROWS_IN_MEMORY = 10_000_000
"""Up to here quantiles are selected among the rows, at 8 bytes each; above, by a slower sort that can spill."""

_MANTISSA = "split_part(value::VARCHAR, 'e', 1)"
_EXPONENT = "coalesce(TRY_CAST(split_part(value::VARCHAR, 'e', 2) AS INTEGER), 0)"
_FRACTION = f"rtrim(split_part({_MANTISSA}, '.', 2), '0')"
_SPELLED = (
    f"(SELECT split_part({_MANTISSA}, '.', 1) AS whole, {_FRACTION} AS fraction, "  # noqa: S608 - constants
    f"greatest(length({_FRACTION}) - {_EXPONENT}, 0) AS places FROM value_counts "
    "WHERE isfinite(TRY_CAST(value AS DOUBLE)))"
)

EXACT_INTEGERS = 2.0**53
"""From here on a double may stand for more than one number, and hide a fraction."""

LARGEST_VARIANCE = 1e150
"""The squares of larger ones are no doubles."""

ZERO, NEGATIVE, WHOLE = "v = 0", "v < 0", "v = trunc(v)"


def doubles(counts: str) -> str:
    """The counts of the values as doubles `v`."""
    return f"(SELECT * EXCLUDE value, TRY_CAST(value AS DOUBLE) AS v FROM {counts})"  # noqa: S608 - a name of ours


def finite(counts: str) -> str:
    return f"(SELECT * FROM {doubles(counts)} WHERE isfinite(v))"  # noqa: S608 - likewise


_FINITE = finite(COUNTS)


@dataclass(frozen=True, slots=True)
class Totals:
    """What one pass over the values gives, and the next ones need."""

    low: float
    high: float
    total: float
    rows: int
    zeros: int
    negatives: int
    integers: int

    @property
    def is_integer(self) -> bool:
        return self.integers == self.rows

    @property
    def mean(self) -> float:
        return self.total / self.rows


@dataclass(frozen=True, slots=True)
class Moments:
    """The means of the second to fourth powers of the distances from the mean."""

    second: float
    third: float
    fourth: float

    @property
    def deviation(self) -> float:
        return math.sqrt(self.second)

    @property
    def skewness(self) -> float | None:
        return _standardized(self.third, self.second, 1.5)

    @property
    def kurtosis(self) -> float | None:
        standardized = _standardized(self.fourth, self.second, 2)
        return None if standardized is None else standardized - 3


def _standardized(moment: float, variance: float, power: float) -> float | None:
    """None for values that are all equal, or so close or so far apart that doubles cannot tell."""
    unit = variance**power if variance < LARGEST_VARIANCE else math.inf
    return moment / unit if math.isfinite(moment) and 0 < unit < math.inf else None


def number_facts(counts: ValueCounts) -> NumberFacts | None:
    """None when no value is finite, or when their sums leave double precision."""
    totals = _totals(counts)
    if not totals.rows or not math.isfinite(totals.total):
        return None
    moments, histogram = _spread(counts, totals)
    if not math.isfinite(moments.deviation):
        return None
    significant_digits, decimal_places = _digits(counts, totals)
    return NumberFacts(
        min=totals.low,
        max=totals.high,
        mean=totals.mean,
        sum=totals.total,
        standard_deviation=moments.deviation,
        quantiles=quantiles_of(counts, totals.rows, in_memory=totals.rows <= MAX_ROWS_IN_MEMORY),
        histogram=histogram,
        zeros=totals.zeros,
        negatives=totals.negatives,
        outliers=_outliers(counts, totals, moments.deviation),
        is_integer=totals.is_integer,
        integers=totals.integers,
        skewness=moments.skewness,
        kurtosis=moments.kurtosis,
        significant_digits=significant_digits,
        decimal_places=decimal_places,
    )


def _totals(counts: ValueCounts) -> Totals:
    return Totals(
        *counts.measure(
            "min(v)",
            "max(v)",
            "fsum(v * n)",
            rows_where("true"),
            rows_where(ZERO),
            rows_where(NEGATIVE),
            rows_where(WHOLE),
            of=_FINITE,
        )
    )


def _spread(counts: ValueCounts, totals: Totals) -> tuple[Moments, tuple[Bucket, ...]]:
    """How the values lie around their mean, and bars of equal width, in one pass.

    A value's bar is found by comparing it with the edges, so that rounding cannot put it beside.
    """
    edges = _edges(totals.low, totals.high)
    below = " ".join(f"WHEN v < '{edge!r}'::DOUBLE THEN {bar}" for bar, edge in enumerate(edges[1:-1]))
    bar = f"CASE {below} ELSE {len(edges) - 2} END" if below else "0"
    powers = [f"fsum(n * pow(v - $1, {power}))" for power in (2, 3, 4)]
    bars = counts.groups(bar, "sum(n)::BIGINT", *powers, of=_FINITE, parameters=[totals.mean])
    rows_of = {bar: rows for bar, rows, *_ in bars}
    moments = Moments(*(sum(found) / totals.rows for found in list(zip(*bars, strict=True))[2:]))
    histogram = (Bucket(low, high, rows_of.get(bar, 0)) for bar, (low, high) in enumerate(pairwise(edges)))
    return moments, tuple(histogram)


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
    (outliers,) = counts.measure(rows_where(outlying(totals.mean, deviation)), of=_FINITE)
    return int(outliers)


def outlying(mean: float, deviation: float) -> str:
    return f"abs(v - '{mean!r}'::DOUBLE) > '{OUTLIER_DEVIATIONS * deviation!r}'::DOUBLE"


def _digits(counts: ValueCounts, totals: Totals) -> tuple[int, int]:
    """The most significant digits and the most decimal places; whole numbers need not be spelled for it."""
    if totals.is_integer and max(-totals.low, totals.high) < EXACT_INTEGERS:
        return max(len(str(abs(int(end)))) for end in (totals.low, totals.high)), 0
    significant, places = counts.measure("max(length(ltrim(whole || fraction, '-0')))", "max(places)", of=_SPELLED)
    return int(significant), int(places)
