"""Profiles of columns whose values are given, computed in plain Python."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from domain.fqn import Fqn
from domain.profiles.model import (
    Bucket,
    ColumnProfile,
    Interval,
    Measured,
    Method,
    NumberFacts,
    Reading,
    TableProfile,
    TextFacts,
    ValueCount,
)

TABLE = Fqn.of("bank", "main", "public", "card")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
BARS = 20
SHOWN = 10


def numbers(values: Sequence[float]) -> ColumnProfile:
    return column([str(value) for value in values], numbers=facts_of(values))


def column(
    values: Sequence[str | None],
    name: str = "amount",
    declared_type: str = "numeric",
    intervals: Mapping[str, Interval] | None = None,
    population: int | None = None,
    **facts: object,
) -> ColumnProfile:
    """With a population it is a sample of that."""
    there = [value for value in values if value is not None]
    counted = Counter(there)
    method = Method.EXACT if population is None else Method.SAMPLED
    return ColumnProfile(
        name,
        declared_type,
        Reading(method, len(values), population or len(values)),
        len(values),
        len(values) - len(there),
        distinct=Measured(len(counted), method),
        unique_once=Measured(sum(rows == 1 for rows in counted.values()), method),
        actual_types={},
        top=most_frequent(there),
        intervals=intervals or {},
        **facts,  # type: ignore[arg-type]  # the facts of the column's kind
    )


def texts(values: Sequence[str], shapes: Sequence[str]) -> ColumnProfile:
    lengths = [len(value) for value in values]
    facts = TextFacts(min(lengths), max(lengths), statistics.fmean(lengths), 0, 0, 0, {}, most_frequent(shapes))
    return column(values, text=facts)


def most_frequent(values: Iterable[str]) -> tuple[ValueCount, ...]:
    counted = Counter(values)
    listed = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    return tuple(ValueCount(value, rows, rows / counted.total()) for value, rows in listed)


def facts_of(values: Sequence[float]) -> NumberFacts:
    ordered, rows = sorted(values), len(values)
    return NumberFacts(
        min=ordered[0],
        max=ordered[-1],
        mean=statistics.fmean(ordered),
        sum=math.fsum(ordered),
        standard_deviation=statistics.pstdev(ordered),
        quantiles={share: ordered[math.ceil(float(share) * rows - 1e-9) - 1] for share in QUANTILES},
        histogram=_histogram(ordered),
        zeros=ordered.count(0),
        negatives=sum(value < 0 for value in ordered),
        outliers=0,
        is_integer=all(value == math.trunc(value) for value in ordered),
    )


def _histogram(ordered: Sequence[float]) -> tuple[Bucket, ...]:
    low, high = ordered[0], ordered[-1]
    edges = [low, *(low + (high - low) / BARS * step for step in range(1, BARS)), high]
    if any(begin >= end for begin, end in pairwise(edges)):
        return (Bucket(low, high, len(ordered)),)
    counts = [sum(begin <= value < end for value in ordered) for begin, end in pairwise(edges)]
    counts[-1] += ordered.count(high)
    return tuple(Bucket(begin, end, count) for (begin, end), count in zip(pairwise(edges), counts, strict=True))


def table(*columns: ColumnProfile, rows: int = 100, left_out: Mapping[str, str] | None = None) -> TableProfile:
    counted = Measured(rows, Method.EXACT)
    return TableProfile(TABLE, NOW, counted, Reading(Method.EXACT, rows, rows), columns, left_out=left_out or {})
