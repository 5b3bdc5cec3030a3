"""Acts of people: their own words, their judgement of violations and rules, the weights that they set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from domain.assets.model import AssetField
from domain.fqn import Fqn
from domain.metrics.model import AssessmentType
from domain.rules.model import RuleState
from domain.runs.model import RunType
from domain.violations.model import Resolution, ViolationStatus, ViolationUpdate
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_scores import METRICS_OF
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.violations import import_violation

LEADS_TO = {
    RuleState.DRAFT: {RuleState.ACTIVE, RuleState.RETIRED},
    RuleState.ACTIVE: {RuleState.PAUSED, RuleState.RETIRED},
    RuleState.PAUSED: {RuleState.ACTIVE, RuleState.RETIRED},
    RuleState.RETIRED: set[RuleState](),
}


@dataclass(frozen=True)
class Edit:
    """A person's words for a field, based on a version that may be gone by now."""

    asset: Fqn
    field: AssetField
    value: str
    version: int

    def foresee(self, world: PlainWorld) -> Outcome:
        asset = world.catalogue.living(self.asset)
        if asset is None:
            return Outcome("NotFound")
        if asset.version != self.version:
            return Outcome("VersionConflict")
        world.catalogue.edit(self.asset, self.field, self.value)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        await house.domain.assets.update(house.actor, self.asset, {self.field: self.value}, self.version)
        return Outcome()


@dataclass(frozen=True)
class Release:
    asset: Fqn
    field: AssetField
    version: int

    def foresee(self, world: PlainWorld) -> Outcome:
        asset = world.catalogue.living(self.asset)
        if asset is None:
            return Outcome("NotFound")
        if asset.version != self.version:
            return Outcome("VersionConflict")
        if self.field not in asset.content.fields:
            return Outcome("Invalid")
        world.catalogue.release(self.asset, self.field)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        await house.domain.assets.release(house.actor, self.asset, self.field, self.version)
        return Outcome()


@dataclass(frozen=True)
class Judge:
    """A person moves a violation."""

    violation: int
    status: ViolationStatus
    resolution: Resolution | None = None

    def foresee(self, world: PlainWorld) -> Outcome:
        allowed = world.problems.move(self.violation, self.status, self.resolution, world.now)
        return Outcome("done" if allowed else "Conflict")

    async def perform(self, house: House) -> Outcome:
        update = ViolationUpdate(self.status, self.resolution)
        (result,) = await house.domain.violations.update(house.actor, [house.violations[self.violation]], update)
        return Outcome(type(result.error).__name__ if result.error else "done")


@dataclass(frozen=True)
class Import:
    """A violation from elsewhere: several may be open for one check and asset."""

    asset: Fqn
    metric: str
    at: datetime

    def foresee(self, world: PlainWorld) -> Outcome:
        world.problems.import_open(self.asset, self.metric, self.at)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        check, tenant = f"imported {self.metric}", house.actor.tenant
        await import_violation(house.sql, tenant, self.asset, metric=self.metric, check=check, opened_at=self.at)
        return Outcome()


@dataclass(frozen=True)
class MoveRule:
    rule: int
    state: RuleState

    def foresee(self, world: PlainWorld) -> Outcome:
        rule = world.rules[self.rule]
        if self.state not in LEADS_TO[rule.state]:
            return Outcome("Conflict")
        rule.move(self.state, world.now)
        if self.state is RuleState.RETIRED:
            world.problems.retire(str(self.rule), world.now)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        await house.domain.rule_states.change(house.actor, [house.rules[self.rule].id], self.state)
        return Outcome()


@dataclass(frozen=True)
class Weigh:
    dimension: str
    weight: Decimal

    def foresee(self, world: PlainWorld) -> Outcome:
        world.scores.weigh(self.dimension, Fraction(self.weight), world.now)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        known = await house.domain.read.scorecards.dimensions(house.actor.tenant)
        version = next(one.version for one in known if one.name == self.dimension)
        await house.domain.metrics.update_dimension(house.actor, self.dimension, version, weight=self.weight)
        return Outcome()


@dataclass(frozen=True)
class Remap:
    """What a Save of such a run invalidates from now on; what was saved before stays as it is."""

    run_type: RunType
    kinds: frozenset[AssessmentType]

    def foresee(self, world: PlainWorld) -> Outcome:
        world.mapping[self.run_type] = frozenset().union(*(METRICS_OF[kind] for kind in self.kinds))
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        known = await house.domain.read.scorecards.invalidations(house.actor.tenant)
        version = next(one.version for one in known if one.run_type == self.run_type)
        await house.domain.metrics.set_invalidation(house.actor, self.run_type, sorted(self.kinds), version)
        return Outcome()
