"""References that are worth a check, and between which columns and keys there may be any."""

from __future__ import annotations

from dataclasses import dataclass

from domain.fqn import Fqn
from flows.profiling.neighbours import Neighbours
from flows.profiling.reference_keys import Family, Key, KeyFacts, TableNames, family_of, keys_of

MOST_PARENTS = 3
"""Keys with which one column is compared, by its name and by its values."""
_FEWEST_COLUMNS = 3


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


def promise(candidate: Candidate) -> tuple[float, float, tuple[str, ...], Fqn]:
    return (-candidate.confidence, -candidate.bits, candidate.columns, candidate.parent)


def parents_of(child: TableNames, neighbours: Neighbours) -> list[Key]:
    """The keys of the others and of the table itself, whether it is among them or not."""
    others = [key for key in neighbours.keys if key.fqn != child.table.fqn and not is_copy(child, key.table)]
    return [*keys_of(child), *others]


def is_copy(one: TableNames, other: TableNames) -> bool:
    """Whether they are parts or copies of one table, which do not refer to each other."""
    if one.table.fqn == other.table.fqn:
        return False
    is_alike = one.shape == other.shape and len(one.shape) >= _FEWEST_COLUMNS
    return is_alike or one.table.fqn.name == other.table.fqn.name


def free_columns(child: TableNames) -> dict[str, Family]:
    """Those that declare no reference and whose type makes keys."""
    declared = {name for key in child.table.foreign_keys for name in key.columns}
    families = ((column.name, family_of(column.data_type)) for column in child.table.columns)
    return {name: family for name, family in families if family and name not in declared}
