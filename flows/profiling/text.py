"""Facts of text columns: lengths, blanks, words for a missing value, patterns; how they are spelled is beside."""

from __future__ import annotations

from collections.abc import Mapping

from domain.profiles.model import TextFacts, ValueCount
from domain.rules.patterns import PATTERNS
from flows.profiling.counts import COUNTS, ValueCounts, most_frequent, rows_where
from flows.profiling.patterns import cheap_test, well_formed
from flows.profiling.spelling import spelling_of
from flows.sources.dialect import quote_text
from flows.sources.long_texts import length_of

# What people and programs write where there is no value. A country or a name may be called so, too: how often
# such a word stands is a fact, that a value is missing is a guess.
MISSING_TOKENS = (
    *("n/a", "#n/a", "n.a.", "na", "n/k", "nan", "nil", "none", "null", "(null)", "<null>", "(none)", "undefined"),
    *("unknown", "unk", "(unknown)", "not available", "not applicable", "not known", "not specified", "missing"),
    *("tbd", "tba", "-", "--", "---", "?", "??", "???", ".", "..", "...", "*", "**", "***", "_", "xxx", "x"),
)
LENGTH = length_of("value")
LONGEST_TOKEN = max(map(len, MISSING_TOKENS))
SPACES = " \t\r\n"

_WHITE = r"[\s\x0b\x85\p{Z}]"
_PRINTED = "BETWEEN 33 AND 126"
EMPTY, BLANK = "value = ''", f"regexp_full_match(value, '{_WHITE}*')"
LEADING = f"(NOT unicode(value) {_PRINTED} AND regexp_matches(value, '^{_WHITE}'))"
TRAILING = f"(NOT unicode(right(value, 1)) {_PRINTED} AND regexp_matches(value, '{_WHITE}$'))"
PADDED = f"({LEADING} OR {TRAILING})"
_IS_SHORT = f"strlen(value) <= {LONGEST_TOKEN + 4}"
_FIRST_CHARACTERS = "".join(sorted({first for token in MISSING_TOKENS for first in (token[0], token[0].upper())}))
_MAY_BE_TOKEN = f"contains({quote_text(SPACES + _FIRST_CHARACTERS)}, left(value, 1))"
"""Cheaper than to trim and compare each value, and false of nearly all codes, numbers and dates."""


def text_facts(counts: ValueCounts) -> dict[int, TextFacts]:
    """By place."""
    measured = counts.measure(
        f"min({LENGTH})",
        f"max({LENGTH})",
        f"sum({LENGTH} * n)::BIGINT",
        *map(rows_where, (EMPTY, BLANK, LEADING, TRAILING, PADDED)),
    )
    spelled, patterns, missing = spelling_of(counts), _pattern_shares(counts), _missing_tokens(counts)
    return {
        place: TextFacts(
            min_length=shortest,
            max_length=longest,
            mean_length=characters / counts.of[place].non_null,
            empty=empty,
            blank=blank,
            padded=padded,
            patterns=patterns[place],
            shapes=spelled[place].shapes,
            leading_space=leading,
            trailing_space=trailing,
            missing_tokens=missing[place],
            cases=spelled[place].cases,
            scripts=spelled[place].scripts,
        )
        for place, (shortest, longest, characters, empty, blank, leading, trailing, padded) in measured.items()
    }


def _missing_tokens(counts: ValueCounts) -> dict[int, tuple[ValueCount, ...]]:
    listed = ", ".join(map(quote_text, MISSING_TOKENS))
    bare = f"lower(trim(value, {quote_text(SPACES)}))"
    likely = f"{_IS_SHORT} AND {_MAY_BE_TOKEN} AND {bare} IN ({listed})"
    found = counts.rows_by(bare, of=f"(SELECT place, value, n FROM {COUNTS} WHERE {likely})")  # noqa: S608 - constants
    return {place: most_frequent(rows_of, counts.of[place].non_null) for place, rows_of in found.items()}


def _pattern_shares(counts: ValueCounts) -> dict[int, Mapping[str, float]]:
    possible = counts.some({name: cheap_test(pattern, "value") for name, pattern in PATTERNS.items()})
    if not possible:
        return {place: {} for place in counts.of}
    patterns = [pattern for name, pattern in PATTERNS.items() if name in possible]
    matched = counts.measure(*(rows_where(well_formed(pattern, "value")) for pattern in patterns))
    return {
        place: {
            pattern.name: rows / counts.of[place].non_null
            for pattern, rows in zip(patterns, found, strict=True)
            if rows
        }
        for place, found in matched.items()
    }
