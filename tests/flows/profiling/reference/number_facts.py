"""What the fields of `NumberFacts` say, in exact arithmetic.

A double is a whole number of a small enough unit, and so are its powers. The product adds doubles up with
compensation, after each was multiplied and rounded once, and takes distances from a mean that is rounded itself: its
sum may be off by some last bits of the sum of the absolute values, its distances by some last bits of the largest
value. Everything that is counted or selected is compared exactly, but for outliers nearer to their bound than that.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from domain.profiles.model import Bucket
from tests.flows.profiling.reference.comparison import Close, Expected, Facts, NoneOr, Within
from tests.flows.profiling.reference.values import Column

LAST_BITS = 2.0**-49
"""Eight roundings, relative to what is rounded."""
RELATIVE = 1e-9
"""Of what is derived by powers and roots: a reader looks at nine digits at most."""
BARS = 20
LARGEST = Fraction(2) ** 1023
SMALLEST_VARIANCE, LARGEST_VARIANCE = 1e-140, 1e150
"""Beyond them the powers of deviations leave double precision."""


@dataclass(frozen=True)
class Distribution:
    """Finite doubles with their rows."""

    rows_of: Counter[float]

    @cached_property
    def rows(self) -> int:
        return self.rows_of.total()

    @cached_property
    def low(self) -> float:
        return min(self.rows_of)

    @cached_property
    def high(self) -> float:
        return max(self.rows_of)

    @property
    def largest(self) -> float:
        return max(abs(self.low), abs(self.high))

    @cached_property
    def unit(self) -> int:
        """Each number, and their mean, is a whole number of its parts."""
        return max(value.as_integer_ratio()[1] for value in self.rows_of) * self.rows

    @cached_property
    def total(self) -> Fraction:
        return Fraction(sum(_parts(value, self.unit) * rows for value, rows in self.rows_of.items()), self.unit)

    @cached_property
    def absolute_total(self) -> float:
        total = sum(abs(_parts(value, self.unit)) * rows for value, rows in self.rows_of.items())
        return _double(Fraction(total, self.unit))

    @property
    def mean(self) -> Fraction:
        return self.total / self.rows

    @cached_property
    def distances(self) -> list[tuple[int, int]]:
        """From the mean, in parts, each with its rows."""
        mean = int(self.mean * self.unit)
        return [(_parts(value, self.unit) - mean, rows) for value, rows in self.rows_of.items()]

    @cached_property
    def central_moments(self) -> tuple[Fraction, Fraction, Fraction]:
        """The means of the second to fourth powers of the distances."""
        second, third, fourth = (
            Fraction(sum(rows * distance**power for distance, rows in self.distances), self.rows * self.unit**power)
            for power in (2, 3, 4)
        )
        return second, third, fourth

    @cached_property
    def variance(self) -> float:
        return _double(self.central_moments[0])

    @property
    def deviation(self) -> float:
        return math.sqrt(self.variance)

    @property
    def misplaced(self) -> float:
        """How far off a distance from the mean may be."""
        return LAST_BITS * max(self.largest, self.absolute_total / self.rows) + 4 * math.ulp(0.0)

    @property
    def is_beyond_doubles(self) -> bool:
        """Whether the sum, or that of the squared distances, is no double."""
        return abs(self.total) > LARGEST or self.central_moments[0] * self.rows > LARGEST

    def quantile(self, share: str) -> float:
        """The smallest value that at least so many rows do not exceed."""
        wanted, reached = math.ceil(Decimal(share) * self.rows), 0
        for value in sorted(self.rows_of):
            reached += self.rows_of[value]
            if reached >= wanted:
                return value
        raise AssertionError(share)

    def farther_than(self, bound: float) -> int:
        parts = math.floor(Fraction(bound) * self.unit)
        return sum(rows for distance, rows in self.distances if abs(distance) > parts)


def expected_numbers(column: Column) -> Facts | None:
    """None where nothing is finite, or sums leave double precision."""
    of = Distribution(column.finite)
    if not of.rows_of or of.is_beyond_doubles:
        return None
    quantiles = {share: of.quantile(share) for share in ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")}
    integers = sum(rows for value, rows in of.rows_of.items() if value.is_integer())
    return {
        "min": of.low,
        "max": of.high,
        "mean": Close(float(of.mean), LAST_BITS * of.absolute_total / of.rows),
        "sum": Close(float(of.total), LAST_BITS * of.absolute_total),
        **_spread(of),
        "quantiles": quantiles,
        "interquartile_range": quantiles["0.75"] - quantiles["0.25"],
        "histogram": Histogram(of),
        "zeros": of.rows_of[0.0],
        "negatives": sum(rows for value, rows in of.rows_of.items() if value < 0),
        "is_integer": integers == of.rows,
        "integers": integers,
        **_digits(column),
    }


def _spread(of: Distribution) -> Facts:
    deviation, off = of.deviation, of.misplaced
    bound, unsure = 2 * deviation, 4 * off + RELATIVE * deviation
    return {
        "standard_deviation": Close(deviation, RELATIVE * deviation + off),
        "variance": Close(of.variance, 3 * RELATIVE * of.variance + 3 * deviation * off + off**2),
        "outliers": Within(of.farther_than(bound + unsure), of.farther_than(max(bound - unsure, 0.0))),
        "skewness": _standardized(of, 3),
        "kurtosis": _standardized(of, 4),
    }


def _standardized(of: Distribution, power: int) -> Expected:
    """None where all values are equal. What is off in a distance counts as often as it is multiplied."""
    if len(of.rows_of) == 1:
        return None
    _, third, fourth = of.central_moments
    variance = of.central_moments[0]
    if not SMALLEST_VARIANCE < variance < LARGEST_VARIANCE:
        return NoneOr(Within(-math.inf))
    value = float(third / variance) / of.deviation if power == 3 else float(fourth / variance**2)
    size = float(fourth / variance**2) + 1
    relative = RELATIVE + 2 * power * of.misplaced / of.deviation
    return Close(value - 3 * (power == 4), relative * size)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of equal width from the smallest to the largest value, or one where doubles cannot part them."""

    of: Distribution

    def differences(self, measured: tuple[Bucket, ...], path: str) -> Iterator[str]:
        if len(measured) != self._bars:
            yield f"{path}: {len(measured)} bars instead of {self._bars}"
            return
        low, width = Fraction(self.of.low), (Fraction(self.of.high) - Fraction(self.of.low)) / len(measured)
        for place, bar in enumerate(measured):
            ends = (float(low + place * width), float(low + (place + 1) * width))
            off = LAST_BITS * max(self.of.largest, math.ulp(0.0) / LAST_BITS)
            if any(abs(one - other) > off for one, other in zip((bar.low, bar.high), ends, strict=True)):
                yield f"{path}[{place}]: {bar} does not reach from {ends[0]} to {ends[1]}"
            is_last = place == len(measured) - 1
            if bar.count != self._rows(bar, is_last=is_last):
                yield f"{path}[{place}]: {bar} holds {self._rows(bar, is_last=is_last)} rows"
        if (measured[0].low, measured[-1].high) != (self.of.low, self.of.high):
            yield f"{path}: it does not end at the smallest and the largest value"
        if any(one.high != other.low for one, other in pairwise(measured)):
            yield f"{path}: the bars do not touch"

    @property
    def _bars(self) -> int:
        ends = [self.of.low / BARS * (BARS - step) + self.of.high / BARS * step for step in range(BARS + 1)]
        return BARS if all(one < other for one, other in pairwise(ends)) else 1

    def _rows(self, bar: Bucket, *, is_last: bool) -> int:
        return sum(
            rows
            for value, rows in self.of.rows_of.items()
            if bar.low <= value and (value <= bar.high if is_last else value < bar.high)
        )


def _digits(column: Column) -> dict[str, Any]:
    written = [value for value in column.counts if value.digits is not None and math.isfinite(value.number)]
    digits = [_written(value.digits) for value in written if value.digits is not None]
    return {
        "significant_digits": max(significant for significant, _ in digits),
        "decimal_places": max(places for _, places in digits),
    }


def _written(number: Decimal) -> tuple[int, int]:
    """Digits without leading zeros and zeros that end a fraction, and those of them after the point."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return 1, 0
    while exponent < 0 and text.endswith("0"):
        text, exponent = text[:-1], exponent + 1
    return len(text) + max(exponent, 0), max(-exponent, 0)


def _parts(value: float, unit: int) -> int:
    numerator, denominator = value.as_integer_ratio()
    return numerator * (unit // denominator)


def _double(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf
