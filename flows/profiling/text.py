"""Facts of text columns: lengths, blanks, words for a missing value, patterns; how they are spelled is beside."""

from __future__ import annotations

from collections.abc import Mapping

from domain.profiles.model import TextFacts, ValueCount
from domain.rules.patterns import PATTERNS
from flows.profiling.counts import COUNTS, ValueCounts, most_frequent, rows_where
from flows.profiling.patterns import cheap_test, well_formed
from flows.profiling.spelling import spelling_of
from flows.sources.dialect import quote_text

# What people and programs write where there is no value. A country or a name may be called so, too: how often
# such a word stands is a fact, that a value is missing is a guess.
MISSING_TOKENS = (
    *("n/a", "#n/a", "n.a.", "na", "n/k", "nan", "nil", "none", "null", "(null)", "<null>", "(none)", "undefined"),
    *("unknown", "unk", "(unknown)", "not available", "not applicable", "not known", "not specified", "missing"),
    *("tbd", "tba", "-", "--", "---", "?", "??", "???", ".", "..", "...", "*", "**", "***", "_", "xxx", "x"),
)
LONGEST_TOKEN = max(map(len, MISSING_TOKENS))
SPACES = " \t\r\n"

_WHITE = r"[\s\x0b\p{Z}]"
_PRINTED = "BETWEEN 33 AND 126"
EMPTY, BLANK = "value = ''", f"regexp_full_match(value, '{_WHITE}*')"
LEADING = f"(NOT unicode(value) {_PRINTED} AND regexp_matches(value, '^{_WHITE}'))"
TRAILING = f"(NOT unicode(right(value, 1)) {_PRINTED} AND regexp_matches(value, '{_WHITE}$'))"
PADDED = f"({LEADING} OR {TRAILING})"
_IS_SHORT = f"strlen(value) <= {LONGEST_TOKEN + 4}"


def text_facts(counts: ValueCounts) -> TextFacts:
    """Of a column with at least one value."""
    shortest, longest, characters, empty, blank, leading, trailing, padded = counts.measure(
        "min(length(value))",
        "max(length(value))",
        "sum(length(value) * n)::BIGINT",
        *map(rows_where, (EMPTY, BLANK, LEADING, TRAILING, PADDED)),
    )
    spelling = spelling_of(counts)
    return TextFacts(
        min_length=shortest,
        max_length=longest,
        mean_length=characters / counts.non_null,
        empty=empty,
        blank=blank,
        padded=padded,
        patterns=_pattern_shares(counts),
        shapes=spelling.shapes,
        leading_space=leading,
        trailing_space=trailing,
        missing_tokens=_missing_tokens(counts),
        cases=spelling.cases,
        scripts=spelling.scripts,
    )


def _missing_tokens(counts: ValueCounts) -> tuple[ValueCount, ...]:
    listed = ", ".join(map(quote_text, MISSING_TOKENS))
    bare = f"lower(trim(value, {quote_text(SPACES)}))"
    found = counts.rows_by(bare, of=f"(SELECT value, n FROM {COUNTS} WHERE {_IS_SHORT} AND {bare} IN ({listed}))")  # noqa: S608 - constants
    return most_frequent(found, counts.non_null)


def _pattern_shares(counts: ValueCounts) -> Mapping[str, float]:
    possible = counts.some({name: cheap_test(pattern, "value") for name, pattern in PATTERNS.items()})
    if not possible:
        return {}
    patterns = [pattern for name, pattern in PATTERNS.items() if name in possible]
    matched = counts.measure(*(rows_where(well_formed(pattern, "value")) for pattern in patterns))
    return {pattern.name: rows / counts.non_null for pattern, rows in zip(patterns, matched, strict=True) if rows}
