"""Runs begin and end; what happens between is stored by other acts."""

from __future__ import annotations

from dataclasses import dataclass

from domain.fqn import Fqn
from domain.runs.model import RunType
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_runs import PlainRun
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.runs import complete, request_run


@dataclass(frozen=True)
class Start:
    """A run that begins to work on some targets; its result is stored later."""

    run: int
    type: RunType
    targets: tuple[Fqn, ...]

    def foresee(self, world: PlainWorld) -> Outcome:
        world.runs[self.run] = PlainRun(self.run, self.type, self.targets, is_complete=False)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        run = await request_run(house.domain, house.actor, self.type, *self.targets)
        house.runs[self.run] = run.id
        await house.domain.items.open_items(house.actor, run.id)
        return Outcome()


@dataclass(frozen=True)
class Complete:
    run: int

    def foresee(self, world: PlainWorld) -> Outcome:
        world.runs[self.run].is_complete = True
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        await complete(house.domain, house.actor, house.runs[self.run])
        return Outcome()
