"""References that nobody declared: suggested by names and values, confirmed by comparing the values with the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from domain.profiles.model import ColumnProfile, InferredRelationship
from flows.profiling.name_evidence import CLEAR_NAME, name_confidence
from flows.profiling.name_words import begins_with, core_of, words_of
from flows.profiling.neighbours import Neighbours
from flows.profiling.possible_references import Candidate
from flows.profiling.reference_candidates import find_candidates
from flows.profiling.reference_checks import Checked, check
from flows.profiling.reference_keys import Family, TableNames
from flows.profiling.value_evidence import CONCLUSIVE_BITS, MOST_DANGLING
from flows.sources.base import Source

MAX_CHECKS = 30
"""Keys with which the columns of one table are compared, in one statement."""
_DANGLING = 0.7
"""Least share of rows with a parent where the names are clear: then the others are orphans, not chance."""
_CONTAINED = 0.9
_MARGIN_BITS = 3.0
"""By which the best of several parents has to stand out where nothing but the values speaks."""
_BY_CLEAR_NAME, _BY_VALUES, _BY_NAME, _BY_CHANCE = range(4)
"""What is believed first; chance is how values are that are not conclusive."""
_ENOUGH_BITS = 8.0
_MOST_BY_VALUES = 0.9


async def infer_relationships(
    source: Source,
    table: FoundTable,
    neighbours: Neighbours,
    columns: Sequence[ColumnProfile] = (),
    max_checks: int = MAX_CHECKS,
) -> tuple[InferredRelationship, ...]:
    """At most one for each set of columns. Without `columns`, their profiles, names alone suggest what to check."""
    candidates = await find_candidates(table, neighbours, columns)
    checked = await check(source, table, candidates[:max_checks])
    own = [] if not checked else [set(facts.key.columns) for facts in await neighbours.facts_of(TableNames(table))]
    held = sorted((one for one in checked if _holds(table, own, one)), key=lambda one: one.candidate.columns)
    best = [_best(table, list(group)) for _, group in groupby(held, key=lambda one: one.candidate.columns)]
    return tuple(_relationship(one) for one in _without_implied([one for one in best if one]))


def _holds(table: FoundTable, own_keys: Sequence[set[str]], checked: Checked) -> bool:
    candidate = checked.candidate
    if not checked.rows or checked.containment < _least_containment(candidate):
        return False
    if not candidate.confidence and checked.bits < candidate.required:
        return False
    return set(candidate.columns) not in own_keys or not _is_either_way(table, checked)


def _least_containment(candidate: Candidate) -> float:
    if not candidate.confidence or Family.DATE in candidate.key.families:  # many things happen on the same day
        return 1 - MOST_DANGLING
    return _DANGLING if candidate.confidence >= CLEAR_NAME else _CONTAINED


def _is_either_way(table: FoundTable, checked: Checked) -> bool:
    """Whether two keys hold the same values, or one all that the other could, so that only a name could tell more."""
    candidate = checked.candidate
    if candidate.parent == table.fqn or _is_told_by_name(table, candidate):
        return False
    is_chance = len(candidate.columns) > 1 and checked.bits < _ENOUGH_BITS
    return is_chance or (checked.is_whole_key and not checked.orphans)


def _is_told_by_name(table: FoundTable, candidate: Candidate) -> bool:
    is_single = len(candidate.columns) == 1
    return (is_single and candidate.confidence > CLEAR_NAME) or _is_named_after(table.fqn, candidate.parent)


def _is_named_after(child: Fqn, parent: Fqn) -> bool:
    """`order_line_note` belongs to `order_line`."""
    return child != parent and begins_with(words_of(child.name), core_of(words_of(parent.name)))


def _best(table: FoundTable, held: Sequence[Checked]) -> Checked | None:
    first, *others = sorted(held, key=partial(_preference, table))
    if not first.candidate.confidence and any(_rivals(first, other) for other in others):
        return None
    return first


def _preference(table: FoundTable, checked: Checked) -> tuple[int, float, bool, bool, int, float, Fqn]:
    """Clear names, then conclusive values, then other names. Between equals the same schema, a primary key, fewer keys.

    Fewer keys are the inner ones of two nested sets: what refers to any of the outer ones would not all lie within.
    """
    candidate = checked.candidate
    rank = _rank(checked)
    return (
        rank,
        0.0 if rank == _BY_VALUES else -_confidence(checked),
        candidate.parent.parent != table.fqn.parent,
        not candidate.key.is_primary,
        candidate.facts.rows,
        -candidate.confidence,
        candidate.parent,
    )


def _rank(checked: Checked) -> int:
    if checked.candidate.confidence >= CLEAR_NAME:
        return _BY_CLEAR_NAME
    if checked.bits >= CONCLUSIVE_BITS:
        return _BY_VALUES
    return _BY_NAME if checked.candidate.confidence else _BY_CHANCE


def _rivals(first: Checked, other: Checked) -> bool:
    """Whether two parents fit the values as well, neither of them holding fewer keys than the other."""
    near = abs(first.bits - other.bits) < _MARGIN_BITS
    return near and other.candidate.facts.rows <= first.candidate.facts.rows


def _confidence(checked: Checked) -> float:
    """Of the names or of the values, whichever say more."""
    candidate = checked.candidate
    bits = checked.bits if len(candidate.columns) == 1 else 0.0
    by_values = bits / (bits + candidate.required / 2) if bits else 0.0
    return max(candidate.confidence, min(_MOST_BY_VALUES, by_values)) * checked.containment


def _without_implied(found: Sequence[Checked]) -> Iterable[Checked]:
    """Where several columns together refer to a table that passes one of them on, that one says nothing new."""
    several = [one for one in found if len(one.candidate.columns) > 1]
    return [one for one in found if not any(_is_passed_on(one.candidate, by.candidate) for by in several)]


def _is_passed_on(single: Candidate, several: Candidate) -> bool:
    if len(single.columns) > 1 or single.columns[0] not in several.columns or single.parent == several.parent:
        return False
    between = several.key.table
    passing = between.of(several.key.columns[several.columns.index(single.columns[0])])
    return name_confidence(passing, single.key.table.of(single.key.columns[0])) >= CLEAR_NAME


def _relationship(checked: Checked) -> InferredRelationship:
    candidate = checked.candidate
    return InferredRelationship(
        columns=candidate.columns,
        referenced_table=candidate.parent,
        referenced_columns=candidate.key.columns,
        containment=checked.containment,
        orphans=checked.orphans,
        confidence=_confidence(checked),
        checked=checked.rows,
        reading=checked.reading,
    )
