"""Which references are worth a check, by names and by what is known of the values, before any rows are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import log2

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.profiles.model import ColumnProfile
from flows.profiling.name_evidence import CLEAR_NAME, ColumnName, name_confidence
from flows.profiling.name_words import KEY_WORDS, NAMES_REMEMBERED, ends_with, is_same, meaning_of, thing_of, words_of
from flows.profiling.person_roles import is_people, is_role, may_act
from flows.profiling.reference_keys import Family, Key, KeyFacts, Neighbours, TableNames, family_of, keys_of
from flows.profiling.value_evidence import ColumnValues, is_plausible, share_not_below, surprise

_MOST_SEARCHED = 300
"""Keys whose values are compared where names say nothing."""
_PARENTS_PER_COLUMN = 3
_SAME_NAME, _SAME_ENDING = 0.85, 0.75
_FEWEST_COLUMNS = 3
_PEOPLE = ("person",)

_KEY_LIKE_BITS, _NEUTRAL_BITS, _MEASURE_BITS = 2.0, 7.0, 24.0
"""What the values have to say where the names say nothing of the parent, and only one key could be meant: a number that
counts something is seldom a reference, one that is called a key is one more often than not."""

Suggestion = tuple[tuple[str, ...], Key, float]
"""Columns, the key that their names suggest, and how strongly."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Columns that may refer to a key, in the key's order. `confidence` is that of the names, 0 where they say nothing.

    `bits` is how much the values speak for it once they are found to be contained, `required` how much they have to.
    """

    columns: tuple[str, ...]
    facts: KeyFacts
    confidence: float
    bits: float = 0.0
    required: float = 0.0
    share_not_below: float | None = None
    """For a reference to earlier rows of the same table: see `value_evidence`."""

    @property
    def key(self) -> Key:
        return self.facts.key

    @property
    def reference(self) -> tuple[tuple[str, ...], Fqn, tuple[str, ...]]:
        return (self.columns, self.parent, self.key.columns)

    @property
    def parent(self) -> Fqn:
        return self.facts.key.fqn


async def find_candidates(
    table: FoundTable, neighbours: Neighbours, columns: Sequence[ColumnProfile]
) -> list[Candidate]:
    """The most promising first. The columns of a view refer to nothing of their own."""
    if table.type is AssetType.VIEW:
        return []
    child = TableNames(table)
    profiles = {profile.name: profile for profile in columns}
    named = await _named(child, neighbours, profiles)
    strong = {name for one in named if one.confidence >= CLEAR_NAME and len(one.columns) == 1 for name in one.columns}
    valued = await _valued(child, neighbours, {name: profiles[name] for name in profiles.keys() - strong})
    suggested = {one.reference: one for one in valued}
    for one in named:
        by_values = suggested.get(one.reference)
        suggested[one.reference] = replace(by_values, confidence=one.confidence) if by_values else one
    return sorted(suggested.values(), key=_promise)


def _promise(candidate: Candidate) -> tuple[float, float, tuple[str, ...], Fqn]:
    return (-candidate.confidence, -candidate.bits, candidate.columns, candidate.parent)


def is_copy(one: TableNames, other: TableNames) -> bool:
    """Whether they are parts or copies of one table, which do not refer to each other."""
    if one.table.fqn == other.table.fqn:
        return False
    is_alike = one.shape == other.shape and len(one.shape) >= _FEWEST_COLUMNS
    return is_alike or one.table.fqn.name == other.table.fqn.name


async def _named(
    child: TableNames, neighbours: Neighbours, profiles: Mapping[str, ColumnProfile]
) -> Sequence[Candidate]:
    found: dict[tuple[str, ...], list[Candidate]] = {}
    suggested = sorted(_suggested(child, _parents(child, neighbours)), key=partial(_likelihood, child))
    for columns, key, confidence in suggested:
        known = found.setdefault(columns, [])
        if len(known) == _PARENTS_PER_COLUMN:
            continue
        facts = next(
            (facts for facts in await neighbours.facts_of(key.table) if facts.key.columns == key.columns), None
        )
        if facts and (confidence >= CLEAR_NAME or _may_reach(child, columns, facts, profiles)):
            known.append(Candidate(columns, facts, confidence))
    return [candidate for known in found.values() for candidate in known]


def _likelihood(child: TableNames, suggested: Suggestion) -> tuple[float, bool, bool, str]:
    """The same schema before others, a primary key before others."""
    columns, key, confidence = suggested
    is_elsewhere = key.fqn.parent != child.table.fqn.parent
    return (-confidence, is_elsewhere, not key.is_primary, f"{columns} {key.fqn} {key.columns}")


def _may_reach(
    child: TableNames, columns: tuple[str, ...], facts: KeyFacts, profiles: Mapping[str, ColumnProfile]
) -> bool:
    """The values may say that the name misleads. Those who play a role, in a tree or elsewhere, are few and not any."""
    profile = profiles.get(columns[0])
    if facts.key.fqn == child.table.fqn or len(columns) > 1 or profile is None:
        return True
    return is_role(thing_of(child.of(columns[0]).words)) or is_plausible(ColumnValues.of(profile), facts)


def _parents(child: TableNames, neighbours: Neighbours) -> list[Key]:
    """The keys of the others and of the table itself, whether it is among them or not."""
    others = [key for key in neighbours.keys if key.fqn != child.table.fqn and not is_copy(child, key.table)]
    return [*keys_of(child), *others]


def _free_columns(child: TableNames) -> dict[str, Family]:
    """Those that declare no reference and whose type makes keys."""
    declared = {name for key in child.table.foreign_keys for name in key.columns}
    families = ((column.name, family_of(column.data_type)) for column in child.table.columns)
    return {name: family for name, family in families if family and name not in declared}


def _suggested(child: TableNames, keys: Sequence[Key]) -> Iterator[Suggestion]:
    free = _free_columns(child)
    hinting = defaultdict(set)
    for name in free:
        for hint in _hints(child.of(name)):
            hinting[hint].add(name)
    for key in keys:
        is_self = key.fqn == child.table.fqn
        if len(key.columns) > 1:
            if not is_self and (matched := _matched(child, key, free)):
                yield matched
            continue
        theirs = key.table.of(key.columns[0])
        near = set(free) if is_self else {name for hint in _hints_of_key(theirs) for name in hinting.get(hint, ())}
        for name in near:
            if free[name] == key.families[0] and (confidence := name_confidence(child.of(name), theirs)):
                yield (name,), key, confidence


def _matched(child: TableNames, key: Key, free: Mapping[str, Family]) -> Suggestion | None:
    """The child's columns that are called as those of a key of several."""
    columns, confidence = [], 1.0
    for name, family in zip(key.columns, key.families, strict=True):
        likenesses = {
            own: _likeness(child.of(own), key.table.of(name))
            for own, ours in free.items()
            if ours == family and own not in columns
        }
        best = max(likenesses, key=lambda own: likenesses[own], default=None)
        if best is None or not likenesses[best]:
            return None
        columns.append(best)
        confidence = min(confidence, likenesses[best])
    return tuple(columns), key, confidence


