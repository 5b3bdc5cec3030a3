"""Acts of flows: they request runs, store what was read, and suggest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.assets.model import AssetField, AssetType, FoundSchema, FoundTable, Suggestion
from domain.fqn import Fqn
from domain.metrics.model import MetadataCheck
from domain.rules.model import Evaluation, Executed, RuleDefinition, RuleKind, RuleState
from domain.rules.model import Outcome as Verdict
from domain.runs.model import RunType
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_catalogue import Found, PlainAsset
from tests.domain.governance.plain_runs import PlainChange, PlainRule, PlainRun
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.assets import found_column, store_schemas
from tests.factories.rules import proposal
from tests.factories.runs import complete, request_run

RULE_CONFIDENCE = 0.8
"""Of every rule that the factory proposes."""


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
                world.scores.note(metric, asset, of - bad, of, min(one.read_at for one in judged))
            for one in judged:
                cell = known.get((metric, asset))
                if cell is None or cell.at <= one.read_at:
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
            world.scores.note(metric, asset, good, of, self.read_at)
            cell = known.get((metric, asset))
            if cell is not None and cell.at > self.read_at:
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


@dataclass(frozen=True)
class Ingest:
    """The tables of a schema with their columns and comments, as they were read at a time."""

    schema: Fqn
    tables: Mapping[str, tuple[tuple[str, ...], str | None]]
    read_at: datetime

    def foresee(self, world: PlainWorld) -> Outcome:
        found = {self.schema: Found()}
        for above in (self.schema.up_to(1), self.schema.up_to(2)):
            world.catalogue.assets.setdefault(above, PlainAsset(Found()))
        for name, (columns, comment) in self.tables.items():
            table = self.schema.child(name)
            found[table] = Found(0, comment)
            found |= {table.child(column): Found(position) for position, column in enumerate(columns, 1)}
        world.catalogue.store(self.schema, found, self.read_at, world.now)
        gone = [fqn for fqn, asset in world.catalogue.inside(self.schema).items() if not asset.lives]
        world.problems.close_vanished(gone, world.now)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        tables = tuple(
            FoundTable(
                self.schema.child(name),
                AssetType.TABLE,
                tuple(found_column(column, position) for position, column in enumerate(columns, 1)),
                comment=comment,
            )
            for name, (columns, comment) in self.tables.items()
        )
        found = FoundSchema(self.schema, self.read_at, tables)
        await store_schemas(house.domain, house.actor, self.schema.parts[0], [found])
        return Outcome()
