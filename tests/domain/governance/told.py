"""A story that is told twice, act by act, in the database and on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from functools import partial
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from domain.fqn import Fqn
from domain.runs.model import REVIEWED, RunType
from tests.domain.governance import comparing
from tests.domain.governance.acts import Act, carry_out
from tests.domain.governance.at_once import perform_at_once
from tests.domain.governance.house import House
from tests.domain.governance.plain_world import PlainWorld
from tests.domain.governance.stage import Stage
from tests.domain.governance.starting import Start
from tests.domain.governance.telling import SCOPES, TABLES

Comparison = Callable[[House, PlainWorld], Awaitable[None]]


class Told(RuleBasedStateMachine):
    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.house: House = stage.run(stage.new_house())
        self.world = PlainWorld(stage.clock())
        self.moments = [stage.clock()]
        self._agrees = True

    def do(self, *acts: Act) -> None:
        """One after the other, a minute apart; each caller is told what the paper says."""
        self.act(*acts)
        self.check(self.world)

    def act(self, *acts: Act) -> None:
        self._agrees = False
        for one in acts:
            self._pass_time()
            expected = one.foresee(self.world)
            real = self.stage.run(carry_out(one, self.house))
            assert expected.allows(real), (one, expected, real)
            self.stage.steps[type(one).__name__] += 1

    def do_at_once(self, acts: tuple[Act, Act], gate: Fqn | UUID) -> None:
        """What comes of it is what one of the two orders gives."""
        self._agrees = False
        self._pass_time()
        real = self.stage.run(perform_at_once(self.house, acts, gate))
        self.stage.steps["at once"] += 1
        differences, known = [], self.house.violations
        for order in ((0, 1), (1, 0)):
            world, self.house.violations = deepcopy(self.world), known
            try:
                for place in order:
                    expected = acts[place].foresee(world)
                    assert expected.allows(real[place]), (acts[place], expected, real[place])
                self.check(world)
            except AssertionError as difference:
                differences.append(difference)
            else:
                self.world = world
                return
        raise ExceptionGroup(f"{acts} at once: neither order gives {real}", differences)

    def start(self, run_type: RunType, *targets: Fqn) -> int:
        number = len(self.world.runs)
        self.act(Start(number, run_type, targets))
        return number

    def check(self, world: PlainWorld) -> None:
        """All that is said now; of what is added up, of the past and of changes a part, by turns."""
        self.stage.run(self._compare(world, len(self.moments)))
        self._agrees = True

    def teardown(self) -> None:
        if not self._agrees:
            return  # the difference has been told; what follows from it would only hide it
        for scope in SCOPES:
            self.stage.run(comparing.compare_card(self.house, self.world, scope))
        self.stage.run(comparing.compare_changes(self.house, self.world, self.reviewed()))

    async def _compare(self, world: PlainWorld, turn: int) -> None:
        told = (
            comparing.compare_assets,
            comparing.compare_violations,
            comparing.compare_reviews,
            comparing.compare_cells,
            comparing.compare_sums,
            self._by_turns(turn),
        )
        results = await asyncio.gather(*(compare(self.house, world) for compare in told), return_exceptions=True)
        for difference in results:
            if difference is not None:
                raise difference

    def _by_turns(self, turn: int) -> Comparison:
        scope, moment = SCOPES[turn % len(SCOPES)], self.moments[turn * 7 % len(self.moments)]
        turns: Sequence[Comparison] = (
            partial(comparing.compare_card, scope=scope),
            partial(comparing.compare_past, scope=scope, moment=moment),
            partial(comparing.compare_children, scope=scope),
            partial(comparing.compare_trend, scope=scope, begin=self.moments[0]),
            partial(comparing.compare_changes, numbers=self.reviewed()[-3:]),
        )
        return turns[turn % len(turns)]

    def _pass_time(self) -> None:
        self.world.now = self.stage.clock.advance(minutes=1)
        self.moments.append(self.world.now)

    def some_table(self, data: st.DataObject) -> Fqn | None:
        """One that the source has; None when all of them are gone."""
        living = [table for table in TABLES if self.world.catalogue.living(table)]
        return data.draw(st.sampled_from(living)) if living else None

    def reviewed(self) -> list[int]:
        return [run.number for run in self.world.runs.values() if run.type in REVIEWED]
