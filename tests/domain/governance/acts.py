"""An act: something that is done to a project, foreseen on paper and performed in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.errors import DomainError, Unavailable
from domain.runs.model import SaveBuiltUpon
from tests.domain.governance.house import House
from tests.domain.governance.plain_undo import NAMED
from tests.domain.governance.plain_world import PlainWorld


@dataclass(frozen=True)
class Outcome:
    """What the caller is told: a word (of an error, its name), and numbers."""

    said: str = "done"
    counts: tuple[int, ...] = ()
    reasons: tuple[frozenset[str], ...] = ()
    """Of a refused undo: all that stands in the way, sentence by sentence; some of each are named."""

    def allows(self, real: Outcome) -> bool:
        if (self.said, self.counts) != (real.said, real.counts):
            return False
        named = frozenset().union(*real.reasons)
        expected = sum(min(NAMED, len(each)) for each in self.reasons)
        return named <= frozenset().union(*self.reasons) and len(named) == expected


class Act(Protocol):
    def foresee(self, world: PlainWorld) -> Outcome: ...

    async def perform(self, house: House) -> Outcome: ...


async def carry_out(act: Act, house: House) -> Outcome:
    """Perform it; a refusal is an outcome like another, a database that is in the way is not."""
    try:
        return await act.perform(house)
    except Unavailable:
        raise
    except SaveBuiltUpon as refused:
        reasons = frozenset(house.in_numbers(reason) for reason in refused.reasons)
        return Outcome(type(refused).__name__, reasons=(reasons,))
    except DomainError as refused:
        return Outcome(type(refused).__name__)
