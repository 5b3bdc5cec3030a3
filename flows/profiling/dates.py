"""Facts of dates and times, in UTC, against the moment of reading."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.profiles.model import DateFacts
from flows.profiling.counts import ValueCounts, rows_where

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
_MOMENTS = "(SELECT TRY_CAST(value AS TIMESTAMP) AS moment, n FROM value_counts)"


def date_facts(counts: ValueCounts, observed_at: datetime) -> DateFacts | None:
    """None when no value lies in the years 1 to 9999. Infinity, and what lies beyond those years, is a sentinel."""
    now = observed_at.astimezone(UTC).replace(tzinfo=None)
    days = ", ".join(f"TIMESTAMP '{day}'" for day in SENTINEL_DAYS)
    oldest, newest, future, sentinels, latest = counts.measure(
        f"min(moment) FILTER ({_CALENDAR})",
        f"max(moment) FILTER ({_CALENDAR})",
        rows_where("coalesce(moment > $1, true)"),
        rows_where(f"NOT coalesce({_CALENDAR}, false) OR date_trunc('day', moment) IN ({days})"),
        f"max(moment) FILTER (moment <= $1 AND {_CALENDAR})",
        of=_MOMENTS,
        parameters=[now],
    )
    if oldest is None:
        return None
    return DateFacts(
        min=oldest.replace(tzinfo=UTC),
        max=newest.replace(tzinfo=UTC),
        future=future,
        sentinels=sentinels,
        age_seconds=(now - latest).total_seconds() if latest else 0.0,
    )
