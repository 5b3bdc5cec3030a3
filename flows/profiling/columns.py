"""The profile of one column of a copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
from flows.profiling.counts import ValueCounts, count_values, rows_where
from flows.profiling.dates import date_facts
from flows.profiling.numbers import number_facts
from flows.profiling.spelling import MAX_SPELLED_VALUES
from flows.profiling.text import text_facts
from flows.profiling.value_types import actual_types
from flows.sources.base import CopiedColumn, ValueKind


@dataclass(frozen=True, slots=True)
class Facts:
    """What only one kind of value has."""

    numbers: NumberFacts | None = None
    text: TextFacts | None = None
    dates: DateFacts | None = None
    booleans: BooleanFacts | None = None


def profile_column(
    connection: duckdb.DuckDBPyConnection,
    column: CopiedColumn,
    declared_type: str,
    reading: Reading,
    observed_at: datetime,
) -> ColumnProfile:
    counts = count_values(connection, column.alias)
    facts = _facts(counts, column.kind, observed_at) if counts.non_null else Facts()
    return ColumnProfile(
        name=column.name,
        declared_type=declared_type,
        reading=reading,
        rows=reading.rows_read,
        nulls=reading.rows_read - counts.non_null,
        distinct=Measured(counts.distinct, reading.method),
        unique_once=Measured(counts.unique_once, reading.method),
        actual_types=actual_types(counts, column.kind),
        top=counts.top(),
        entropy=counts.entropy if counts.non_null else None,
        numbers=facts.numbers,
        text=facts.text,
        dates=facts.dates,
        booleans=facts.booleans,
        left_out=_left_out(counts, column.kind, facts, observed_at),
    )


def _facts(counts: ValueCounts, kind: ValueKind, observed_at: datetime) -> Facts:
    match kind:
        case ValueKind.NUMBER:
            return Facts(numbers=number_facts(counts))
        case ValueKind.TEXT:
            return Facts(text=text_facts(counts))
        case ValueKind.MOMENT:
            return Facts(dates=date_facts(counts, observed_at))
        case ValueKind.BOOLEAN:
            (true,) = counts.measure(rows_where("value"))
            return Facts(booleans=BooleanFacts(true=true, false=counts.non_null - true))
        case ValueKind.OTHER:
            return Facts()


def _left_out(counts: ValueCounts, kind: ValueKind, facts: Facts, observed_at: datetime) -> dict[str, str]:
    if not counts.non_null:
        return {}
    left_out: dict[str, str] = {}
    if kind is ValueKind.NUMBER and facts.numbers is None:
        left_out["numbers"] = "No value is finite, or their sums exceed double precision."
    elif facts.numbers and (odd := counts.non_null - sum(bar.count for bar in facts.numbers.histogram)):
        left_out["numbers.not_finite"] = f"The facts leave out {odd:,} rows with NaN, infinity or more than a double."
    if kind is ValueKind.MOMENT and facts.dates is None:
        left_out["dates"] = "No value lies in the years 1 to 9999."
    if facts.dates and facts.dates.min > observed_at:
        left_out["dates.age_seconds"] = "Every value lies in the future."
    if facts.text and counts.distinct > MAX_SPELLED_VALUES:
        looked_at = f"Counted over a fixed share of the {counts.distinct:,} distinct values."
        left_out |= dict.fromkeys(("text.shapes", "text.cases", "text.scripts"), looked_at)
    return left_out
