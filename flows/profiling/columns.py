"""The profiles of columns of a copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import duckdb

from domain.profiles.model import (
    BooleanFacts,
    ColumnProfile,
    DateFacts,
    Measured,
    NumberFacts,
    Reading,
    TextFacts,
)
from flows.profiling.counts import NOTHING, Counted, ValueCounts, count_values, rows_where
from flows.profiling.dates import date_facts
from flows.profiling.numbers import number_facts
from flows.profiling.spelling import MAX_SPELLED_VALUES
from flows.profiling.text import text_facts
from flows.profiling.value_types import actual_types
from flows.sources.base import CopiedColumn, ValueKind
from flows.sources.long_texts import LONGEST_WHOLE, is_shortened

_TEXTS = (ValueKind.TEXT, ValueKind.OTHER)
_WHOLE_TEXTS = ("text.blank", "text.patterns")
"""What only a whole text tells."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What only one kind of value has."""

    numbers: NumberFacts | None = None
    text: TextFacts | None = None
    dates: DateFacts | None = None
    booleans: BooleanFacts | None = None


def profile_columns(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[CopiedColumn],
    declared_types: Mapping[str, str],
    reading: Reading,
    observed_at: datetime,
) -> list[ColumnProfile]:
    """Of columns of one kind, a batch of `flows.profiling.counts`. Types are named by column."""
    counts = count_values(connection, columns)
    top, types, facts = counts.top(), actual_types(counts), _facts(counts, observed_at)
    shortened = _shortened(counts)
    return [
        ColumnProfile(
            name=column.name,
            declared_type=declared_types.get(column.name, ""),
            reading=reading,
            rows=reading.rows_read,
            nulls=reading.rows_read - counted.non_null,
            distinct=Measured(counted.distinct, reading.method),
            unique_once=Measured(counted.unique_once, reading.method),
            actual_types=types.get(place, {}),
            top=top.get(place, ()),
            entropy=counted.entropy if counted.non_null else None,
            numbers=facts[place].numbers,
            text=facts[place].text,
            dates=facts[place].dates,
            booleans=facts[place].booleans,
            left_out=_left_out(counted, column.kind, facts[place], observed_at, shortened.get(place, 0)),
        )
        for place, column in enumerate(columns)
        for counted in (counts.of.get(place, NOTHING),)
    ]


def _facts(counts: ValueCounts, observed_at: datetime) -> defaultdict[int, Facts]:
    """By place; none where a column has no values of its kind."""
    found: Mapping[int, Facts] = {}
    match counts.kind:
        case ValueKind.NUMBER:
            found = {place: Facts(numbers=numbers) for place, numbers in number_facts(counts).items()}
        case ValueKind.TEXT:
            found = {place: Facts(text=text) for place, text in text_facts(counts).items()}
        case ValueKind.MOMENT:
            found = {place: Facts(dates=dates) for place, dates in date_facts(counts, observed_at).items()}
        case ValueKind.BOOLEAN:
            found = {place: Facts(booleans=booleans) for place, booleans in _boolean_facts(counts).items()}
        case ValueKind.OTHER:
            pass
        case _:
            assert_never(counts.kind)
    return defaultdict(Facts, found)


def _boolean_facts(counts: ValueCounts) -> dict[int, BooleanFacts]:
    found = counts.measure(rows_where("value"))
    return {place: BooleanFacts(true=true, false=counts.of[place].non_null - true) for place, (true,) in found.items()}


def _left_out(counted: Counted, kind: ValueKind, facts: Facts, observed_at: datetime, shortened: int) -> dict[str, str]:
    if not counted.non_null:
        return {}
    left_out: dict[str, str] = {}
    if kind is ValueKind.NUMBER and facts.numbers is None:
        left_out["numbers"] = "No value is finite, or their sums exceed double precision."
    elif facts.numbers and (odd := counted.non_null - sum(bar.count for bar in facts.numbers.histogram)):
        left_out["numbers.not_finite"] = f"The facts leave out {odd:,} rows with NaN, infinity or more than a double."
    if kind is ValueKind.MOMENT and facts.dates is None:
        left_out["dates"] = "No value lies in the years 1 to 9999."
    if facts.dates and facts.dates.min > observed_at:
        left_out["dates.age_seconds"] = "Every value lies in the future."
    if facts.text and counted.distinct > MAX_SPELLED_VALUES:
        looked_at = f"Counted over a fixed share of the {counted.distinct:,} distinct values."
        left_out |= dict.fromkeys(("text.shapes", "text.cases", "text.scripts"), looked_at)
    if shortened:
        beginning = f"{shortened:,} rows hold more than {LONGEST_WHOLE:,} characters; this is about the first of them."
        left_out |= dict.fromkeys(("actual_types", *(_WHOLE_TEXTS if facts.text else ())), beginning)
    return left_out


def _shortened(counts: ValueCounts) -> dict[int, int]:
    """By place, the rows whose text did not come whole."""
    if counts.kind not in _TEXTS:
        return {}
    return {place: rows for place, (rows,) in counts.measure(rows_where(is_shortened("value"))).items()}
