"""What profiling measured. Every value says how it was got; no sampled number is shown as if it were exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Generic, TypeVar

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.profiles.together import Correlation, FunctionalDependency, NullCooccurrence, OrderedPair

V = TypeVar("V")

NEARLY_ALL = 0.95
DEVIATIONS = 2.093
"""Standard deviations around a mean that hold 95 % of Student's distribution with 19 degrees of freedom."""
UNMEASURED = "columns."
"""Before the name of a column that a profile leaves out as a whole."""


class Method(StrEnum):
    """How a value was got.

    EXACT: all rows were read. SAMPLED: computed on a sample. SKETCH: approximate over all rows.
    ESTIMATED: the engine's own statistics.
    """

    EXACT = "EXACT"
    SAMPLED = "SAMPLED"
    SKETCH = "SKETCH"
    ESTIMATED = "ESTIMATED"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows behind a set of values were read."""

    method: Method
    rows_read: int
    population: int
    """Rows of the whole table, counted or estimated."""
    seed: int | None = None
    """Of the sample; None when nothing was sampled."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[V]):
    """A value with the way it was got."""

    value: V
    method: Method


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the number for the whole table lies: in 95 of 100 samples between these ends.

    None is an end that a sample says nothing about, such as how small the smallest value is.
    """

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value as text, or the mask of a shape, and how often it stands in the rows read."""

    value: str
    count: int
    share: float | None = None
    """Of the non-null rows that were looked at; None in profiles from before it was kept."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A histogram bar: values with low <= value < high (the last bar includes its high end)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """Of numeric columns, in double precision.

    `outliers` counts values beyond 2 standard deviations (population) from the mean.
    What is None was not measurable, or the profile is from before it was measured.
    """

    min: float
    max: float
    mean: float
    sum: float
    standard_deviation: float
    quantiles: Mapping[str, float]
    """Keys `0.01`, `0.05`, `0.25`, `0.5`, `0.75`, `0.95`, `0.99`."""
    histogram: tuple[Bucket, ...]
    zeros: int
    negatives: int
    outliers: int
    is_integer: bool
    integers: int | None = None
    """Values that are whole."""
    skewness: float | None = None
    """The third standardized moment of the population; None where all values are equal."""
    kurtosis: float | None = None
    """The fourth standardized moment of the population less 3, so that a normal distribution has 0."""
    significant_digits: int | None = None
    """The most digits that a value is written with, without leading zeros and without zeros that end a fraction."""
    decimal_places: int | None = None
    """The most digits that a value has after the point, likewise."""

    @property
    def variance(self) -> float:
        return self.standard_deviation**2

    @property
    def interquartile_range(self) -> float:
        return self.quantiles["0.75"] - self.quantiles["0.25"]


@dataclass(frozen=True, slots=True)
class TextFacts:
    """Of text columns. Lengths are in characters; a share is of the non-null values."""

    min_length: int
    max_length: int
    mean_length: float
    empty: int
    blank: int
    """Empty, or nothing but white space."""
    padded: int
    """With leading or trailing white space."""
    patterns: Mapping[str, float]
    """Share by name of domain/rules/patterns.py; only those above zero."""
    shapes: tuple[ValueCount, ...]
    """The most frequent shape masks: a letter is A or a, a digit is 9, runs kept."""
    leading_space: int | None = None
    trailing_space: int | None = None
    missing_tokens: tuple[ValueCount, ...] = ()
    """Words for a missing value, such as `n/a`, trimmed and in lower case; the most frequent first.

    Looked for in values of at most 18 bytes.
    """
    cases: Mapping[str, float] = field(default_factory=dict)
    """Share by the case of the letters: upper, lower, title, mixed, none (of no letters).

    Cases, scripts and shapes are those of the first 200 characters.
    """
    scripts: Mapping[str, float] = field(default_factory=dict)
    """Share of the values with letters of a script, by its Unicode name in lower case: latin, cyrillic, cjk, …"""


@dataclass(frozen=True, slots=True)
class DateFacts:
    """Of dates and times, in UTC. `sentinels` counts values such as 1900-01-01 or 9999-12-31."""

    min: datetime
    max: datetime
    future: int
    sentinels: int
    age_seconds: float
    """From the newest value that is not in the future to the time of reading: the freshness of the table's data."""
    at_midnight: int | None = None
    weekdays: tuple[int, ...] = ()
    """Values by the day of the week, Monday first."""
    hours: tuple[int, ...] = ()
    """Values by the hour, 0 to 23."""
    missing_days: int | None = None
    """Days without a value between the first and the last, sentinels aside."""
    longest_gap_days: int | None = None
    """The most days in a row without a value, likewise."""


@dataclass(frozen=True, slots=True)
class BooleanFacts:
    true: int
    false: int


