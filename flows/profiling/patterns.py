"""The SQL twin of `domain.rules.patterns.is_well_formed`, for values that lie in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from domain.rules.patterns import CheckDigits, Pattern
from flows.sources.dialect import quote_text

# The regular expressions then run on the few values that are left, and are not even compiled when none is.
_CHEAP_TESTS: Mapping[str, str] = {
    "email": "contains({value}, '@')",
    "phone": "ascii({value}) BETWEEN ascii(' ') AND ascii('9')",
    "url": "contains({value}, '://')",
    "uuid": "strlen({value}) = 36",
    "ipv4": "strlen({value}) BETWEEN 7 AND 15",
    "ipv6": "contains({value}, ':')",
    "mac_address": "strlen({value}) = 17",
    "iban": "regexp_matches({value}, '^ *[A-Z] *[A-Z] *[0-9]')",
    "card": "(ascii({value}) BETWEEN ascii('0') AND ascii('9') OR ascii({value}) IN (ascii(' '), ascii('-')))",
    "iso_date": "strlen({value}) = 10",
    "iso_timestamp": "strlen({value}) >= 16 AND contains({value}, ':')",
    "day_first_date": "strlen({value}) BETWEEN 8 AND 10",
    "month_first_date": "strlen({value}) BETWEEN 8 AND 10",
    "postal_code": "strlen({value}) BETWEEN 4 AND 10",
    "country_code": "strlen({value}) = 2",
    "currency_code": "strlen({value}) = 3",
}


def well_formed(pattern: Pattern, value: str) -> str:
    """A condition on the SQL expression `value`: the whole value follows the pattern, its check digits included."""
    bare = f"translate({value}, {quote_text(pattern.ignored)}, '')" if pattern.ignored else value
    matches = f"regexp_matches({bare}, {quote_text(pattern.regex)}) AND NOT ends_with({value}, chr(10))"
    if pattern.check_digits is not None:
        matches = f"CASE WHEN {matches} THEN {_check(pattern.check_digits, bare)} ELSE false END"
    return f"CASE WHEN {cheap_test(pattern, value)} THEN {matches} ELSE false END"


def cheap_test(pattern: Pattern, value: str) -> str:
    """A condition that every well-formed value fulfils, and most others do not."""
    return _CHEAP_TESTS.get(pattern.name, "true").format(value=value)


def _check(check_digits: CheckDigits, value: str) -> str:
    match check_digits:
        case CheckDigits.LUHN:
            return _luhn(value)
        case CheckDigits.MOD_97:
            return _mod_97(value)
        case _:
            assert_never(check_digits)


def _luhn(value: str) -> str:
    """Every second digit from the right counts double, and a double of two digits as their sum (2d - 9)."""
    digit = f"ascii(substr(reverse({value}), position, 1)) - 48"
    weighed = f"CASE WHEN position % 2 = 1 THEN {digit} WHEN {digit} > 4 THEN 2 * ({digit}) - 9 ELSE 2 * ({digit}) END"
    places = f"range(1, length({value}) + 1)"
    return f"list_sum(list_transform({places}, lambda position: {weighed})) % 10 = 0"


def _mod_97(value: str) -> str:
    """The first four characters go to the end, letters count 10 to 35, and the remainder of the number is 1."""
    rearranged = f"substr({value}, 5) || left({value}, 4)"
    step = "(CASE WHEN code < 58 THEN remainder * 10 + code - 48 ELSE remainder * 100 + code - 55 END) % 97"
    codes = f"list_transform(string_split({rearranged}, ''), lambda letter: ascii(letter))"
    return f"list_reduce({codes}, lambda remainder, code: {step}, 0) = 1"
