"""Cron expressions of five fields: when something happens again and again."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import croniter

_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day of the month": (1, 31),
    "month": (1, 12),
    "day of the week": (0, 7),
}
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", re.ASCII)
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_DAYS_OF_A_WEEK = 7


def check_cron(text: str) -> str:
    """The expression as it was given; ValueError says which field cannot be read, or that its day never comes."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"{text!r} is not a cron expression of five fields, such as '30 2 * * *' for every night")
    fields = zip(parts, _FIELDS.items(), strict=True)
    _minutes, _hours, days, months, weekdays = [_read(part, name, *bounds) for part, (name, bounds) in fields]
    is_any_weekday = len({day % _DAYS_OF_A_WEEK for day in weekdays}) == _DAYS_OF_A_WEEK
    if is_any_weekday and min(days) > max(_LONGEST_MONTHS.get(month, 31) for month in months):
        raise ValueError(f"{text!r} never comes: none of its months has {min(days)} days")
    return text


def next_time(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first moment after `after` at which the clocks of the time zone show what the expression says.

    A time that comes twice when clocks are set back counts once.
    """
    zone = ZoneInfo(time_zone)
    shown: Iterator[datetime] = croniter(cron, after.astimezone(zone).replace(tzinfo=None)).all_next(datetime)
    moments = (clock.replace(tzinfo=zone).astimezone(UTC) for clock in shown)
    return next(moment for moment in moments if moment > after)


def _read(field: str, name: str, lowest: int, highest: int) -> set[int]:
    """The values that a field names."""
    values: set[int] = set()
    for part in field.split(","):
        found = _values(part, lowest, highest)
        if not found:
            raise ValueError(f"{field!r} is no {name}: use {lowest} to {highest}, *, ranges (1-5), steps (*/2), lists")
        values.update(found)
    return values


def _values(part: str, lowest: int, highest: int) -> range:
    """Those of a range or a single number; empty for what is neither."""
    read = _PART.fullmatch(part)
    if read is None:
        return range(0)
    first, last, step = read.groups()
    if step and first and not last:
        return range(0)  # a step needs a range to walk through
    start = int(first) if first else lowest
    end = int(last) if last else start if first else highest
    return range(start, end + 1, int(step or 1)) if lowest <= start and end <= highest else range(0)
