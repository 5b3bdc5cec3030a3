"""Facts of dates and times, in UTC, against the moment of reading."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.profiles.model import DateFacts
from flows.profiling.counts import COUNTS, ValueCounts, rows_where

# Days that stand for "unknown" or "never" in many systems: the epochs of spreadsheets, SQL Server and Unix, and the
# first and last days that a type or a form can hold.
SENTINEL_DAYS = (
    "0001-01-01",
    "1111-11-11",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1970-01-01",
    "2099-12-31",
    "2999-12-31",
    "9999-01-01",
    "9999-12-31",
)
_CALENDAR = "moment BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"

# A day beyond the range of timestamps becomes null here; only the future reaches that far.
_DAYS = ", ".join(f"TIMESTAMP '{day}'" for day in SENTINEL_DAYS)
SENTINEL = f"(NOT coalesce({_CALENDAR}, false) OR date_trunc('day', moment) IN ({_DAYS}))"
AT_MIDNIGHT = f"({_CALENDAR} AND moment = date_trunc('day', moment))"


def in_future(now: datetime) -> str:
    return f"coalesce(moment > TIMESTAMP '{now}', true)"


_ON_CALENDAR = f"(SELECT place, moment, n FROM {COUNTS} WHERE {_CALENDAR})"  # noqa: S608 - constants


def clock_of(observed_at: datetime) -> datetime:
    """As time stamps without a zone show it."""
    return observed_at.astimezone(UTC).replace(tzinfo=None)


def date_facts(counts: ValueCounts, observed_at: datetime) -> dict[int, DateFacts]:
    """By place; not of a column whose values all lie outside of the years 1 to 9999.

    Infinity, and what lies beyond those years, is a sentinel.
    """
    now = clock_of(observed_at)
    measured = counts.measure(
        f"min(moment) FILTER ({_CALENDAR})",
        f"max(moment) FILTER ({_CALENDAR})",
        f"max(moment) FILTER (moment <= $1 AND {_CALENDAR})",
        *map(rows_where, (in_future(now), SENTINEL, AT_MIDNIGHT)),
        parameters=[now],
    )
    weekdays, hours = (counts.rows_by(part, of=_ON_CALENDAR) for part in ("isodow(moment) - 1", "hour(moment)"))
    gaps = _gaps(counts)
    return {
        place: DateFacts(
            min=oldest.replace(tzinfo=UTC),
            max=newest.replace(tzinfo=UTC),
            future=future,
            sentinels=sentinels,
            age_seconds=(now - latest).total_seconds() if latest else 0.0,
            at_midnight=midnight,
            weekdays=tuple(weekdays[place].get(day, 0) for day in range(7)),
            hours=tuple(hours[place].get(hour, 0) for hour in range(24)),
            missing_days=gaps[place][0],
            longest_gap_days=gaps[place][1],
        )
        for place, (oldest, newest, latest, future, sentinels, midnight) in measured.items()
        if oldest is not None
    }


def _gaps(counts: ValueCounts) -> dict[int, tuple[int, int]]:
    """Days without a value between the first and the last, and the most of them in a row."""
    days = (
        f"SELECT DISTINCT place, moment::DATE AS day FROM {_ON_CALENDAR} "  # noqa: S608 - constants
        f"WHERE date_trunc('day', moment) NOT IN ({_DAYS})"
    )
    empty = f"(SELECT place, day - lag(day) OVER (PARTITION BY place ORDER BY day) - 1 AS days FROM ({days}))"  # noqa: S608 - likewise
    found = counts.measure("coalesce(sum(days), 0)::BIGINT", "coalesce(max(days), 0)", of=empty)
    return {place: found.get(place, (0, 0)) for place in counts.of}
