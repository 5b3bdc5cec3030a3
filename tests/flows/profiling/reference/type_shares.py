"""What values look like, whatever type their column declares."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

from domain.rules.patterns import is_well_formed
from tests.flows.profiling.reference.comparison import Close, Expected
from tests.flows.profiling.reference.values import Column, Kind, Value

ROUNDING = 1e-12
_MOST_DIGITS = 18
_BOOLEANS = {"true", "false", "yes", "no"}


def expected_types(column: Column) -> dict[str, Expected]:
    found: Counter[str] = Counter()
    for value, rows in column.counts.items():
        found[_type_of(column, value)] += rows
    return {name: Close(rows / len(column.present), ROUNDING) for name, rows in found.items()}


def _type_of(column: Column, value: Value) -> str:
    match column.kind:
        case Kind.NUMBER:
            return "integer" if math.isfinite(value.number) and value.number.is_integer() else "decimal"
        case Kind.MOMENT:
            assert isinstance(value.compared, tuple)
            is_day = column.is_date or not value.compared[1]
            return "date" if is_day else "timestamp"
        case Kind.BOOLEAN:
            return "boolean"
        case Kind.TEXT | Kind.OTHER:
            return _type_of_text(value.shown)


def _type_of_text(text: str) -> str:
    """The first that fits."""
    return next((name for name, fits in _TEXT_TYPES.items() if fits(text)), "text")


def _is_integer(text: str) -> bool:
    """A leading zero makes a code, not a number."""
    digits = _without_sign(text)
    return _is_natural(digits) and len(digits) <= _MOST_DIGITS


def _is_decimal(text: str) -> bool:
    """It has a point, and digits after it."""
    whole, point, rest = _without_sign(text).partition(".")
    fraction, *exponent = re.split("[eE]", rest, maxsplit=1)
    return (
        bool(point)
        and (not whole or _is_natural(whole))
        and all(part.isascii() and part.isdecimal() for part in (fraction, *map(_without_sign, exponent)))
    )


def _without_sign(text: str) -> str:
    return text[1:] if text[:1] in {"+", "-"} else text


def _is_natural(digits: str) -> bool:
    return digits.isascii() and digits.isdecimal() and (digits == "0" or digits[0] != "0")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return text.startswith("0000-") and _is_day(f"2000{text[4:]}")
    return True


def _is_json(text: str) -> bool:
    if text[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_TEXT_TYPES: Mapping[str, Callable[[str], bool]] = {
    "integer": _is_integer,
    "decimal": _is_decimal,
    "boolean": lambda text: text.lower() in _BOOLEANS,
    "date": lambda text: is_well_formed("iso_date", text) and _is_day(text),
    "timestamp": lambda text: is_well_formed("iso_timestamp", text) and _is_day(text[:10]),
    "uuid": lambda text: is_well_formed("uuid", text),
    "json": _is_json,
}
