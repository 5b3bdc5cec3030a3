"""Which acts there are, and when each of them can happen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from hypothesis.strategies import DataObject

from domain.fqn import Fqn
from domain.rules.model import RuleKind, RuleState
from domain.runs.model import ApprovalStatus, RunType
from tests.domain.governance import telling
from tests.domain.governance.acts import Act
from tests.domain.governance.assessing import Result, StoreMetadata, StoreQuality
from tests.domain.governance.people import Import, MoveRule
from tests.domain.governance.previewing import assert_preview
from tests.domain.governance.readers_view import readers_view
from tests.domain.governance.reviewing import Approve, Reject, Reset, Undo
from tests.domain.governance.stage import Stage
from tests.domain.governance.starting import Complete
from tests.domain.governance.suggesting import Propose
from tests.domain.governance.told import Told

IN_HAND = 3
"""So much work is begun and not stored, at most."""


class GovernanceCore(Told):
    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.in_hand: list[Sequence[Act]] = []
        """What was read, and will be stored later, when the world may have moved on."""

    @initialize()
    def begin(self) -> None:
        """Every story begins with two schemas whose tables have a rule, failing rows and a missing description."""
        for schema in (telling.PUBLIC, telling.ARCHIVE):
            self.act(telling.whole(schema, self.stage.clock()))
        for number, table in enumerate(telling.TABLES):
            run = self.start(RunType.DQ_RULE_GENERATION, table)
            self.act(Propose(run, table, number, (("amount", RuleKind.NOT_NULL),)), MoveRule(number, RuleState.ACTIVE))
            run, read_at = self.start(RunType.DQ_ASSESSMENT, table), self.stage.clock()
            self.act(StoreQuality(run, table, (Result(number, 100, 10, read_at),), scored=True))
            run, read_at = self.start(RunType.METADATA_ASSESSMENT, table), self.stage.clock()
            self.act(StoreMetadata(run, table, ((table, "described", 0, 1),), read_at))
        self.do()

    def _store_or_keep(self, data: DataObject, *acts: Act) -> None:
        if len(self.in_hand) < IN_HAND and data.draw(st.integers(0, 2)) == 0:
            self.in_hand.append(acts)
        else:
            self.do(*acts)

    @rule(
        data=st.data(), run_type=st.sampled_from((RunType.DQ_ASSESSMENT, RunType.DQ_ASSESSMENT, RunType.DQ_EXECUTION))
    )
    def assess_data(self, data: DataObject, run_type: RunType) -> None:
        if table := self.some_table(data):
            run = self.start(run_type, table)
            scored = run_type is RunType.DQ_ASSESSMENT
            self._store_or_keep(data, data.draw(telling.quality(self.world, run, table, scored=scored)))

    @rule(data=st.data())
    def assess_metadata(self, data: DataObject) -> None:
        if table := self.some_table(data):
            run = self.start(RunType.METADATA_ASSESSMENT, table)
            self._store_or_keep(data, data.draw(telling.metadata(self.world, run, table)))

    @rule(data=st.data())
    def enrich(self, data: DataObject) -> None:
        if table := self.some_table(data):
            run = self.start(RunType.METADATA_ENRICHMENT, table)
            self._store_or_keep(data, data.draw(telling.suggestions(self.world, run, table)), Complete(run))

    @rule(data=st.data())
    def generate(self, data: DataObject) -> None:
        if table := self.some_table(data):
            run = self.start(RunType.DQ_RULE_GENERATION, table)
            self.do(data.draw(telling.proposals(self.world, run, table)), Complete(run))

    @rule(data=st.data(), of_schema=st.booleans())
    def profile(self, data: DataObject, of_schema: bool) -> None:
        if table := self.some_table(data):
            run = self.start(RunType.PROFILING, table.up_to(3) if of_schema else table)
            self._store_or_keep(data, Complete(run))

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def store(self, data: DataObject) -> None:
        self.do(*self.in_hand.pop(data.draw(st.integers(0, len(self.in_hand) - 1))))

    @rule(data=st.data())
    def ingest(self, data: DataObject) -> None:
        self.do(data.draw(telling.ingestions(self.world)))

    @rule(act=telling.losses)
    def lose_schemas(self, act: Act) -> None:
        self.do(act)

    @rule(act=telling.remappings)
    def remap(self, act: Act) -> None:
        self.do(act)

    @rule(data=st.data())
    def decide(self, data: DataObject) -> None:
        if runs := [run for run in self.reviewed() if self.world.runs[run].changes]:
            self.do(data.draw(telling.decided(self.world, runs)))

    @rule(data=st.data())
    def save(self, data: DataObject) -> None:
        run = self._some_run(data)
        foreseen = assert_preview(self.stage, self.house, self.world, run)
        self.do(Approve(run))
        if foreseen is not None:
            assert self.world.runs[run].counts == foreseen

    @precondition(lambda self: self._runs(ApprovalStatus.APPROVED))
    @rule(data=st.data())
    def undo(self, data: DataObject) -> None:
        self.do(Undo(self._some_run(data, ApprovalStatus.APPROVED)))

    @rule(data=st.data(), act=st.sampled_from((Reject, Reset, Undo)))
    def turn_down(self, data: DataObject, act: Callable[[int], Act]) -> None:
        self.do(act(self._some_run(data)))

    @precondition(lambda self: self._runs(ApprovalStatus.PENDING))
    @rule(data=st.data())
    def save_and_undo(self, data: DataObject) -> None:
        """For whoever reads, it is as if nothing had been done."""
        run = self._some_run(data, ApprovalStatus.PENDING)
        before = self.stage.run(readers_view(self.house))
        self.do(Approve(run), Undo(run))
        assert self.stage.run(readers_view(self.house)) == before

    def _runs(self, *status: ApprovalStatus) -> list[int]:
        runs = [self.world.runs[run] for run in self.reviewed()]
        return [run.number for run in runs if run.is_complete and run.status in status]

    def _some_run(self, data: DataObject, *status: ApprovalStatus) -> int:
        return data.draw(st.sampled_from(self._runs(*status) if status else self.reviewed()))

    @rule(data=st.data())
    def edit(self, data: DataObject) -> None:
        self.do(data.draw(telling.edits(self.world.catalogue.assets)))

    @precondition(lambda self: self.world.problems.all)
    @rule(data=st.data())
    def judge(self, data: DataObject) -> None:
        self.do(data.draw(telling.judged(self.world)))

    @rule(data=st.data())
    def move_rule(self, data: DataObject) -> None:
        self.do(data.draw(telling.moved_rules(self.world)))

    @rule(act=telling.weighings)
    def weigh(self, act: Act) -> None:
        self.do(act)

    @precondition(lambda self: len(self.world.problems.all) < 60)
    @rule(asset=st.sampled_from(telling.COLUMN_FQNS), metric=st.sampled_from(("complete_values", "described")))
    def import_violations(self, asset: Fqn, metric: str) -> None:
        self.do(*[Import(asset, metric, self.stage.clock())] * 2)

    @rule(data=st.data())
    def at_once(self, data: DataObject) -> None:
        self._do_at_once(data, self._one_of_two(data), self._one_of_two(data))

    @rule(data=st.data())
    def review_while_an_assessment_is_stored(self, data: DataObject) -> None:
        if table := self.some_table(data):
            run = self.start(RunType.DQ_ASSESSMENT, table)
            storing = data.draw(telling.quality(self.world, run, table, scored=True))
            reviews: tuple[Callable[[int], Act], ...] = (Approve, Undo)
            review = data.draw(st.sampled_from(reviews))
            acts: list[Act] = [storing, review(self._some_run(data))]
            self._do_at_once(data, *data.draw(st.permutations(acts)))

    def _do_at_once(self, data: DataObject, first: Act, second: Act) -> None:
        """Behind the gate of a table, or of a run that one of them is about."""
        runs = [self.house.runs[act.run] for act in (first, second) if isinstance(act, (Approve, Undo, StoreQuality))]
        gates: list[Fqn | UUID] = [*telling.TABLES, *runs]
        self.do_at_once((first, second), data.draw(st.sampled_from(gates)))

    def _one_of_two(self, data: DataObject) -> Act:
        kinds: list[Callable[[], Act]] = [
            lambda: Approve(self._some_run(data)),
            lambda: Undo(self._some_run(data)),
            lambda: Reject(self._some_run(data)),
            lambda: data.draw(telling.edits(self.world.catalogue.assets)),
            lambda: data.draw(telling.ingestions(self.world)),
        ]
        if self._runs(ApprovalStatus.APPROVED):
            kinds.append(lambda: Undo(self._some_run(data, ApprovalStatus.APPROVED)))
        if self._runs(ApprovalStatus.PENDING):
            kinds.append(lambda: Approve(self._some_run(data, ApprovalStatus.PENDING)))
        if self.world.problems.all:
            kinds.append(lambda: data.draw(telling.judged(self.world)))
        if any(len(acts) == 1 for acts in self.in_hand):
            kinds.extend([self._begun_work] * 3)
        return data.draw(st.sampled_from(kinds))()

    def _begun_work(self) -> Act:
        place = next(place for place, acts in enumerate(self.in_hand) if len(acts) == 1)
        (act,) = self.in_hand.pop(place)
        return act
