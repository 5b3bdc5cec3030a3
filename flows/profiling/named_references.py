"""References that the names of columns, tables and keys suggest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

from domain.profiles.model import ColumnProfile
from flows.profiling.name_evidence import CLEAR_NAME, ColumnName, name_confidence
from flows.profiling.name_words import KEY_WORDS, NAMES_REMEMBERED, ends_with, is_same, meaning_of, thing_of, words_of
from flows.profiling.neighbours import Neighbours
from flows.profiling.person_roles import is_people, is_role, may_act
from flows.profiling.possible_references import MOST_PARENTS, Candidate, free_columns, parents_of
from flows.profiling.reference_keys import Family, Key, KeyFacts, TableNames
from flows.profiling.value_evidence import ColumnValues, is_plausible

_SAME_NAME, _SAME_ENDING = 0.85, 0.75
_PEOPLE = ("person",)

Suggestion = tuple[tuple[str, ...], Key, float]
"""Columns, the key that their names suggest, and how strongly."""


async def named_references(
    child: TableNames, neighbours: Neighbours, profiles: Mapping[str, ColumnProfile]
) -> Sequence[Candidate]:
    found: dict[tuple[str, ...], list[Candidate]] = {}
    suggested = sorted(_suggested(child, parents_of(child, neighbours)), key=partial(_likelihood, child))
    for columns, key, confidence in suggested:
        known = found.setdefault(columns, [])
        if len(known) == MOST_PARENTS:
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


def _suggested(child: TableNames, keys: Sequence[Key]) -> Iterator[Suggestion]:
    free = free_columns(child)
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