class ValueOrder(StrEnum):
    """What the values do when the rows are put in the order of the primary key."""

    CONSTANT = "CONSTANT"
    ASCENDING = "ASCENDING"
    NOT_DESCENDING = "NOT_DESCENDING"
    DESCENDING = "DESCENDING"
    NOT_ASCENDING = "NOT_ASCENDING"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The measurements of one column, over the rows of `TableProfile.reading`."""

    name: str
    declared_type: str
    reading: Reading
    rows: int
    """Rows read, nulls included."""
    nulls: int
    distinct: Measured[int]
    unique_once: Measured[int]
    """Values that stand in exactly one row."""
    actual_types: Mapping[str, float]
    """What the non-null values look like, as shares: integer, decimal, boolean, date, timestamp, uuid, json, text.

    Numbers that are no finite doubles are decimals; infinite moments, which have no time of day, are dates.
    """
    top: tuple[ValueCount, ...] = ()
    """The ten most frequent, cut to 200 characters; among equals the smaller first."""
    numbers: NumberFacts | None = None
    text: TextFacts | None = None
    dates: DateFacts | None = None
    booleans: BooleanFacts | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Metrics that could not be measured, and why."""
    entropy: float | None = None
    """Shannon's, of the non-null values, in bits: 0 for a constant, log2 of their number where all differ."""
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    """By metric, under the names of `domain.profiles.measurements`; empty unless random blocks were read."""
    order: ValueOrder | None = None
    """Of numbers and moments; None where no primary key orders the rows, or it is the key itself."""

    def __post_init__(self) -> None:
        if not 0 <= self.nulls <= self.rows:
            raise Invalid("nulls", f"{self.name}: {self.nulls} nulls among {self.rows} rows.")
        if self.distinct.method is not Method.SKETCH and self.distinct.value > self.non_null:
            raise Invalid("distinct", f"{self.name}: {self.distinct.value} distinct values of {self.non_null}.")
        if self.unique_once.value > self.distinct.value:
            raise Invalid("unique_once", f"{self.name}: more values stand once than there are distinct values.")
        if self.numbers:
            _check_order(self.name, self.numbers)

    @property
    def non_null(self) -> int:
        return self.rows - self.nulls

    @property
    def completeness(self) -> float | None:
        """Share of rows with a value; None for an empty table."""
        return self.non_null / self.rows if self.rows else None

    @property
    def uniqueness(self) -> float | None:
        """Distinct values among the non-null ones; None where there are none."""
        return self.distinct.value / self.non_null if self.non_null else None

    @property
    def is_near_constant(self) -> bool:
        """Whether one value stands in at least 95 % of the non-null rows."""
        return bool(self.top) and self.top[0].count >= NEARLY_ALL * self.non_null

    @property
    def is_candidate_key(self) -> bool:
        """Whether its value tells each row read from all others."""
        return self.rows > 0 and self.unique_once.value == self.rows


def _check_order(name: str, numbers: NumberFacts) -> None:
    ordered = [numbers.min, *(numbers.quantiles[key] for key in sorted(numbers.quantiles, key=float)), numbers.max]
    if any(low > high for low, high in pairwise(ordered)):
        raise Invalid("quantiles", f"{name}: minimum, quantiles and maximum are not in order.")


@dataclass(frozen=True, slots=True)
class InferredRelationship:
    """Columns whose values lie in a table's key. `orphans` counts rows, among those checked, without a parent."""

    columns: tuple[str, ...]
    referenced_table: Fqn
    referenced_columns: tuple[str, ...]
    containment: float
    """Share of the rows checked whose value has a parent."""
    orphans: int
    confidence: float
    checked: int | None = None
    """Rows read that have a value in every column; None in profiles from before it was kept."""
    reading: Reading | None = None
    """How the rows behind it were read; None likewise."""


@dataclass(frozen=True, slots=True)
class ColumnsTogether:
    """What was found between columns. `reading` may be of fewer rows than the profile's: a large copy is sampled."""

    reading: Reading
    functional_dependencies: tuple[FunctionalDependency, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    null_cooccurrence: tuple[NullCooccurrence, ...] = ()
    ordered_pairs: tuple[OrderedPair, ...] = ()


@dataclass(frozen=True, slots=True)
class TableProfile:
    """The measurements of one table at one time."""

    fqn: Fqn
    observed_at: datetime
    """When the first row was read."""
    row_count: Measured[int]
    reading: Reading
    columns: tuple[ColumnProfile, ...]
    size_bytes: int | None = None
    """Table, indexes and toast; None where the engine does not say (a view)."""
    last_changed_at: datetime | None = None
    duplicate_rows: Measured[int] | None = None
    """Rows that repeat an earlier row in every column; None when left out."""
    candidate_keys: tuple[tuple[str, ...], ...] = ()
    """Columns whose values identify each row read, declared keys first; no found key holds a smaller one."""
    relationships: tuple[InferredRelationship, ...] = ()
    together: ColumnsTogether | None = None
    """None where no columns were compared, and in profiles from before they were."""
    seconds: float = 0.0
    bytes_read: int | None = None
    """Of the values that were copied, as the copy holds them; None where nobody asked for it."""
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def unmeasured(self) -> frozenset[str]:
        """Columns that the table has and the profile does not."""
        return frozenset(name.removeprefix(UNMEASURED) for name in self.left_out if name.startswith(UNMEASURED))

    def column(self, name: str) -> ColumnProfile | None:
        return next((column for column in self.columns if column.name == name), None)
