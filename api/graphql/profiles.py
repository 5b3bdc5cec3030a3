"""What profiling measured. Every value says how it was got, by its own method or by the reading it belongs to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from api.graphql.enums import describe
from api.graphql.mirror import mirror
from api.graphql.readings import Reading
from api.graphql.scalars import BigInt
from api.graphql.together import (
    Correlation,
    FunctionalDependency,
    NullCooccurrence,
    OrderedPair,
    shown,
)
from domain.fqn import Fqn
from domain.profiles import model
from domain.profiles.measurements import measurements
from domain.profiles.model import Method, ValueOrder

describe(
    ValueOrder,
    "What values do when the rows are put in the order of the primary key.",
    {
        ValueOrder.CONSTANT: "They stay the same.",
        ValueOrder.ASCENDING: "Each is larger than the one before.",
        ValueOrder.NOT_DESCENDING: "None is smaller than the one before.",
        ValueOrder.DESCENDING: "Each is smaller than the one before.",
        ValueOrder.NOT_ASCENDING: "None is larger than the one before.",
        ValueOrder.NONE: "They rise and fall.",
    },
)


@strawberry.type(description="A count, and how it was got.")
class MeasuredCount:
    value: BigInt = strawberry.field(description="The count.")
    method: Method = strawberry.field(description="How it was got.")


@strawberry.type(description="A value as text, and how often it stands in the rows read.")
class ValueCount:
    value: str = strawberry.field(description="The value, or for shapes its mask.")
    count: BigInt = strawberry.field(description="In how many of the rows read it stands.")
    share: float | None = strawberry.field(
        description="Of the non-null rows that were looked at, between 0 and 1; null in profiles older than this field."
    )


@strawberry.type(description="A share under a name.")
class NamedShare:
    name: str = strawberry.field(description="What the share is of.")
    share: float = strawberry.field(description="Between 0 and 1.")


@strawberry.type(description="A quantile.")
class Quantile:
    share: float = strawberry.field(description="The share of values at or below it, between 0 and 1.")
    value: float = strawberry.field(description="The quantile, in the column's unit.")


@strawberry.type(description="A bar of a histogram: low <= value < high; the last bar includes its high end.")
class Bucket:
    low: float = strawberry.field(description="Low end, in the column's unit.")
    high: float = strawberry.field(description="High end, in the column's unit.")
    count: BigInt = strawberry.field(description="Number of values between them.")


@strawberry.type(description="A metric that could not be measured.")
class LeftOut:
    metric: str = strawberry.field(description="Name of the metric.")
    reason: str = strawberry.field(description="Why it was left out.")


_OLDER = "null in profiles older than this field"


@strawberry.type(description="A number of a column, with all that says how far it can be trusted.")
class Measurement:
    metric: str = strawberry.field(
        description="Its name, such as `completeness` or `numbers.mean`. Counts of values are given as shares of the "
        "non-null values, between 0 and 1."
    )
    value: float = strawberry.field(description="Of the rows read.")
    method: Method = strawberry.field(description="How it was got.")
    rows_read: BigInt = strawberry.field(description="Number of rows behind it.")
    population: BigInt = strawberry.field(description="Number of rows of the table, counted or estimated.")
    low: float | None = strawberry.field(
        description="Where the number for the whole table begins, in 95 of 100 samples; null where nothing bounds it. "
        "The value itself when all rows were read."
    )
    high: float | None = strawberry.field(description="Where it ends, likewise.")


def _shares(shares: Mapping[str, float]) -> list[NamedShare]:
    ordered = sorted(shares.items(), key=lambda share: (-share[1], share[0]))
    return [NamedShare(name=name, share=share) for name, share in ordered]


def _counts(counts: Sequence[model.ValueCount]) -> list[ValueCount]:
    return [mirror(ValueCount, count) for count in counts]


def _left_out(reasons: Mapping[str, str]) -> list[LeftOut]:
    return [LeftOut(metric=metric, reason=reason) for metric, reason in sorted(reasons.items())]


@strawberry.type(description="What is measured of numbers, over the non-null values read.")
class NumberFacts:
    min: float = strawberry.field(description="Smallest value.")
    max: float = strawberry.field(description="Largest value.")
    mean: float = strawberry.field(description="Arithmetic mean.")
    sum: float = strawberry.field(description="Sum.")
    standard_deviation: float = strawberry.field(description="Standard deviation of the population.")
    quantiles: list[Quantile] = strawberry.field(description="Seven quantiles from 0.01 to 0.99, in order.")
    histogram: list[Bucket] = strawberry.field(description="Bars of equal width, in order.")
    zeros: BigInt = strawberry.field(description="Number of zeros.")
    negatives: BigInt = strawberry.field(description="Number of values below zero.")
    outliers: BigInt = strawberry.field(description="Values beyond 2 standard deviations from the mean.")
    is_integer: bool = strawberry.field(description="Whether every value is whole.")
    integers: BigInt | None = strawberry.field(description=f"Number of whole values; {_OLDER}.")
    variance: float = strawberry.field(description="Variance of the population.")
    interquartile_range: float = strawberry.field(description="From the quantile 0.25 to the quantile 0.75.")
    skewness: float | None = strawberry.field(
        description=f"Third standardized moment; null where all values are equal, {_OLDER}."
    )
    kurtosis: float | None = strawberry.field(
        description="Fourth standardized moment less 3, so that a normal distribution has 0; "
        f"null where all values are equal, {_OLDER}."
    )
    significant_digits: int | None = strawberry.field(
        description=f"Most digits of a value, without leading zeros and zeros that end a fraction; {_OLDER}."
    )
    decimal_places: int | None = strawberry.field(
        description=f"Most digits of a value after the point, without zeros at the end; {_OLDER}."
    )

    @classmethod
    def of(cls, facts: model.NumberFacts) -> Self:
        quantiles = sorted((float(share), value) for share, value in facts.quantiles.items())
        return mirror(
            cls,
            facts,
            quantiles=[Quantile(share=share, value=value) for share, value in quantiles],
            histogram=[mirror(Bucket, bucket) for bucket in facts.histogram],
        )


@strawberry.type(description="What is measured of texts, over the non-null values read. Lengths are in characters.")
class TextFacts:
    min_length: int = strawberry.field(description="Length of the shortest value.")
    max_length: int = strawberry.field(description="Length of the longest value.")
    mean_length: float = strawberry.field(description="Mean length.")
    empty: BigInt = strawberry.field(description="Number of empty values.")
    blank: BigInt = strawberry.field(description="Values that are empty or nothing but white space.")
    padded: BigInt = strawberry.field(description="Values that begin or end with white space.")
    patterns: list[NamedShare] = strawberry.field(description="Named patterns and the share of values that fit them.")
    shapes: list[ValueCount] = strawberry.field(
        description="The most frequent shape masks: a letter is A or a, a digit is 9."
    )
    leading_space: BigInt | None = strawberry.field(description=f"Values that begin with white space; {_OLDER}.")
    trailing_space: BigInt | None = strawberry.field(description=f"Values that end with white space; {_OLDER}.")
    missing_tokens: list[ValueCount] = strawberry.field(
        description="Words that stand for a missing value, such as `n/a`, trimmed and in lower case."
    )
    cases: list[NamedShare] = strawberry.field(
        description="The case of the letters: upper, lower, title, mixed, none (no letters)."
    )
    scripts: list[NamedShare] = strawberry.field(
        description="Scripts such as latin or cyrillic, and the share of values with letters of them."
    )

    @classmethod
    def of(cls, facts: model.TextFacts) -> Self:
        return mirror(
            cls,
            facts,
            patterns=_shares(facts.patterns),
            shapes=_counts(facts.shapes),
            missing_tokens=_counts(facts.missing_tokens),
            cases=_shares(facts.cases),
            scripts=_shares(facts.scripts),
        )


@strawberry.type(description="What is measured of dates and times, in UTC, over the non-null values read.")
class DateFacts:
    min: datetime = strawberry.field(description="The earliest.")
    max: datetime = strawberry.field(description="The latest.")
    future: BigInt = strawberry.field(description="Values after the time of reading.")
    sentinels: BigInt = strawberry.field(description="Stand-ins such as 1900-01-01 or 9999-12-31.")
    age_seconds: float = strawberry.field(
        description="Seconds from the newest value that is not in the future to the time of reading."
    )
    at_midnight: BigInt | None = strawberry.field(description=f"Values at midnight; {_OLDER}.")
    weekdays: list[BigInt] = strawberry.field(description="Values by the day of the week, Monday first.")
    hours: list[BigInt] = strawberry.field(description="Values by the hour, 0 to 23.")
    missing_days: BigInt | None = strawberry.field(
        description=f"Days without a value between the first and the last, sentinels aside; {_OLDER}."
    )
    longest_gap_days: BigInt | None = strawberry.field(
        description=f"Most days in a row without a value, sentinels aside; {_OLDER}."
    )


@strawberry.type(description="What is measured of booleans, over the non-null values read.")
class BooleanFacts:
    true: BigInt = strawberry.field(description="How often true.")
    false: BigInt = strawberry.field(description="How often false.")


@strawberry.type(description="The measurements of a column.")
class ColumnProfile:
    name: str = strawberry.field(description="The column's name.")
    declared_type: str = strawberry.field(description="The type that the source declares.")
    observed_at: datetime = strawberry.field(description="When the first row of the table was read.")
    reading: Reading = strawberry.field(description="How the rows were read.")
    rows: BigInt = strawberry.field(description="Rows read, nulls included.")
    nulls: BigInt = strawberry.field(description="Rows read without a value.")
    completeness: float | None = strawberry.field(
        description="Share of the rows read with a value; null when the table is empty."
    )
    distinct: MeasuredCount = strawberry.field(description="Number of distinct values.")
    uniqueness: float | None = strawberry.field(
        description="Distinct values for each non-null one; null when there is none."
    )
    unique_once: MeasuredCount = strawberry.field(description="Values that stand in exactly one row.")
    actual_types: list[NamedShare] = strawberry.field(description="What the values look like, as shares.")
    top: list[ValueCount] = strawberry.field(description="The most frequent values, the first one first.")
    numbers: NumberFacts | None = strawberry.field(description="Null unless the column holds numbers.")
    text: TextFacts | None = strawberry.field(description="Null unless the column holds text.")
    dates: DateFacts | None = strawberry.field(description="Null unless the column holds dates or times.")
    booleans: BooleanFacts | None = strawberry.field(description="Null unless the column holds booleans.")
    entropy: float | None = strawberry.field(
        description="Of the non-null values, in bits: 0 for a constant; null when there is no value."
    )
    order: ValueOrder | None = strawberry.field(
        description="What numbers and moments do along the primary key; null for other columns and without a key."
    )
    is_near_constant: bool = strawberry.field(
        description="Whether one value stands in at least 95 % of the non-null rows."
    )
    is_candidate_key: bool = strawberry.field(description="Whether its value tells each row read from all others.")
    measurements: list[Measurement] = strawberry.field(
        description="All numbers in one form, with the interval in which that of the whole table lies."
    )
    left_out: list[LeftOut] = strawberry.field(description="What could not be measured, and why.")

    @classmethod
    def of(cls, profile: model.ColumnProfile, observed_at: datetime) -> Self:
        return mirror(
            cls,
            profile,
            observed_at=observed_at,
            reading=mirror(Reading, profile.reading),
            distinct=mirror(MeasuredCount, profile.distinct),
            unique_once=mirror(MeasuredCount, profile.unique_once),
            actual_types=_shares(profile.actual_types),
            top=_counts(profile.top),
            numbers=NumberFacts.of(profile.numbers) if profile.numbers else None,
            text=TextFacts.of(profile.text) if profile.text else None,
            dates=mirror(DateFacts, profile.dates) if profile.dates else None,
            booleans=mirror(BooleanFacts, profile.booleans) if profile.booleans else None,
            measurements=[mirror(Measurement, one) for one in measurements(profile)],
            left_out=_left_out(profile.left_out),
        )


@strawberry.type(description="A reference to another table that the data shows, whether it is declared or not.")
class InferredRelationship:
    columns: list[str] = strawberry.field(description="The columns that refer.")
    referenced_table: Fqn = strawberry.field(description="The table that they refer to.")
    referenced_columns: list[str] = strawberry.field(description="The columns that they refer to, in the same order.")
    containment: float = strawberry.field(description="Share of the rows checked whose value has a parent.")
    orphans: BigInt = strawberry.field(description="Rows checked whose value has no parent.")
    confidence: float = strawberry.field(description="How sure the finding is, between 0 and 1.")
    checked: BigInt | None = strawberry.field(
        description="Rows read with a value in every one of the columns; null in profiles that did not record it."
    )
    reading: Reading | None = strawberry.field(description="How the rows were read; null likewise.")

    @classmethod
    def of(cls, found: model.InferredRelationship) -> Self:
        return mirror(cls, found, reading=mirror(Reading, found.reading) if found.reading else None)


@strawberry.type(description="The measurements of a table.")
class TableProfile:
    observed_at: datetime = strawberry.field(description="When the first row was read.")
    row_count: MeasuredCount = strawberry.field(description="Number of rows.")
    column_count: int = strawberry.field(description="Number of columns.")
    reading: Reading = strawberry.field(description="How the rows were read.")
    columns: list[ColumnProfile] = strawberry.field(description="One for each column, in the table's order.")
    size_bytes: BigInt | None = strawberry.field(
        description="Bytes of table and indexes; null where the engine does not say, as for a view."
    )
    last_changed_at: datetime | None = strawberry.field(description="Null where the engine does not know.")
    duplicate_rows: MeasuredCount | None = strawberry.field(
        description="Rows that repeat an earlier row in every column; null when it was left out."
    )
    candidate_keys: list[list[str]] = strawberry.field(
        description="Sets of columns that identify each row read: declared keys, then single columns, then two or "
        "three columns that hold no smaller key."
    )
    functional_dependencies: list[FunctionalDependency] = strawberry.field(
        description="Columns that follow from another one, the fewest violations first."
    )
    correlations: list[Correlation] = strawberry.field(description="Of pairs of numbers, the strongest first.")
    null_cooccurrence: list[NullCooccurrence] = strawberry.field(
        description="Pairs of columns of which one is nearly always null where the other is."
    )
    ordered_pairs: list[OrderedPair] = strawberry.field(
        description="Pairs of numbers or moments of which one is nearly never larger than the other."
    )
    relationships: list[InferredRelationship] = strawberry.field(description="References that the data shows.")
    seconds: float = strawberry.field(description="How long measuring took.")
    left_out: list[LeftOut] = strawberry.field(description="What could not be measured, and why.")

    @classmethod
    def of(cls, profile: model.TableProfile) -> Self:
        found = profile.together or model.ColumnsTogether(profile.reading)
        return mirror(
            cls,
            profile,
            row_count=mirror(MeasuredCount, profile.row_count),
            column_count=len(profile.columns),
            reading=mirror(Reading, profile.reading),
            columns=[ColumnProfile.of(column, profile.observed_at) for column in profile.columns],
            duplicate_rows=mirror(MeasuredCount, profile.duplicate_rows) if profile.duplicate_rows else None,
            relationships=[InferredRelationship.of(one) for one in profile.relationships],
            functional_dependencies=shown(FunctionalDependency, found.functional_dependencies, found.reading),
            correlations=shown(Correlation, found.correlations, found.reading),
            null_cooccurrence=shown(NullCooccurrence, found.null_cooccurrence, found.reading),
            ordered_pairs=shown(OrderedPair, found.ordered_pairs, found.reading),
            left_out=_left_out(profile.left_out),
        )


AssetProfile: TypeAlias = Annotated[
    TableProfile | ColumnProfile,
    strawberry.union("AssetProfile", description="A TableProfile of a table or view, a ColumnProfile of a column."),
]
