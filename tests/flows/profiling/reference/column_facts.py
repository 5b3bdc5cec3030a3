"""What the fields of `ColumnProfile` say, for a table of which all rows were read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from tests.flows.profiling.reference.comparison import Close, Expected, Facts, Reasons
from tests.flows.profiling.reference.moment_facts import expected_dates
from tests.flows.profiling.reference.number_facts import expected_numbers
from tests.flows.profiling.reference.text_facts import MOST, SHOWN_CHARACTERS, expected_text
from tests.flows.profiling.reference.type_shares import ROUNDING, expected_types
from tests.flows.profiling.reference.value_order import expected_order
from tests.flows.profiling.reference.values import Column, Kind, Value

NEARLY_ALL = 0.95


def expected_column(column: Column, reading: Facts, primary_key: Mapping[str, Column], now: datetime) -> Facts:
    rows, present = len(column.values), len(column.present)
    most = max(column.counts.values(), default=0)
    numbers = expected_numbers(column) if column.kind is Kind.NUMBER else None
    dates = expected_dates(column, now) if column.kind is Kind.MOMENT else None
    return {
        "name": column.name,
        "declared_type": column.declared_type,
        "reading": reading,
        "rows": rows,
        "nulls": column.nulls,
        "non_null": present,
        "completeness": present / rows if rows else None,
        "distinct": {"value": len(column.counts), "method": reading["method"]},
        "uniqueness": len(column.counts) / present if present else None,
        "unique_once": {"value": column.unique_once, "method": reading["method"]},
        "is_candidate_key": column.is_key,
        "is_near_constant": present > 0 and most >= NEARLY_ALL * present,
        "actual_types": expected_types(column),
        "top": _top(column),
        "entropy": _entropy(column),
        "numbers": numbers,
        "text": expected_text(column) if column.kind is Kind.TEXT else None,
        "dates": dates,
        "booleans": _booleans(column) if column.kind is Kind.BOOLEAN and present else None,
        "intervals": {},
        "order": expected_order(column, primary_key),
        "left_out": Reasons(frozenset(_left_out(column, numbers, dates, now))),
    }


def _top(column: Column) -> list[Facts]:
    most = sorted(column.counts.items(), key=lambda item: (-item[1], item[0].order))[:MOST]
    rows = len(column.present)
    return [{"value": _shown(value), "count": n, "share": Close(n / rows, ROUNDING)} for value, n in most]


def _shown(value: Value) -> Expected:
    return value.shown[:SHOWN_CHARACTERS] if isinstance(value.shown, str) else value.shown


def _entropy(column: Column) -> Expected:
    rows = len(column.present)
    shares = [count / rows for count in column.counts.values()]
    return Close(-math.fsum(share * math.log2(share) for share in shares), ROUNDING * 32) if rows else None


def _booleans(column: Column) -> Facts:
    true = sum(value.order for value in column.present)
    return {"true": true, "false": len(column.present) - true}


def _left_out(column: Column, numbers: Facts | None, dates: Facts | None, now: datetime) -> set[str]:
    if not column.present:
        return set()
    left_out = set()
    if column.kind is Kind.NUMBER and numbers is None:
        left_out.add("numbers")
    if numbers is not None and column.finite.total() < len(column.present):
        left_out.add("numbers.not_finite")
    if column.kind is Kind.MOMENT and dates is None:
        left_out.add("dates")
    if dates is not None and dates["min"] > now:
        left_out.add("dates.age_seconds")
    return left_out
