"""Facts of numeric columns, in double precision, over the finite values."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.profiles.model import Bucket, NumberFacts
from flows.profiling.counts import COUNTS, ROWS, Answer, ValueCounts, as_parameter, given, numbers_in, rows_where
from flows.sources.dialect import quote_name

QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
BUCKETS = 20
OUTLIER_DEVIATIONS = 2

MAX_ROWS_IN_MEMORY = 10_000_000
"""Up to here quantiles are selected among the rows, at 8 bytes each; above, by a slower sort that can spill."""
_FEW_VALUES = 0.1
"""For each row. To sort so few is faster than to select among the rows."""

_WITHOUT_ZEROS = "if(ends_with(mantissa, '0') AND contains(mantissa, '.'), rtrim(mantissa, '0'), mantissa)"
_SPELLED = (
    "(SELECT place, strlen(shown) - contains(shown, '.')::INTEGER AS significant, "  # noqa: S608 - constants
    "if(contains(digits, '.'), strlen(digits) - instr(digits, '.'), 0) - exponent AS places FROM "
    "(SELECT place, digits, exponent, ltrim(digits, '-0.') AS shown FROM "
    f"(SELECT place, {_WITHOUT_ZEROS} AS digits, exponent FROM (SELECT place, "
    "if(contains(text, 'e'), split_part(text, 'e', 1), text) AS mantissa, "
    "if(contains(text, 'e'), coalesce(TRY_CAST(split_part(text, 'e', 2) AS INTEGER), 0), 0) AS exponent "
    f"FROM (SELECT place, value::VARCHAR AS text FROM {COUNTS} WHERE isfinite(v))))))"
)

EXACT_INTEGERS = 2.0**53
"""From here on a double may stand for more than one number, and hide a fraction."""

LARGEST_VARIANCE = 1e150
"""The squares of larger ones are no doubles."""

ZERO, NEGATIVE, WHOLE = "v = 0", "v < 0", "v = trunc(v)"


def finite(counts: str) -> str:
    return f"(SELECT * FROM {counts} WHERE isfinite(v))"  # noqa: S608 - a relation of ours


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
    def is_exactly_whole(self) -> bool:
        return self.is_integer and max(-self.low, self.high) < EXACT_INTEGERS

    @property
    def mean(self) -> float:
        """No more than the largest and no less than the smallest value, whatever rounding makes of it."""
        return min(max(self.total / self.rows, self.low), self.high)


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


def number_facts(counts: ValueCounts) -> dict[int, NumberFacts]:
    """By place; not of a column in which no value is finite, or whose sums leave double precision."""
    totals = {place: found for place, found in _totals(counts).items() if math.isfinite(found.total)}
    spread = _spread(counts, totals) if totals else {}
    moments = {place: found for place, (found, _) in spread.items() if math.isfinite(found.deviation)}
    totals = {place: found for place, found in totals.items() if place in moments}
    if not totals:
        return {}
    rows = max(found.rows for found in totals.values())
    values = max(counts.of[place].distinct for place in totals)
    quantiles = quantiles_of(counts, among_rows=rows <= MAX_ROWS_IN_MEMORY and values > _FEW_VALUES * rows)
    outliers, digits = _outliers(counts, totals, moments), _digits(counts, totals)
    return {
        place: NumberFacts(
            min=found.low,
            max=found.high,
            mean=found.mean,
            sum=found.total,
            standard_deviation=moments[place].deviation,
            quantiles=quantiles[place],
            histogram=spread[place][1],
            zeros=found.zeros,
            negatives=found.negatives,
            outliers=outliers[place],
            is_integer=found.is_integer,
            integers=found.integers,
            skewness=moments[place].skewness,
            kurtosis=moments[place].kurtosis,
            significant_digits=digits[place][0],
            decimal_places=digits[place][1],
        )
        for place, found in totals.items()
    }


def _totals(counts: ValueCounts) -> dict[int, Totals]:
    found = counts.measure(
        "min(v)",
        "max(v)",
        "fsum(v * n)",
        "sum(n)::BIGINT",
        *map(rows_where, (ZERO, NEGATIVE, WHOLE)),
        of=_FINITE,
    )
    return {place: Totals(*answer) for place, answer in found.items()}


_LOW, _LOWER, _HIGHER = (
    f"{numbers_in(4)}[place * {BUCKETS + 1} + {bar}]" for bar in ("1", "pointed + 1", "pointed + 2")
)
"""Edges: of the first bar, and of the one that a value points to."""
_STEPS = f"TRY_CAST(floor((v / 2 - {_LOW} / 2) / {given(2)}) AS INTEGER)"
_LAST = f"{given(3)}::INTEGER"
_POINTED = f"least(greatest(coalesce({_STEPS}, 0), 0), {_LAST})"
_BESIDE = f"CASE WHEN v < {_LOWER} THEN -1 WHEN pointed < {_LAST} AND v >= {_HIGHER} THEN 1 ELSE 0 END"


def _spread(counts: ValueCounts, totals: Mapping[int, Totals]) -> dict[int, tuple[Moments, tuple[Bucket, ...]]]:
    """How the values lie around their mean, and bars of equal width, in one pass.

    The bar that a value's distance from the smallest one points to may be the one beside its own, by rounding, which
    comparing it with the edges mends. The distance is halved, since that of two doubles may be no double.
    """
    edges = {place: _edges(found.low, found.high) for place, found in totals.items()}
    known = f"(SELECT place, n, v, v - {given(1)} AS d FROM {_FINITE})"  # noqa: S608 - constants
    placed = f"(SELECT *, {_POINTED} AS pointed FROM {known})"  # noqa: S608 - constants
    powers = [f"fsum(n * {' * '.join('d' * power)})" for power in (2, 3, 4)]
    parameters = [
        counts.by_place({place: found.mean for place, found in totals.items()}),
        counts.by_place({place: ends[1] / 2 - ends[0] / 2 for place, ends in edges.items()}),
        counts.by_place({place: len(ends) - 2 for place, ends in edges.items()}),
        as_parameter(edge for place in range(len(counts.columns)) for edge in _padded(edges.get(place, []))),
    ]
    found = counts.groups(f"pointed + {_BESIDE}", "sum(n)::BIGINT", *powers, of=placed, parameters=parameters)
    return {place: _spread_of_one(found[place], totals[place], edges[place]) for place in totals}


def _spread_of_one(
    bars: Sequence[Answer], totals: Totals, edges: Sequence[float]
) -> tuple[Moments, tuple[Bucket, ...]]:
    rows_of = {bar: rows for bar, rows, *_ in bars}
    moments = Moments(*(sum(found) / totals.rows for found in list(zip(*bars, strict=True))[2:]))
    histogram = (Bucket(low, high, rows_of.get(bar, 0)) for bar, (low, high) in enumerate(pairwise(edges)))
    return moments, tuple(histogram)


def _edges(low: float, high: float) -> list[float]:
    width = high / BUCKETS - low / BUCKETS  # divided first: the span of two doubles may be no double
    edges = [low, *(low + width * step for step in range(1, BUCKETS)), high]
    are_apart = width / 2 >= sys.float_info.min and all(start < end for start, end in pairwise(edges))
    return edges if are_apart else [low, high]


def _padded(edges: Sequence[float]) -> list[float | None]:
    return [*edges, *[None] * (BUCKETS + 1 - len(edges))]


def quantiles_of(counts: ValueCounts, *, among_rows: bool) -> dict[int, Mapping[str, float]]:
    """The smallest value that at least the given share of the finite rows does not exceed."""
    if among_rows:
        each = " UNION ALL ".join(
            f"SELECT {place} AS place, TRY_CAST({quote_name(column.alias)} AS DOUBLE) AS v FROM {ROWS}"  # noqa: S608 - quoted
            for place, column in enumerate(counts.columns)
        )
        selected = counts.measure(f"quantile_disc(v, [{', '.join(QUANTILES)}])", of=finite(f"({each})"))
        found = {place: values for place, (values,) in selected.items()}
    else:
        reached = "sum(n) OVER (PARTITION BY place ORDER BY v) AS reached"
        rows = "(sum(n) OVER (PARTITION BY place))::BIGINT AS rows"
        ranked = f"(SELECT place, v, {reached}, {rows} FROM {_FINITE})"  # noqa: S608 - constants
        found = counts.measure(*(f"min(v) FILTER (reached >= ceil({share} * rows))" for share in QUANTILES), of=ranked)
    return {place: dict(zip(QUANTILES, values, strict=True)) for place, values in found.items()}


def _outliers(counts: ValueCounts, totals: Mapping[int, Totals], moments: Mapping[int, Moments]) -> dict[int, int]:
    means = {place: found.mean for place, found in totals.items()}
    reaches = {place: reach_of(moments[place].deviation) for place in totals}
    asked = rows_where(outlying(given(1), given(2)))
    found = counts.measure(asked, of=_FINITE, parameters=[counts.by_place(means), counts.by_place(reaches)])
    return {place: outliers for place, (outliers,) in found.items()}


def reach_of(deviation: float) -> float:
    """How far from the mean values are ordinary."""
    return OUTLIER_DEVIATIONS * deviation


def outlying(mean: str, reach: str) -> str:
    return f"abs(v - {mean}) > {reach}"


def _digits(counts: ValueCounts, totals: Mapping[int, Totals]) -> dict[int, tuple[int, int]]:
    """The most significant digits and the most decimal places; whole numbers need not be spelled for it."""
    found = {place: _digits_of_whole(found) for place, found in totals.items() if found.is_exactly_whole}
    if spelled := [place for place in totals if place not in found]:
        chosen = f"(SELECT * FROM {_SPELLED} WHERE place IN ({', '.join(map(str, spelled))}))"  # noqa: S608 - numbers
        found |= counts.measure("max(significant)", "greatest(max(places), 0)", of=chosen)
    return found


def _digits_of_whole(totals: Totals) -> tuple[int, int]:
    return max(len(str(abs(int(end)))) for end in (totals.low, totals.high)), 0
