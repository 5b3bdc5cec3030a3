"""The named patterns in SQL: the twin of `domain.rules.patterns.is_well_formed`."""
# ruff: noqa: S608 - every name and every value is quoted where it enters the text

from functools import reduce
from string import ascii_uppercase

from domain.rules.patterns import PATTERNS, CheckDigits
from flows.sources.dialect import Dialect, quote_text

_DIGITS = "0123456789"
_DOUBLED_DIGIT_SUMS = "0246813579"


def is_well_formed(name: str, text: str, dialect: Dialect) -> str:
    """A condition on the SQL expression `text`; check digits are computed only where the form is right."""
    pattern = PATTERNS[name]
    bare = f"translate({text}, {quote_text(pattern.ignored)}, '')" if pattern.ignored else text
    shaped = f"{bare} ~ {quote_text(pattern.regex)}"
    match pattern.check_digits:
        case CheckDigits.LUHN:
            return f"CASE WHEN {shaped} THEN {_luhn(bare, dialect)} ELSE false END"
        case CheckDigits.MOD_97:
            return f"CASE WHEN {shaped} THEN {_mod_97(bare, dialect)} ELSE false END"
        case None:
            return shaped


def _luhn(digits: str, dialect: Dialect) -> str:
    """Every second digit from the right counts as the digit sum of its double, which is a plain substitution."""
    digit = f"substr(reverse({digits}), place, 1)"
    doubled = f"translate({digit}, '{_DIGITS}', '{_DOUBLED_DIGIT_SUMS}')"
    weighted = f"CASE WHEN place % 2 = 0 THEN {doubled} ELSE {digit} END"
    places = f"generate_series(1, length({digits})) AS places(place)"
    return f"(SELECT sum({dialect.digit(weighted)}) % 10 = 0 FROM {places})"


def _mod_97(iban: str, dialect: Dialect) -> str:
    rearranged = f"substr({iban}, 5) || left({iban}, 4)"
    numbered = reduce(_replace_letter, ascii_uppercase, rearranged)
    return f"{dialect.remainder(numbered, 97)} = 1"


def _replace_letter(text: str, letter: str) -> str:
    return f"replace({text}, '{letter}', '{int(letter, 36)}')"
