"""Whether a rare text is a faulty spelling of a frequent one."""

from collections import Counter
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

OTHER_CASE_FACTOR = 4
OTHER_LETTERS_FACTOR = 10
"""How much more frequent the right spelling has to be."""
SHORTEST = 5
"""Codes shorter than this differ in one letter because they mean different things."""
ALIKE = 0.85
SELDOM = 0.015
FEWEST_SLIPS = 2


def is_misspelt(value: str, right: str) -> bool:
    """Whether one is most likely meant to be the other: one character replaced, or long texts much alike."""
    return _is_slip(value, {right}) or _is_alike(value, right)


def is_variant(value: str, usual: str, counts: Counter[str]) -> bool:
    if value == usual or counts[usual] < OTHER_CASE_FACTOR * counts[value]:
        return False
    if _folded(value) == _folded(usual):
        return True
    is_word = not _digits(usual)  # codes are alike on purpose
    return is_word and counts[usual] >= OTHER_LETTERS_FACTOR * counts[value] and _is_alike(value, usual)


def slips_of_short_codes(counts: Counter[str]) -> frozenset[str]:
    """Rare short codes, if every one of them is a slip of a frequent one: `xes` and `yex` beside `yes`.

    One rare code that is like no other shows that rare codes are meant, and then none is a slip.
    """
    seldom = counts.total() * SELDOM
    rare = {value for value, count in counts.items() if count <= seldom and value.strip()}
    usual = {value for value, count in counts.items() if count > seldom and value.strip()}
    is_code_list = len(rare) >= FEWEST_SLIPS and all(len(value) < SHORTEST for value in usual | rare)
    return frozenset(rare) if is_code_list and all(_is_slip(value, usual) for value in rare) else frozenset()


def _is_slip(value: str, usual: AbstractSet[str]) -> bool:
    """One letter replaced, of at least two."""
    return len(value) > 1 and any(
        len(value) == len(code) and sum(a != b for a, b in zip(value, code, strict=True)) == 1 for code in usual
    )


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _is_alike(value: str, usual: str) -> bool:
    """Texts that differ in their digits are different things: `line 1` and `line 2`."""
    if min(len(value), len(usual)) < SHORTEST or _digits(value) != _digits(usual):
        return False
    matcher = SequenceMatcher(None, value, usual, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
