"""Acts of assessments: what was read of a table is stored, soon or late."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from domain.fqn import Fqn
from domain.metrics.model import MetadataCheck
from domain.rules.model import Evaluation, Executed, RuleState
from domain.rules.model import Outcome as Verdict
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_world import PlainWorld


@dataclass(frozen=True)
class Result:
    """Of one rule; `failed` is None when it could not be evaluated."""

    rule: int
    evaluated: int
    failed: int | None
    read_at: datetime

    @property
    def evaluation(self) -> Evaluation:
        if self.failed is None:
            return Evaluation(self.read_at, 0, 0, Verdict.ERROR, error="The source did not answer.")
        verdict = Verdict.FAILED if self.failed else Verdict.PASSED
        return Evaluation(self.read_at, self.evaluated, self.failed, verdict)


@dataclass(frozen=True)
class StoreQuality:
    """The results of an assessment (or of a mere execution) of one table."""

    run: int
    table: Fqn
    results: tuple[Result, ...]
    scored: bool

    def foresee(self, world: PlainWorld) -> Outcome:
        current = [one for one in self.results if world.rules[one.rule].state is RuleState.ACTIVE]
        known = world.scores.cells()
        sums: defaultdict[tuple[str, Fqn], list[Result]] = defaultdict(list)
        for one in current:
            rule = world.rules[one.rule]
            rule.was_executed = True
            if one.failed is not None:
                sums[rule.metric, rule.asset].append(one)
        for (metric, asset), judged in sums.items():
            of = sum(one.evaluated for one in judged)
            if self.scored and of:
                bad = sum(one.failed or 0 for one in judged)
                world.measure(metric, asset, of - bad, of, min(one.read_at for one in judged))
            for one in judged:
                cell = known.get((metric, asset))
                if (cell is None or cell.at <= one.read_at) and not world.is_stale(metric, asset, one.read_at):
                    self._find(world, one)
        return Outcome()

    def _find(self, world: PlainWorld, one: Result) -> None:
        rule = world.rules[one.rule]
        if one.failed:
            world.problems.fail(str(one.rule), rule.asset, rule.metric, one.read_at)
        else:
            world.problems.pass_(str(one.rule), rule.asset, one.read_at)

    async def perform(self, house: House) -> Outcome:
        executed = [Executed(house.rules[one.rule].id, 1, one.evaluation) for one in self.results]
        run = house.runs[self.run]
        await house.domain.assessments.finish_executed(house.actor, run, self.table, executed, scored=self.scored)
        return Outcome()


@dataclass(frozen=True)
class StoreMetadata:
    """So many of so many things were there, by asset and metric."""

    run: int
    table: Fqn
    counted: tuple[tuple[Fqn, str, int, int], ...]
    read_at: datetime

    def foresee(self, world: PlainWorld) -> Outcome:
        known = world.scores.cells()
        for asset, metric, good, of in self.counted:
            world.measure(metric, asset, good, of, self.read_at)
            cell = known.get((metric, asset))
            if (cell is not None and cell.at > self.read_at) or world.is_stale(metric, asset, self.read_at):
                continue
            if good < of:
                world.problems.fail(metric, asset, metric, self.read_at)
            else:
                world.problems.pass_(metric, asset, self.read_at)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        checks = [
            MetadataCheck(asset, metric, good, of, "Say more." if good < of else None)
            for asset, metric, good, of in self.counted
        ]
        run = house.runs[self.run]
        await house.domain.assessments.finish_metadata(house.actor, run, self.table, self.read_at, checks)
        return Outcome()
