"""Rare values that are not made like the usual ones of a short list: `P0S` and `?` beside ATM, ECOM and POS."""

from collections import Counter
from itertools import pairwise

GAP = 20
"""How many times rarer the rare values are: between a list and its faults there is nothing."""
MOST_ROWS = 0.03
MOSTLY = 0.5


def outsiders(counts: Counter[str]) -> frozenset[str]:
    """The values below the widest gap, if they are few and most of them use characters that no usual value does."""
    ranked = [value for value, _ in counts.most_common() if value.strip()]
    gaps = [(counts[upper] / counts[lower], place) for place, (upper, lower) in enumerate(pairwise(ranked), start=1)]
    width, place = max(gaps, default=(0.0, 0))
    usual, rare = ranked[:place], ranked[place:]
    if width < GAP or sum(counts[value] for value in rare) > MOST_ROWS * counts.total():
        return frozenset()
    known = _characters("".join(usual))
    strange = [value for value in rare if _characters(value) - known]
    return frozenset(rare) if len(strange) > MOSTLY * len(rare) else frozenset()


def _characters(text: str) -> set[str]:
    """Kinds of letters and digits; any other character stands for itself."""
    return {_kind(character) for character in text}


def _kind(character: str) -> str:
    if character.isdigit():
        return "9"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return character
