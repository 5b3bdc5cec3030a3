"""Acts on what a run suggests: decide, save, reject, reset, undo."""

from __future__ import annotations

from dataclasses import dataclass

from domain.fqn import Fqn
from domain.runs.approval import ApprovalResult
from domain.runs.decisions import ChangeDecision, ChangePredicate
from domain.runs.model import ApprovalStatus, ChangeSubject, Decision
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_runs import PlainChange, PlainRun
from tests.domain.governance.plain_undo import builds_on
from tests.domain.governance.plain_world import PlainWorld

APPROVED, REJECTED, PENDING = ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.PENDING


def refusal(run: PlainRun) -> Outcome | None:
    """Why nothing can be decided about the run."""
    if not run.is_complete:
        return Outcome("RunNotApprovable")
    return None if run.status is PENDING else Outcome("ApprovalAlreadyDecided")


def told(result: ApprovalResult) -> Outcome:
    one = result.approval
    return Outcome(one.status, (one.applied, one.conflicts, one.invalidated_cells, one.resolved_violations))


@dataclass(frozen=True)
class Approve:
    run: int

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if run.status is not APPROVED:
            if refused := refusal(run):
                return refused
            run.saved = world.save(run)
            run.decide(APPROVED)
        return Outcome(APPROVED, run.counts)

    async def perform(self, house: House) -> Outcome:
        return told(await house.domain.approvals.approve(house.actor, house.runs[self.run]))


@dataclass(frozen=True)
class Reject:
    run: int

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if run.status is not REJECTED:
            if refused := refusal(run):
                return refused
            run.decide(REJECTED)
        return Outcome(REJECTED, (0, 0, 0, 0))

    async def perform(self, house: House) -> Outcome:
        return told(await house.domain.approvals.reject(house.actor, house.runs[self.run]))


@dataclass(frozen=True)
class Reset:
    run: int

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if run.status is APPROVED:
            return Outcome("ApprovalAlreadyDecided")
        if run.status is REJECTED:
            for change in run.changes:
                change.decision = Decision.UNDECIDED
            run.decide(PENDING)
        return Outcome(PENDING, (0, 0, 0, 0))

    async def perform(self, house: House) -> Outcome:
        return told(await house.domain.approvals.reset(house.actor, house.runs[self.run]))


@dataclass(frozen=True)
class Undo:
    run: int

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if run.status is PENDING and run.was_undone:
            return Outcome("undone", (0, 0, 0))
        if run.status is not APPROVED or run.saved is None:
            return Outcome("Conflict")
        found = builds_on(world, run, run.saved)
        if any(found.values()):
            reasons = (frozenset(words.format(one) for one in named) for words, named in found.items())
            return Outcome("SaveBuiltUpon", reasons=tuple(reasons))
        undone = world.take_back(run, run.saved)
        run.saved = None
        run.decide(PENDING)
        return Outcome("undone", undone)

    async def perform(self, house: House) -> Outcome:
        undone = (await house.domain.approvals.undo(house.actor, house.runs[self.run])).undone
        return Outcome("undone", (undone.assets, undone.cells, undone.violations))


@dataclass(frozen=True)
class Decide:
    """About one change; `after` is a person's own value in the place of the suggested one."""

    run: int
    asset: Fqn
    field: str
    decision: Decision
    after: str | None = None

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if refused := refusal(run):
            return refused
        change = run.change(self.asset, self.field)
        if self.after is not None and change.rule is not None:
            return Outcome("Invalid")
        change.decision = self.decision
        if self.after is not None:
            change.after, change.is_edited = self.after, True
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        change = await house.change(self.run, self.asset, self.field)
        decision = ChangeDecision(change.id, self.decision, self.after)
        await house.domain.approvals.decide_changes(house.actor, house.runs[self.run], [decision])
        return Outcome()


@dataclass(frozen=True)
class DecideMatching:
    run: int
    predicate: ChangePredicate
    decision: Decision

    def foresee(self, world: PlainWorld) -> Outcome:
        run = world.runs[self.run]
        if refused := refusal(run):
            return refused
        meant = [change for change in run.changes if self._means(world, change)]
        for change in meant:
            change.decision = self.decision
        return Outcome("done", (len(meant),))

    def _means(self, world: PlainWorld, change: PlainChange) -> bool:
        wanted = self.predicate
        subject = ChangeSubject.ASSET_FIELD if change.rule is None else ChangeSubject.RULE
        is_human = change.rule is None and world.catalogue.is_human(change.asset, change.field)
        return (
            (wanted.min_confidence is None or change.confidence >= wanted.min_confidence)
            and (not wanted.fields or change.field in wanted.fields)
            and wanted.subject in {None, subject}
            and (wanted.scope is None or wanted.scope.covers(change.asset))
            and (not wanted.decisions or change.decision in wanted.decisions)
            and wanted.overwrites_human in {None, is_human}
        )

    async def perform(self, house: House) -> Outcome:
        approvals, run = house.domain.approvals, house.runs[self.run]
        return Outcome("done", (await approvals.decide_matching(house.actor, run, self.predicate, self.decision),))
