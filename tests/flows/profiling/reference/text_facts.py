"""What the fields of `TextFacts` say, one value after the other."""

from __future__ import annotations

import statistics
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

from domain.rules.patterns import PATTERNS, is_well_formed
from flows.profiling.text import MISSING_TOKENS
from tests.flows.profiling import by_hand
from tests.flows.profiling.reference.comparison import Close, Expected, Facts
from tests.flows.profiling.reference.values import Column

SHOWN_CHARACTERS = 200
MOST = 10
ROUNDING = 1e-12
WHITE = "\t\n\v\f\r\x85" + "".join(
    character for character in map(chr, range(sys.maxunicode)) if unicodedata.category(character) in {"Zs", "Zl", "Zp"}
)
"""Unicode's property White_Space."""
LONGEST_TOKEN = 18
"""In bytes, with what is trimmed."""
TRIMMED = " \t\r\n"


def expected_text(column: Column) -> Facts | None:
    rows_of = {value.shown: rows for value, rows in column.counts.items()}
    rows = sum(rows_of.values())
    if not rows:
        return None

    def counted(holds: Callable[[str], bool]) -> int:
        return sum(n for value, n in rows_of.items() if holds(value))

    def shared(names_of: Callable[[str], Iterable[str]]) -> dict[str, Expected]:
        return {name: Close(n / rows, ROUNDING) for name, n in _rows_by(rows_of, names_of).items()}

    shapes = _rows_by(rows_of, lambda value: [by_hand.shape(value[:SHOWN_CHARACTERS])])
    tokens = _rows_by(rows_of, missing_tokens_of)
    return {
        "min_length": min(map(len, rows_of)),
        "max_length": max(map(len, rows_of)),
        "mean_length": Close(statistics.fmean(map(len, rows_of), rows_of.values()), ROUNDING * max(map(len, rows_of))),
        "empty": rows_of.get("", 0),
        "blank": counted(lambda value: not value.strip(WHITE)),
        "padded": counted(lambda value: value != value.strip(WHITE)),
        "leading_space": counted(lambda value: value != value.lstrip(WHITE)),
        "trailing_space": counted(lambda value: value != value.rstrip(WHITE)),
        "patterns": shared(lambda value: [name for name in PATTERNS if is_well_formed(name, value)]),
        "shapes": most_frequent(shapes, rows),
        "missing_tokens": most_frequent(tokens, rows),
        "cases": shared(lambda value: [case_of(value[:SHOWN_CHARACTERS])]),
        "scripts": shared(lambda value: scripts_of(value[:SHOWN_CHARACTERS])),
    }


def most_frequent(rows_of: Counter[str], rows: int) -> list[Facts]:
    """Among equals the smaller first, by code points."""
    most = sorted(rows_of.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return [{"value": value, "count": count, "share": Close(count / rows, ROUNDING)} for value, count in most]


def _rows_by(rows_of: dict[str, int], names_of: Callable[[str], Iterable[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for value, rows in rows_of.items():
        for name in names_of(value):
            found[name] += rows
    return found


def missing_tokens_of(value: str) -> set[str]:
    is_short = len(value.encode()) <= LONGEST_TOKEN
    return {value.strip(TRIMMED).lower()} & set(MISSING_TOKENS) if is_short else set()


def case_of(value: str) -> str:
    """A word is a run of letters; in a title each begins with its only capital."""
    words = ["".join(run) for is_word, run in groupby(value, str.isalpha) if is_word]
    capitals = [[letter.isupper() for letter in word] for word in words]
    has_upper, has_lower = any(map(any, capitals)), not all(map(all, capitals))
    if has_upper and has_lower:
        return "title" if all(word[0] and not any(word[1:]) for word in capitals) else "mixed"
    if has_upper:
        return "upper"
    return "lower" if has_lower else "none"


def scripts_of(value: str) -> set[str]:
    return {unicodedata.name(letter, "unknown").split()[0].lower() for letter in value if letter.isalpha()}
