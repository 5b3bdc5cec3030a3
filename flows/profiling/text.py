"""Facts of text columns: lengths, blanks, patterns and shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from heapq import nsmallest

from domain.profiles.model import TextFacts, ValueCount
from domain.rules.patterns import PATTERNS
from flows.profiling.counts import LONGEST_SHOWN, TOP_VALUES, ValueCounts, rows_where
from flows.profiling.patterns import cheap_test, well_formed
from flows.profiling.shapes import shape_of

MAX_SHAPED_VALUES = 20_000
"""Distinct values that are turned into shapes at most: each of them has to come over into Python."""

_WHITE = r"[\s\x0b\p{Z}]"


def text_facts(counts: ValueCounts) -> TextFacts:
    """Of a column with at least one value."""
    shortest, longest, characters, empty, blank, padded = counts.measure(
        "min(length(value))",
        "max(length(value))",
        "sum(length(value) * n)::BIGINT",
        rows_where("value = ''"),
        rows_where(f"regexp_full_match(value, '{_WHITE}*')"),
        rows_where(f"regexp_matches(value, '^{_WHITE}|{_WHITE}$')"),
    )
    return TextFacts(
        min_length=shortest,
        max_length=longest,
        mean_length=characters / counts.non_null,
        empty=empty,
        blank=blank,
        padded=padded,
        patterns=_pattern_shares(counts),
        shapes=_shapes(counts),
    )


def _pattern_shares(counts: ValueCounts) -> Mapping[str, float]:
    possible = counts.some({name: cheap_test(pattern, "value") for name, pattern in PATTERNS.items()})
    if not possible:
        return {}
    patterns = [pattern for name, pattern in PATTERNS.items() if name in possible]
    matched = counts.measure(*(rows_where(well_formed(pattern, "value")) for pattern in patterns))
    return {pattern.name: rows / counts.non_null for pattern, rows in zip(patterns, matched, strict=True) if rows}


def _shapes(counts: ValueCounts) -> tuple[ValueCount, ...]:
    """The most frequent shapes; of very many distinct values, those of a fixed share of them."""
    step = -(-counts.distinct // MAX_SHAPED_VALUES)
    shaped: Counter[str] = Counter()
    for value, rows in counts.values(LONGEST_SHOWN, one_in=step):
        shaped[shape_of(value)] += rows
    most = nsmallest(TOP_VALUES, shaped.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ValueCount(shape, rows) for shape, rows in most)
