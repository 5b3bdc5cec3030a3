"""How far values agree inside groups of rows, and whether the rows that disagree look like single faults."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from flows.rulegen.misspellings import is_misspelt

FEWEST_ROWS = 50
FEWEST_GROUPS = 3
SMALLEST_SHARE = 0.3
"""Of the rows that have to lie in groups of at least two, or the agreement is hardly ever put to the test."""
MOST_FAULTS = 0.06
REFUTING_FAULTS = 0.15
MOST_SHARED_FAULTS = 0.3
LEAST_GAIN = 0.85
"""How far the agreement inside groups has to exceed that of shuffled values, on the way to full agreement."""
SOME_GAIN = 0.35
"""Enough where the faults are misspellings of what the rest of their group says: most rows may share one value."""
MOSTLY_MISSPELT = 0.9
FEWEST_OF_THEIR_OWN = 5
SHARED_ROWS, SHARED_SHARE = 2, 0.2

Group = Counter[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was seen: `usual` is the most frequent value of each group, `faults` the share of rows without it."""

    usual: dict[Hashable, str]
    faults: float
    tested: int


def agreement(keys: Sequence[Hashable], values: Sequence[str]) -> Agreement | None:
    """None where the values do not follow from the keys, or where there are too few rows to tell."""
    groups = _groups(keys, values)
    repeated = [group for group in groups.values() if group.total() > 1]
    tested = sum(group.total() for group in repeated)
    if len(repeated) < FEWEST_GROUPS or tested < max(FEWEST_ROWS, SMALLEST_SHARE * len(keys)):
        return None
    faults = 1 - _agreed(repeated) / tested
    if faults > MOST_FAULTS or _faults_are_shared(repeated):
        return None
    are_misspelt = _faults_are_misspelt(repeated)
    if not are_misspelt and _faults_are_a_value_of_their_own(repeated):
        return None
    if _gain(faults, keys, values) < (SOME_GAIN if are_misspelt else LEAST_GAIN):
        return None
    return Agreement({key: group.most_common(1)[0][0] for key, group in groups.items()}, faults, tested)


def is_refuted(keys: Sequence[Hashable], values: Sequence[str]) -> bool:
    """On a part of the rows already: its groups are smaller, so it can only look better than the whole."""
    repeated = [group for group in _groups(keys, values).values() if group.total() > 1]
    tested = sum(group.total() for group in repeated)
    return tested >= FEWEST_ROWS and _agreed(repeated) < (1 - REFUTING_FAULTS) * tested


def _groups(keys: Sequence[Hashable], values: Sequence[str]) -> dict[Hashable, Group]:
    groups: dict[Hashable, Group] = defaultdict(Counter)
    for key, value in zip(keys, values, strict=True):
        groups[key][value] += 1
    return groups


def _agreed(groups: Sequence[Group]) -> int:
    return sum(max(group.values()) for group in groups)


def _faults(group: Group) -> int:
    return group.total() - max(group.values())


def _faults_are_shared(groups: Sequence[Group]) -> bool:
    """A fault stands alone; where many rows of a group differ from the rest, they are meant to."""
    faults = sum(map(_faults, groups))
    return sum(_faults(group) for group in groups if _is_split(group)) > MOST_SHARED_FAULTS * faults


def _is_split(group: Group) -> bool:
    return _faults(group) >= SHARED_ROWS and _faults(group) > SHARED_SHARE * group.total()


def _faults_are_a_value_of_their_own(groups: Sequence[Group]) -> bool:
    """One value that stands in most of the faulty rows and in few others does not follow from the keys at all."""
    everywhere, in_faults = Counter[str](), Counter[str]()
    for group in groups:
        everywhere.update(group)
        in_faults.update(dict(group.most_common()[1:]))
    value, count = next(iter(in_faults.most_common(1)), ("", 0))
    return count >= FEWEST_OF_THEIR_OWN and 2 * count > max(in_faults.total(), everywhere[value])


def _faults_are_misspelt(groups: Sequence[Group]) -> bool:
    usual = ((group, group.most_common(1)[0][0]) for group in groups)
    alike = sum(
        count
        for group, right in usual
        for value, count in group.items()
        if value != right and is_misspelt(value, right)
    )
    faults = sum(map(_faults, groups))
    return faults > 0 and alike >= MOSTLY_MISSPELT * faults


def _gain(faults: float, keys: Sequence[Hashable], values: Sequence[str]) -> float:
    """Against groups of the same sizes whose values are dealt out at random (always in the same way)."""
    dealt = list(values)
    random.Random(0).shuffle(dealt)  # noqa: S311 - a reproducible deal, no secret
    groups = [group for group in _groups(keys, dealt).values() if group.total() > 1]
    by_chance = _agreed(groups) / sum(group.total() for group in groups)
    return (1 - faults - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
