"""The numbers of a column in one form: each with its method, the rows behind it, and the interval it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.profiles.model import (
    BooleanFacts,
    ColumnProfile,
    DateFacts,
    Interval,
    Method,
    NumberFacts,
    TextFacts,
)

Named = Iterator[tuple[str, float | None]]

_OF_ROWS = "completeness"
_PATTERNS = "text.patterns."
_SHARES = {
    "numbers": ("zeros", "negatives", "outliers", "integers"),
    "text": ("empty", "blank", "padded", "leading_space", "trailing_space"),
    "dates": ("future", "sentinels", "at_midnight"),
    "booleans": ("true",),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """`value` is that of the rows read; `low` and `high` are for the whole table, None where nothing bounds it."""

    metric: str
    value: float
    method: Method
    rows_read: int
    population: int
    low: float | None
    high: float | None

    @property
    def is_share(self) -> bool:
        """Whether it counts rows among rows."""
        group, _, name = self.metric.partition(".")
        return self.metric == _OF_ROWS or self.metric.startswith(_PATTERNS) or name in _SHARES.get(group, ())

    @property
    def is_bounded(self) -> bool:
        """Whether anything says where the number for the whole table lies."""
        return self.low is not None or self.high is not None


def measurements(column: ColumnProfile) -> list[Measurement]:
    """All numbers that the column has. Shares are of the non-null values, completeness is of the rows."""
    reading = column.reading
    return [
        Measurement(metric, value, reading.method, reading.rows_read, reading.population, interval.low, interval.high)
        for metric, value in _numbers_of(column)
        if value is not None
        for interval in [_interval(column, metric, value)]
    ]


def _interval(column: ColumnProfile, metric: str, value: float) -> Interval:
    if column.reading.method is Method.EXACT:
        return Interval(value, value)
    return column.intervals.get(metric, Interval(None, None))


def _numbers_of(column: ColumnProfile) -> Named:
    yield _OF_ROWS, column.completeness
    yield "distinct", column.distinct.value
    yield "unique_once", column.unique_once.value
    yield "uniqueness", column.uniqueness
    yield "entropy", column.entropy
    if column.numbers:
        yield from _of_numbers(column.numbers, column.non_null)
    if column.text:
        yield from _of_text(column.text, column.non_null)
    if column.dates:
        yield from _of_dates(column.dates, column.non_null)
    if column.booleans:
        yield from _of_booleans(column.booleans, column.non_null)


def _of_numbers(facts: NumberFacts, rows: int) -> Named:
    yield "numbers.min", facts.min
    yield "numbers.max", facts.max
    yield "numbers.mean", facts.mean
    yield "numbers.standard_deviation", facts.standard_deviation
    yield "numbers.skewness", facts.skewness
    yield "numbers.kurtosis", facts.kurtosis
    for share, value in facts.quantiles.items():
        yield f"numbers.quantiles.{share}", value
    yield from _shares("numbers", rows, zeros=facts.zeros, negatives=facts.negatives, outliers=facts.outliers)
    yield from _shares("numbers", rows, integers=facts.integers)


def _of_text(facts: TextFacts, rows: int) -> Named:
    yield "text.min_length", facts.min_length
    yield "text.max_length", facts.max_length
    yield "text.mean_length", facts.mean_length
    yield from _shares("text", rows, empty=facts.empty, blank=facts.blank, padded=facts.padded)
    yield from _shares("text", rows, leading_space=facts.leading_space, trailing_space=facts.trailing_space)
    for name, share in facts.patterns.items():
        yield f"{_PATTERNS}{name}", share


def _of_dates(facts: DateFacts, rows: int) -> Named:
    yield from _shares("dates", rows, future=facts.future, sentinels=facts.sentinels, at_midnight=facts.at_midnight)


def _of_booleans(facts: BooleanFacts, rows: int) -> Named:
    yield from _shares("booleans", rows, true=facts.true)


def _shares(group: str, rows: int, **counts: int | None) -> Named:
    for name, count in counts.items():
        yield f"{group}.{name}", None if count is None else count / rows
