"""Save: what a run suggests is applied, and what it makes stale is invalidated, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from domain.access.model import require
from domain.assets.repository import AssetRepository
from domain.audit.repository import record
from domain.db.tenancy import select_columns_in
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Conflict, Invalid, NotFound
from domain.events import (
    ApprovalReset,
    ApprovalUndone,
    AssetsChanged,
    RunApproved,
    RunRejected,
    ScorecardChanged,
    ViolationsChanged,
)
from domain.identity import Actor, Permission
from domain.metrics.repository import MetricRepository
from domain.metrics.snapshots import SnapshotRepository
from domain.runs.applying import apply_changes
from domain.runs.decisions import ChangeDecision, ChangePredicate, decide_change, decide_matching, decisions_of
from domain.runs.model import (
    Approval,
    ApprovalAlreadyDecided,
    ApprovalStatus,
    ChangeOutcome,
    ChangeSubject,
    Decision,
    NothingToDecide,
    ProposedChange,
    RunId,
    WorkflowRun,
    check_decidable,
    check_notes,
)
from domain.runs.repository import ChangeRepository, RunRepository, to_approval, to_change, to_model
from domain.runs.tables import ApprovalRow, ProposedChangeRow
from domain.runs.undo import Undone, check_nothing_builds_on, take_back
from domain.violations.repository import ViolationRepository

MAX_DECISIONS = 10_000


@dataclass(frozen=True, slots=True)
class ApprovalResult:
    run: WorkflowRun
    approval: Approval


@dataclass(frozen=True, slots=True)
class UndoResult:
    run: WorkflowRun
    approval: Approval
    undone: Undone


class ApprovalService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def approve(
        self, actor: Actor, run_id: RunId, notes: str | None = None, *, auto_saved: bool = False
    ) -> ApprovalResult:
        """Save a completed run. A second call returns the result of the first and changes nothing."""
        require(actor, Permission.APPROVE)
        check_notes(notes)
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            if approval.status == ApprovalStatus.APPROVED:
                return ApprovalResult(run, to_approval(approval))
            check_decidable(run, to_approval(approval))
            await _lock_what_is_saved(uow, run)
            at = uow.clock()
            outcomes = await apply_changes(uow, run, at)
            approval.applied = outcomes.get(ChangeOutcome.APPLIED, 0)
            approval.conflicts = outcomes.get(ChangeOutcome.CONFLICT, 0)
            await _invalidate(uow, run, approval, at)
            _decide(uow, approval, ApprovalStatus.APPROVED, notes, at)
            approval.auto_saved = auto_saved
            uow.emit(
                RunApproved(
                    scopes=run.scopes,
                    run_id=run.id,
                    applied=approval.applied,
                    conflicts=approval.conflicts,
                    auto_saved=auto_saved,
                )
            )
            return ApprovalResult(run, to_approval(approval))

    async def reject(self, actor: Actor, run_id: RunId, notes: str | None = None) -> ApprovalResult:
        """Decide against a run: nothing of it is applied, nothing is invalidated."""
        require(actor, Permission.APPROVE)
        check_notes(notes)
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            if approval.status == ApprovalStatus.REJECTED:
                return ApprovalResult(run, to_approval(approval))
            check_decidable(run, to_approval(approval))
            _decide(uow, approval, ApprovalStatus.REJECTED, notes, uow.clock())
            uow.emit(RunRejected(scopes=run.scopes, run_id=run.id))
            return ApprovalResult(run, to_approval(approval))

    async def reset(self, actor: Actor, run_id: RunId, notes: str | None = None) -> ApprovalResult:
        """Take a rejection back: the run waits again, its changes undecided. A run that waits stays as it is."""
        require(actor, Permission.APPROVE)
        check_notes(notes)
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            if approval.status == ApprovalStatus.APPROVED:
                raise ApprovalAlreadyDecided(to_approval(approval), "Undo the Save instead.")
            if approval.status == ApprovalStatus.REJECTED:
                await ChangeRepository(uow).reset(run_id)
                _decide(uow, approval, ApprovalStatus.PENDING, notes, uow.clock())
                uow.emit(ApprovalReset(scopes=run.scopes, run_id=run.id))
            return ApprovalResult(run, to_approval(approval))

    async def undo(self, actor: Actor, run_id: RunId, notes: str | None = None) -> UndoResult:
        """Take a Save back, as if it had not been; `SaveBuiltUpon` when something later builds on it.

        A second call finds nothing left to undo and changes nothing.
        """
        require(actor, Permission.APPROVE)
        check_notes(notes)
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            if approval.status == ApprovalStatus.PENDING and approval.undone_at is not None:
                return UndoResult(run, to_approval(approval), Undone())
            if approval.status != ApprovalStatus.APPROVED:
                raise Conflict(f"Run {run_id} is {approval.status}, not APPROVED; there is nothing to undo.")
            await _lock_what_is_saved(uow, run)
            await check_nothing_builds_on(uow, run, approval)
            undone = await take_back(uow, run, approval)
            _tell_of_undoing(uow, run, approval, undone)
            _decide(uow, approval, ApprovalStatus.PENDING, notes, uow.clock())
            return UndoResult(run, to_approval(approval), undone)

    async def decide_changes(
        self, actor: Actor, run_id: RunId, decisions: Sequence[ChangeDecision]
    ) -> Sequence[ProposedChange]:
        """Accept, reject or edit proposed changes of a run that still waits."""
        require(actor, Permission.APPROVE)
        if not 1 <= len(decisions) <= MAX_DECISIONS:
            raise Invalid("decisions", f"Give 1 to {MAX_DECISIONS:,} decisions.")
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            check_decidable(run, to_approval(approval))
            rows = await ChangeRepository(uow).lock(run_id, [one.id for one in decisions])
            before = {str(row.id): {"decision": row.decision, "value": row.after} for row in rows.values()}
            for one in decisions:
                if one.id not in rows:
                    raise NotFound("proposed change", str(one.id))
                decide_change(rows[one.id], one, uow.actor.name)
            after = {str(row.id): {"decision": row.decision, "value": row.after} for row in rows.values()}
            record(uow, "decide", "run", str(run_id), before, after)
            return [to_change(rows[one.id]) for one in decisions]

    async def decide_matching(self, actor: Actor, run_id: RunId, predicate: ChangePredicate, decision: Decision) -> int:
        """Decide all changes of a waiting run that the predicate means; how many."""
        require(actor, Permission.APPROVE)
        async with self._unit_of_work(actor) as uow:
            run, approval = await _lock(uow, run_id)
            check_decidable(run, to_approval(approval))
            before = await decisions_of(uow, run_id)
            decided = await decide_matching(uow, run_id, predicate, decision)
            after = await decisions_of(uow, run_id)
            record(uow, "decide", "run", str(run_id), before, {**after, "changed": decided, "where": predicate.said()})
            return decided


async def _lock(uow: UnitOfWork, run_id: RunId) -> tuple[WorkflowRun, ApprovalRow]:
    runs = RunRepository(uow)
    run = to_model(await runs.lock(run_id))
    approval = await runs.lock_approval(run_id)
    if approval is None:
        raise NothingToDecide(run)
    return run, approval


async def _lock_what_is_saved(uow: UnitOfWork, run: WorkflowRun) -> None:
    """In the order of the FQNs, because assessments take the same locks: the second waits and sees."""
    changed = select_columns_in(uow.tenant, ProposedChangeRow, col(ProposedChangeRow.asset_fqn)).where(
        col(ProposedChangeRow.run_id) == run.id, col(ProposedChangeRow.subject) == ChangeSubject.ASSET_FIELD
    )
    await AssetRepository(uow).lock_tables(run.targets, changed)


def _decide(uow: UnitOfWork, approval: ApprovalRow, status: ApprovalStatus, notes: str | None, at: datetime) -> None:
    """The next version of the approval. What a Save did is forgotten when the run waits again."""
    before = approval.status
    approval.status = status
    approval.version += 1
    approval.notes = notes
    waits = status is ApprovalStatus.PENDING
    approval.decided_by, approval.decided_at = (None, None) if waits else (uow.actor.name, at)
    was_undone = waits and before == ApprovalStatus.APPROVED
    approval.undone_by, approval.undone_at = (uow.actor.name, at) if was_undone else (None, None)
    record(
        uow,
        "undo" if was_undone else "reset" if waits else status.lower(),
        "run",
        str(approval.run_id),
        before={"status": before},
        after={"status": status, "applied": approval.applied, "conflicts": approval.conflicts},
    )
    if waits:
        approval.applied = approval.conflicts = approval.invalidated_cells = approval.resolved_violations = 0
        approval.invalidated_metrics, approval.auto_saved = [], False


async def _invalidate(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow, at: datetime) -> None:
    metrics = await MetricRepository(uow).invalidated_by(run.type)
    approval.invalidated_metrics = list(metrics)
    approval.invalidated_cells = await SnapshotRepository(uow).bury(
        metrics, run.targets, run.id, approval.version + 1, at
    )
    approval.resolved_violations = await ViolationRepository(uow).resolve_superseded(metrics, run.targets, run.id)
    if approval.invalidated_cells:
        uow.emit(
            ScorecardChanged(scopes=run.scopes, metrics=tuple(metrics), cells=approval.invalidated_cells, run_id=run.id)
        )
    if approval.resolved_violations:
        uow.emit(ViolationsChanged(scopes=run.scopes, resolved=approval.resolved_violations, run_id=run.id))


def _tell_of_undoing(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow, undone: Undone) -> None:
    uow.emit(
        ApprovalUndone(
            scopes=run.scopes,
            run_id=run.id,
            restored_assets=undone.assets,
            restored_cells=undone.cells,
            reopened_violations=undone.violations,
        )
    )
    if undone.assets:
        uow.emit(AssetsChanged(scopes=run.scopes, changed=undone.assets, run_id=run.id))
    if undone.cells:
        metrics = tuple(approval.invalidated_metrics)
        uow.emit(ScorecardChanged(scopes=run.scopes, metrics=metrics, cells=undone.cells, run_id=run.id))
    if undone.violations:
        uow.emit(ViolationsChanged(scopes=run.scopes, opened=undone.violations, run_id=run.id))
