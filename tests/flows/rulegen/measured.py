"""A profile computed from rows in plain Python: what generation is given, without a database."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from statistics import fmean, pstdev, quantiles

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.fqn import Fqn
from domain.profiles.model import (
    ColumnProfile,
    DateFacts,
    Measured,
    Method,
    NumberFacts,
    Reading,
    TableProfile,
    TextFacts,
    ValueCount,
)
from domain.rules.patterns import PATTERNS, is_well_formed

OBSERVED_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENTINELS = {date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31)}
INTEGER, DECIMAL = re.compile(r"[+-]?\d+"), re.compile(r"[+-]?(\d+[.]\d*|[.]\d+)")
Values = Sequence[object]


def found_table(columns: Mapping[str, str]) -> FoundTable:
    """A table of the given column types that declares nothing."""
    found = tuple(FoundColumn(name, place, kind, nullable=True) for place, (name, kind) in enumerate(columns.items()))
    return FoundTable(Fqn.of("s", "d", "public", "subject"), AssetType.TABLE, found)


def profile_of(table: FoundTable, values: Mapping[str, Values], observed_at: datetime = OBSERVED_AT) -> TableProfile:
    rows = len(next(iter(values.values()), ()))
    reading = Reading(Method.EXACT, rows, rows)
    columns = tuple(_column(column, values[column.name], reading, observed_at) for column in table.columns)
    return TableProfile(table.fqn, observed_at, Measured(rows, Method.EXACT), reading, columns)


def _column(column: FoundColumn, values: Values, reading: Reading, observed_at: datetime) -> ColumnProfile:
    filled = [value for value in values if value is not None]
    counts = Counter(map(str, filled))
    texts = [value for value in filled if isinstance(value, str)]
    numbers = [float(value) for value in filled if isinstance(value, int | float | Decimal)]
    moments = [_moment(value) for value in filled if isinstance(value, date)]
    return ColumnProfile(
        name=column.name,
        declared_type=column.data_type,
        reading=reading,
        rows=len(values),
        nulls=len(values) - len(filled),
        distinct=Measured(len(counts), Method.EXACT),
        unique_once=Measured(sum(count == 1 for count in counts.values()), Method.EXACT),
        actual_types=_types(texts),
        top=tuple(ValueCount(value, count) for value, count in counts.most_common(10)),
        numbers=_numbers(numbers) if len(numbers) > 1 else None,
        text=_text(texts) if texts else None,
        dates=_dates(moments, observed_at) if moments else None,
    )


def _types(texts: Sequence[str]) -> Mapping[str, float]:
    whole = sum(bool(INTEGER.fullmatch(text.strip())) for text in texts)
    broken = sum(bool(DECIMAL.fullmatch(text.strip())) for text in texts)
    total = max(1, len(texts))
    return {"integer": whole / total, "decimal": broken / total, "text": (len(texts) - whole - broken) / total}


def _numbers(numbers: Sequence[float]) -> NumberFacts:
    cuts, mean, deviation = quantiles(numbers, n=100, method="inclusive"), fmean(numbers), pstdev(numbers)
    return NumberFacts(
        min=min(numbers),
        max=max(numbers),
        mean=mean,
        sum=sum(numbers),
        standard_deviation=deviation,
        quantiles={f"{percent / 100:g}": cuts[percent - 1] for percent in (1, 5, 25, 50, 75, 95, 99)},
        histogram=(),
        zeros=sum(number == 0 for number in numbers),
        negatives=sum(number < 0 for number in numbers),
        outliers=sum(abs(number - mean) > 2 * deviation for number in numbers),
        is_integer=all(number.is_integer() for number in numbers),
    )


def _text(texts: Sequence[str]) -> TextFacts:
    lengths = [len(text) for text in texts]
    shares = {name: sum(is_well_formed(name, text) for text in texts) / len(texts) for name in PATTERNS}
    shapes = Counter(_shape(text) for text in texts)
    return TextFacts(
        min_length=min(lengths),
        max_length=max(lengths),
        mean_length=fmean(lengths),
        empty=texts.count(""),
        blank=sum(not text.strip() for text in texts),
        padded=sum(text != text.strip() for text in texts),
        patterns={name: share for name, share in shares.items() if share},
        shapes=tuple(ValueCount(shape, count) for shape, count in shapes.most_common(10)),
    )


def _shape(text: str) -> str:
    return "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else c for c in text)


def _dates(moments: Sequence[datetime], observed_at: datetime) -> DateFacts:
    past = [moment for moment in moments if moment <= observed_at]
    return DateFacts(
        min=min(moments),
        max=max(moments),
        future=len(moments) - len(past),
        sentinels=sum(moment.date() in SENTINELS for moment in moments),
        age_seconds=(observed_at - max(past)).total_seconds() if past else 0.0,
    )


def _moment(value: date) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC)
