"""The unit that a column's name states, if it does."""

from __future__ import annotations

from collections.abc import Mapping

_UNITS: Mapping[str, str] = {
    "kg": "kilograms",
    "grams": "grams",
    "lbs": "pounds",
    "cm": "centimetres",
    "mm": "millimetres",
    "km": "kilometres",
    "miles": "miles",
    "meters": "metres",
    "metres": "metres",
    "ounces": "ounces",
    "litres": "litres",
    "liters": "litres",
    "ms": "milliseconds",
    "milliseconds": "milliseconds",
    "seconds": "seconds",
    "sec": "seconds",
    "secs": "seconds",
    "minutes": "minutes",
    "mins": "minutes",
    "hours": "hours",
    "days": "days",
    "weeks": "weeks",
    "months": "months",
    "years": "years",
    "bytes": "bytes",
    "kb": "kilobytes",
    "mb": "megabytes",
    "gb": "gigabytes",
    "percent": "per cent",
    "usd": "US dollars",
    "eur": "euros",
    "gbp": "pounds sterling",
    "chf": "Swiss francs",
    "dkk": "Danish kroner",
    "cents": "cents",
    "celsius": "degrees Celsius",
    "kwh": "kilowatt-hours",
}


def unit_of(words: tuple[str, ...]) -> str | None:
    """Only the last word states a unit: `days_overdue` counts days, `business_days_code` does not."""
    ends = (words[-1], words[0]) if len(words) > 1 else (words[-1],)
    return next((_UNITS[word] for word in ends if word in _UNITS), None)
