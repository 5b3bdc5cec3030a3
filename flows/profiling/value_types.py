"""What the values of a column look like, whatever type it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from domain.rules.patterns import PATTERNS
from flows.profiling.counts import ValueCounts
from flows.profiling.numbers import WHOLE
from flows.profiling.patterns import cheap_test, well_formed
from flows.sources.base import ValueKind
from flows.sources.dialect import quote_text

# A leading zero makes a code, not a number: 00420 loses something when it becomes 420.
_INTEGER = "^[+-]?(0|[1-9][0-9]{0,17})$"
_LONGEST_INTEGER = 19
_DECIMAL = "^[+-]?(0|[1-9][0-9]*)?[.][0-9]+([eE][+-]?[0-9]+)?$"
_MIDNIGHT = "moment IS NULL OR moment = date_trunc('day', moment)"
"""A day beyond the range of time stamps is no moment."""
_REAL_DAY = "TRY_CAST(left(value, 10) AS DATE) IS NOT NULL"
_STARTS_LIKE_A_NUMBER = "ascii(value) BETWEEN ascii('+') AND ascii('9')"


def _pattern_test(name: str, and_also: str = "true") -> tuple[str, str]:
    pattern = PATTERNS[name]
    return cheap_test(pattern, "value"), f"({well_formed(pattern, 'value')}) AND {and_also}"


# Each with a cheap condition first, as in patterns.py.
_TEXT_TESTS: Mapping[str, tuple[str, str]] = {
    "integer": (
        f"strlen(value) <= {_LONGEST_INTEGER} AND {_STARTS_LIKE_A_NUMBER}",
        f"regexp_matches(value, {quote_text(_INTEGER)})",
    ),
    "decimal": (f"contains(value, '.') AND {_STARTS_LIKE_A_NUMBER}", f"regexp_matches(value, {quote_text(_DECIMAL)})"),
    "boolean": ("strlen(value) BETWEEN 2 AND 5", "lower(value) IN ('true', 'false', 'yes', 'no')"),
    "date": _pattern_test("iso_date", _REAL_DAY),
    "timestamp": _pattern_test("iso_timestamp", _REAL_DAY),
    "uuid": _pattern_test("uuid"),
    "json": ("ascii(value) IN (ascii('{'), ascii('['))", "json_valid(value)"),
}


def actual_types(counts: ValueCounts) -> dict[int, Mapping[str, float]]:
    """By place, the share of the non-null rows by what their value looks like."""
    return {
        place: {name: rows / counts.of[place].non_null for name, rows in found.items()}
        for place, found in counts.rows_by(_classes(counts)).items()
    }


def _classes(counts: ValueCounts) -> str:
    match counts.kind:
        case ValueKind.NUMBER:
            return f"CASE WHEN isfinite(v) AND {WHOLE} THEN 'integer' ELSE 'decimal' END"
        case ValueKind.MOMENT:
            return f"CASE WHEN {_MIDNIGHT} THEN 'date' ELSE 'timestamp' END"
        case ValueKind.BOOLEAN:
            return "'boolean'"
        case ValueKind.TEXT | ValueKind.OTHER:
            return _classes_of_text(counts)
        case _:
            assert_never(counts.kind)


def _classes_of_text(counts: ValueCounts) -> str:
    """The first that fits, so each value has one class; what no value can be is not tried."""
    possible = counts.some({name: cheap for name, (cheap, _) in _TEXT_TESTS.items()})
    branches = " ".join(
        f"WHEN {cheap} AND {test} THEN '{name}'" for name, (cheap, test) in _TEXT_TESTS.items() if name in possible
    )
    return f"CASE {branches} ELSE 'text' END" if branches else "'text'"
