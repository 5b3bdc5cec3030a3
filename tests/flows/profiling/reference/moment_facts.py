"""What the fields of `DateFacts` say, in UTC, against the moment of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import pairwise

from flows.profiling.dates import SENTINEL_DAYS
from tests.flows.profiling.reference.comparison import Facts
from tests.flows.profiling.reference.values import Column, Value


def expected_dates(column: Column, now: datetime) -> Facts | None:
    """None where no value lies in the years 1 to 9999; what lies beyond is a sentinel, and later values are future."""
    rows_of = column.moments
    if not rows_of:
        return None
    past = [moment for moment in rows_of if moment <= now]
    gaps = _empty_days(rows_of)
    return {
        "min": min(rows_of),
        "max": max(rows_of),
        "future": sum(rows for value, rows in column.counts.items() if _is_future(value, now)),
        "sentinels": sum(rows for value, rows in column.counts.items() if _is_sentinel(value.moment)),
        "age_seconds": (now - max(past)).total_seconds() if past else 0.0,
        "at_midnight": sum(rows for moment, rows in rows_of.items() if moment.time() == time()),
        "weekdays": _rows_by(rows_of, datetime.weekday, 7),
        "hours": _rows_by(rows_of, lambda moment: moment.hour, 24),
        "missing_days": sum(gaps),
        "longest_gap_days": max(gaps, default=0),
    }


def _rows_by(rows_of: Counter[datetime], part: Callable[[datetime], int], parts: int) -> list[int]:
    found = [0] * parts
    for moment, rows in rows_of.items():
        found[part(moment)] += rows
    return found


def _is_future(value: Value, now: datetime) -> bool:
    if value.moment:
        return value.moment > now
    assert isinstance(value.compared, tuple)
    return value.compared[0] > 0


def _is_sentinel(moment: datetime | None) -> bool:
    return moment is None or moment.date().isoformat() in SENTINEL_DAYS


def _empty_days(rows_of: Counter[datetime]) -> list[int]:
    days = sorted({moment.date() for moment in rows_of if not _is_sentinel(moment)})
    return [(later - earlier) // timedelta(days=1) - 1 for earlier, later in pairwise(days)]
