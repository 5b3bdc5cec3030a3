"""References that nothing but the values of columns and keys suggests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log2

from domain.profiles.model import ColumnProfile
from flows.profiling.name_evidence import ColumnName
from flows.profiling.neighbours import Neighbours
from flows.profiling.possible_references import MOST_PARENTS, Candidate, free_columns, parents_of, promise
from flows.profiling.reference_checks import MAX_CHECKED_ROWS
from flows.profiling.reference_keys import Family, Key, KeyFacts, TableNames, family_of
from flows.profiling.value_evidence import ColumnValues, share_not_below, surprise, surprise_of_order

_MOST_SEARCHED = 300
"""Keys whose values are compared where names say nothing."""
_KEY_LIKE_BITS, _NEUTRAL_BITS, _MEASURE_BITS = 2.0, 7.0, 24.0
"""What the values have to say where the names say nothing of the parent, and only one key could be meant: a number that
counts something is seldom a reference, one that is called a key is one more often than not."""


async def valued_references(
    child: TableNames, neighbours: Neighbours, profiles: Mapping[str, ColumnProfile]
) -> Sequence[Candidate]:
    """For columns whose names say little: keys that their values fit, as far as their ends and numbers tell."""
    free = free_columns(child)
    open_columns = [name for name in free if name in profiles and _may_refer(child, name, free[name], profiles[name])]
    if not open_columns:
        return ()
    keys = [key for key in parents_of(child, neighbours)[:_MOST_SEARCHED] if len(key.columns) == 1]
    known = [one for table in dict.fromkeys(key.table for key in keys) for one in await neighbours.facts_of(table)]
    facts = [one for one in known if (one.key.fqn, one.key.columns) not in neighbours.passed_on]
    found: list[Candidate] = []
    for name in sorted(open_columns):
        fitting = sorted(_fitting(child, name, ColumnValues.of(profiles[name]), facts), key=promise)
        found += fitting[:MOST_PARENTS]
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
            if share is not None and _most_bits_of_order(values, share) >= required:
                yield Candidate((name,), one, 0.0, 0.0, required, share)
        elif (bits := surprise(values, one, is_key_like=is_key_like)) >= required:
            yield Candidate((name,), one, 0.0, bits, required)


def _most_bits_of_order(values: ColumnValues, share: float) -> float:
    """If not one of the rows that would be checked lay above its own key."""
    return surprise_of_order(min(values.rows, MAX_CHECKED_ROWS) * share, 0)


def _is_column(key: Key, child: TableNames, name: str) -> bool:
    return key.columns == (name,) and key.fqn == child.table.fqn


def _required(name: ColumnName, family: Family | None) -> float:
    if name.is_key_like:
        return _KEY_LIKE_BITS
    return _MEASURE_BITS if name.is_measure and family is Family.INTEGER else _NEUTRAL_BITS
