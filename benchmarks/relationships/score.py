"""How many of the declared references were found again, and how many that were found are declared."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from domain.fqn import Fqn


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """Pairs of columns in the order of the child's names: the order in which a key is written says nothing."""

    child: Fqn
    parent: Fqn
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, child: Fqn, columns: tuple[str, ...], parent: Fqn, theirs: tuple[str, ...]) -> Reference:
        return cls(child, parent, tuple(sorted(zip(columns, theirs, strict=True))))

    def __str__(self) -> str:
        own, theirs = (", ".join(names) for names in zip(*self.pairs, strict=True))
        return f"{'.'.join(self.child.parts[-2:])}({own}) -> {'.'.join(self.parent.parts[-2:])}({theirs})"


@dataclass(frozen=True, slots=True)
class Score:
    """Declared references that no method could find, for want of rows, count neither way."""

    declared: AbstractSet[Reference]
    found: AbstractSet[Reference]

    @property
    def right(self) -> int:
        return len(self.declared & self.found)

    @property
    def recall(self) -> float:
        return self.right / len(self.declared) if self.declared else 1.0

    @property
    def precision(self) -> float:
        return self.right / len(self.found) if self.found else 1.0

    @property
    def f1(self) -> float:
        total = len(self.declared) + len(self.found)
        return 2 * self.right / total if total else 1.0

    @property
    def missed(self) -> list[Reference]:
        return sorted(self.declared - self.found)

    @property
    def wrong(self) -> list[Reference]:
        return sorted(self.found - self.declared)