def _likeness(own: ColumnName, theirs: ColumnName) -> float:
    if is_same(own.words, theirs.words):
        return _SAME_NAME
    if thing_of(theirs.words) and ends_with(own.words, theirs.words):
        return _SAME_ENDING
    return 0.0


@lru_cache(maxsize=NAMES_REMEMBERED)
def _hints(column: ColumnName) -> frozenset[str]:
    """Without one in common with a key's, the names of a column and of the key have nothing to do with each other."""
    words = {*column.words, *words_of(column.column), *meaning_of(column.column)} - KEY_WORDS
    thing = thing_of(column.words)
    found = {word[:3] for word in words}
    if len(thing) == 1:
        found.add(f"^{thing[0][0]}")
    return frozenset(found | {"*"} if is_role(thing) or may_act(thing, _PEOPLE) else found)


@lru_cache(maxsize=NAMES_REMEMBERED)
def _hints_of_key(key: ColumnName) -> frozenset[str]:
    table = words_of(key.table)
    found = {word[:3] for word in {*_hinting(key.table), *_hinting(key.column), *key.words} - KEY_WORDS}
    found |= {f"^{word[0]}" for word in table} | {"".join(table)[:3]}
    return frozenset(found | {"*"} if is_people(table) or is_people(meaning_of(key.table)) else found)


def _hinting(name: str) -> tuple[str, ...]:
    return (*words_of(name), *meaning_of(name))


async def _valued(
    child: TableNames, neighbours: Neighbours, profiles: Mapping[str, ColumnProfile]
) -> Sequence[Candidate]:
    """For columns whose names say little: keys that their values fit, as far as their ends and numbers tell."""
    free = _free_columns(child)
    open_columns = [name for name in free if name in profiles and _may_refer(child, name, free[name], profiles[name])]
    if not open_columns:
        return ()
    keys = [key for key in _parents(child, neighbours)[:_MOST_SEARCHED] if len(key.columns) == 1]
    known = [one for table in dict.fromkeys(key.table for key in keys) for one in await neighbours.facts_of(table)]
    facts = [one for one in known if (one.key.fqn, one.key.columns) not in neighbours.passed_on]
    found: list[Candidate] = []
    for name in sorted(open_columns):
        fitting = sorted(_fitting(child, name, ColumnValues.of(profiles[name]), facts), key=_promise)
        found += fitting[:_PARENTS_PER_COLUMN]
    return found


def _may_refer(child: TableNames, name: str, family: Family, profile: ColumnProfile) -> bool:
    """A table's own key does not refer, unless a universal one is shared; nor does what refers to several tables."""
    if not profile.non_null or (family is Family.INTEGER and not (profile.numbers and profile.numbers.is_integer)):
        return False
    if any(child.of(column.name).is_kind_of(child.of(name)) for column in child.table.columns):
        return False
    is_own_key = child.of(name).is_own or (name,) in {child.table.primary_key, *child.table.unique_keys}
    return family is Family.UUID or not is_own_key


def _fitting(child: TableNames, name: str, values: ColumnValues, facts: Sequence[KeyFacts]) -> Iterator[Candidate]:
    family = family_of(child.table.column(name).data_type)
    own = child.of(name)
    compared = [one for one in facts if one.key.families == (family,) and not _is_column(one.key, child, name)]
    required = _required(own, family) + log2(max(1, len(compared)))  # so many may fit by chance
    is_key_like = own.is_key_like
    for one in compared:
        if one.key.fqn == child.table.fqn and family is Family.INTEGER:
            share = None if values.is_unique else share_not_below(values, one)
            if share is not None:
                yield Candidate((name,), one, 0.0, 0.0, required, share)
        elif (bits := surprise(values, one, is_key_like=is_key_like)) >= required:
            yield Candidate((name,), one, 0.0, bits, required)


def _is_column(key: Key, child: TableNames, name: str) -> bool:
    return key.columns == (name,) and key.fqn == child.table.fqn


def _required(name: ColumnName, family: Family | None) -> float:
    if name.is_key_like:
        return _KEY_LIKE_BITS
    return _MEASURE_BITS if name.is_measure and family is Family.INTEGER else _NEUTRAL_BITS
