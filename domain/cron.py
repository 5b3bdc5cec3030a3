"""Cron expressions of five fields: when something happens again and again."""

import re

_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day of the month": (1, 31),
    "month": (1, 12),
    "day of the week": (0, 7),
}
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", re.ASCII)


def check_cron(text: str) -> str:
    """The expression as it was given; ValueError says which field cannot be read."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"{text!r} is not a cron expression of five fields, such as '30 2 * * *' for every night")
    for part, (name, (lowest, highest)) in zip(parts, _FIELDS.items(), strict=True):
        if not all(_is_within(one, lowest, highest) for one in part.split(",")):
            raise ValueError(f"{part!r} is no {name}: use {lowest} to {highest}, *, ranges (1-5), steps (*/2), lists")
    return text


def _is_within(part: str, lowest: int, highest: int) -> bool:
    read = _PART.fullmatch(part)
    if read is None:
        return False
    first, last, step = read.groups()
    if step and first and not last:
        return False  # a step needs a range to walk through
    start = int(first) if first else lowest
    return lowest <= start <= (int(last) if last else start) <= highest
