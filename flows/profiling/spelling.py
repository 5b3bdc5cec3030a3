"""How texts are spelled: their shapes, the case of their letters and the scripts that these belong to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from domain.profiles.model import ValueCount
from flows.profiling.counts import LONGEST_SHOWN, ValueCounts, most_frequent
from flows.profiling.shapes import shape_of

MAX_SPELLED_VALUES = 20_000
"""Distinct values that are looked at at most: each of them has to come over into Python."""

_TITLE = re.compile("[^Aa]*Aa*([^Aa]+Aa*)*[^Aa]*")


@dataclass(frozen=True, slots=True)
class Spelling:
    shapes: tuple[ValueCount, ...]
    cases: Mapping[str, float]
    scripts: Mapping[str, float]


def spelling_of(counts: ValueCounts) -> dict[int, Spelling]:
    """By place: of all values; of very many distinct ones, of a fixed share of them."""
    shapes: dict[int, Counter[str]] = {place: Counter() for place in counts.of}
    scripts: dict[int, Counter[str]] = {place: Counter() for place in counts.of}
    one_in = {place: -(-counted.distinct // MAX_SPELLED_VALUES) for place, counted in counts.of.items()}
    for place, value, rows in counts.values(LONGEST_SHOWN, one_in):
        shapes[place][shape_of(value)] += rows
        for script in scripts_of(value):
            scripts[place][script] += rows
    return {place: _spelling(shapes[place], scripts[place]) for place in counts.of}


def _spelling(shapes: Counter[str], scripts: Counter[str]) -> Spelling:
    cases: Counter[str] = Counter()
    for shape, rows in shapes.items():
        cases[case_of(shape)] += rows
    looked_at = shapes.total()
    return Spelling(most_frequent(shapes, looked_at), _shares(cases, looked_at), _shares(scripts, looked_at))


def case_of(shape: str) -> str:
    """By the mask of a text: upper, lower, title (each word begins with its only capital), mixed, or none."""
    has_upper, has_lower = "A" in shape, "a" in shape
    if not has_upper:
        return "lower" if has_lower else "none"
    if not has_lower:
        return "upper"
    return "title" if _TITLE.fullmatch(shape) else "mixed"


def scripts_of(value: str) -> frozenset[str]:
    """Those of its letters, by the first word of their Unicode names."""
    if value.isascii():
        return LATIN if any(map(str.isalpha, value)) else frozenset()
    return frozenset(map(_script, filter(str.isalpha, value)))


LATIN = frozenset({"latin"})


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "unknown").split(maxsplit=1)[0].lower()


def _shares(found: Counter[str], of: int) -> Mapping[str, float]:
    return {name: rows / of for name, rows in found.items()} if of else {}
