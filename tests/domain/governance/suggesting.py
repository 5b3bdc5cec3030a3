"""Acts of enrichment and of rule generation: they suggest, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.assets.model import AssetField, Suggestion
from domain.fqn import Fqn
from domain.rules.model import RuleDefinition, RuleKind
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_runs import PlainChange, PlainRule
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.rules import proposal

RULE_CONFIDENCE = 0.8
"""Of every rule that the factory proposes."""


@dataclass(frozen=True)
class Suggest:
    """What enrichment makes of the versions that it had read."""

    run: int
    table: Fqn
    values: Mapping[tuple[Fqn, AssetField], tuple[str, float]]
    read: Mapping[Fqn, int]

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        for (fqn, name), (value, confidence) in self.values.items():
            asset = world.catalogue.living(fqn)
            said = asset.content.fields.get(name) if asset else None
            if asset is not None and (said is None or said.value != value):
                run.changes.append(PlainChange(fqn, name, value, confidence, self.read[fqn]))
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        suggestions = [
            Suggestion(fqn, name, value, confidence, "The name says so.", {})
            for (fqn, name), (value, confidence) in self.values.items()
        ]
        run = house.runs[self.run]
        await house.domain.items.finish_enriched(house.actor, run, self.table, suggestions, self.read, [])
        return Outcome()


@dataclass(frozen=True)
class Propose:
    """Rules for columns of a table, numbered from `first` on."""

    run: int
    table: Fqn
    first: int
    checks: tuple[tuple[str, RuleKind], ...]

    def foresee(self, world: PlainWorld) -> Outcome:
        for number, (column, kind) in enumerate(self.checks, self.first):
            asset = self.table.child(column)
            world.rules[number] = PlainRule(asset, kind)
            world.runs[self.run].changes.append(PlainChange(asset, kind, "", RULE_CONFIDENCE, rule=number))
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        proposals = [proposal(RuleDefinition(kind, self.table, (column,))) for column, kind in self.checks]
        run = house.runs[self.run]
        await house.domain.items.finish_generated(house.actor, run, self.table, proposals, [])
        drafts = {(one.asset, one.field): one.rule_id for one in await house.changes(self.run)}
        for number, (column, kind) in enumerate(self.checks, self.first):
            rule_id = drafts[self.table.child(column), kind]
            (rule,) = (await house.domain.read.rules.by_ids(house.actor.tenant, [rule_id])).values()  # type: ignore[list-item]
            house.rules[number] = rule
        return Outcome()
