"""Save: what a run suggests is applied, and what it makes stale is invalidated, in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.access.model import require
from domain.assets.model import AssetField, FieldOrigin, FieldValue, check_field_value
from domain.assets.repository import AssetRepository, write_field
from domain.assets.tables import AssetRow
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Conflict, Invalid, NotFound
from domain.events import AssetsChanged, RulesChanged, RunApproved, RunRejected, ScorecardChanged, ViolationsChanged
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from domain.metrics.repository import MetricRepository
from domain.metrics.snapshots import SnapshotRepository
from domain.rules.model import RuleId, RuleState
from domain.rules.repository import RuleRepository
from domain.rules.tables import DqRuleRow
from domain.runs.model import (
    Approval,
    ApprovalStatus,
    ChangeId,
    ChangeOutcome,
    ChangeSubject,
    Decision,
    ProposedChange,
    RunId,
    WorkflowRun,
    check_decidable,
    check_notes,
    judge_change,
)
from domain.runs.repository import ChangeRepository, RunRepository, to_approval, to_change, to_model
from domain.runs.tables import ApprovalRow, ProposedChangeRow
from domain.violations.repository import ViolationRepository

MAX_DECISIONS = 10_000
EDITED_BY = "edited_by"
"""In the evidence of a change whose suggested value a person replaced: the value is that person's own."""


@dataclass(frozen=True, slots=True)
class ApprovalResult:
    run: WorkflowRun
    approval: Approval


@dataclass(frozen=True, slots=True)
class ChangeDecision:
    """What a person decides about one proposed change; `after` replaces the suggested value."""

    id: ChangeId
    decision: Decision
    after: str | None = None


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
            # Locked in the order of the FQNs because assessments take the same locks: the second waits and sees.
            await AssetRepository(uow).lock_tables(run.targets)
            outcomes = await _apply_changes(uow, run)
            approval.applied = outcomes[ChangeOutcome.APPLIED]
            approval.conflicts = outcomes[ChangeOutcome.CONFLICT]
            await _invalidate(uow, run, approval)
            _decide(uow, approval, ApprovalStatus.APPROVED, notes)
            approval.auto_saved = auto_saved
            uow.emit(
                RunApproved(
                    scopes=_scopes(run),
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
            _decide(uow, approval, ApprovalStatus.REJECTED, notes)
            uow.emit(RunRejected(scopes=_scopes(run), run_id=run.id))
            return ApprovalResult(run, to_approval(approval))

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
            for one in decisions:
                if one.id not in rows:
                    raise NotFound("proposed change", str(one.id))
                _decide_change(rows[one.id], one, uow.actor.name)
            record(uow, "decide", "run", str(run_id), after={"changes": len(decisions)})
            return [to_change(rows[one.id]) for one in decisions]


async def _lock(uow: UnitOfWork, run_id: RunId) -> tuple[WorkflowRun, ApprovalRow]:
    runs = RunRepository(uow)
    run = to_model(await runs.lock(run_id))
    approval = await runs.lock_approval(run_id)
    if approval is None:
        raise Conflict(f"A {run.type} run takes effect when it finishes; there is nothing to decide.")
    return run, approval


def _decide(uow: UnitOfWork, approval: ApprovalRow, status: ApprovalStatus, notes: str | None) -> None:
    record(
        uow,
        status.lower(),
        "run",
        str(approval.run_id),
        before={"status": approval.status},
        after={"status": status, "applied": approval.applied, "conflicts": approval.conflicts},
    )
    approval.status = status
    approval.version += 1
    approval.notes = notes
    approval.decided_by, approval.decided_at = uow.actor.name, uow.clock()


def _decide_change(row: ProposedChangeRow, one: ChangeDecision, decided_by: str) -> None:
    row.decision = one.decision
    if one.after is not None:
        if row.subject != ChangeSubject.ASSET_FIELD:
            raise Invalid("after", "A proposed rule is accepted or rejected; edit it once it is active.")
        check_field_value(AssetField(row.field), one.after)
        row.after, row.evidence = one.after, {**row.evidence, EDITED_BY: decided_by}


async def _invalidate(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> None:
    metrics = await MetricRepository(uow).invalidated_by(run.type)
    approval.invalidated_metrics = list(metrics)
    approval.invalidated_cells = await SnapshotRepository(uow).bury(metrics, run.targets, run.id, approval.version + 1)
    approval.resolved_violations = await ViolationRepository(uow).resolve_superseded(metrics, run.targets, run.id)
    if approval.invalidated_cells:
        uow.emit(
            ScorecardChanged(
                scopes=_scopes(run), metrics=tuple(metrics), cells=approval.invalidated_cells, run_id=run.id
            )
        )
    if approval.resolved_violations:
        uow.emit(ViolationsChanged(scopes=_scopes(run), resolved=approval.resolved_violations, run_id=run.id))


async def _apply_changes(uow: UnitOfWork, run: WorkflowRun) -> Mapping[ChangeOutcome, int]:
    changes = await ChangeRepository(uow).of_run(run.id)
    fields = [change for change in changes if change.subject == ChangeSubject.ASSET_FIELD]
    rules = [change for change in changes if change.subject == ChangeSubject.RULE]
    await _apply_fields(uow, run, fields)
    await _apply_rules(uow, run, rules)
    counts: defaultdict[ChangeOutcome, int] = defaultdict(int)
    for change in changes:
        assert change.outcome
        counts[ChangeOutcome(change.outcome)] += 1
    return counts


async def _apply_fields(uow: UnitOfWork, run: WorkflowRun, changes: Sequence[ProposedChangeRow]) -> None:
    """One new version an asset, whatever the number of its fields."""
    assets = AssetRepository(uow)
    rows = await assets.lock_rows(Fqn.parse(change.asset_fqn) for change in changes)
    written: defaultdict[Fqn, dict[str, object]] = defaultdict(dict)
    for change in changes:
        fqn = Fqn.parse(change.asset_fqn)
        outcome = _judge_field(change, rows.get(fqn))
        change.outcome = outcome
        if outcome is ChangeOutcome.APPLIED:
            written[fqn][change.field] = write_field(_value_of(change, run))
    for fqn, fields in written.items():
        row = rows[fqn]
        assets.change(row, f"saved {', '.join(sorted(fields))}", fields={**row.fields, **fields}, run_id=run.id)
    if written:
        uow.emit(AssetsChanged(scopes=_scopes(run), changed=len(written), run_id=run.id))


def _value_of(change: ProposedChangeRow, run: WorkflowRun) -> FieldValue:
    if EDITED_BY in change.evidence:
        return FieldValue(change.after, FieldOrigin.HUMAN, run_id=run.id)
    return FieldValue(change.after, FieldOrigin.GENERATED, float(change.confidence), run.id)


def _judge_field(change: ProposedChangeRow, row: AssetRow | None) -> ChangeOutcome:
    is_human = row is not None and row.fields.get(change.field, {}).get("origin") == FieldOrigin.HUMAN
    version = row.version if row else None
    return judge_change(Decision(change.decision), change.base_version, version, is_human=is_human)


async def _apply_rules(uow: UnitOfWork, run: WorkflowRun, changes: Sequence[ProposedChangeRow]) -> None:
    rules = RuleRepository(uow)
    rows = await rules.lock([RuleId(change.rule_id) for change in changes if change.rule_id])
    decided: defaultdict[ChangeOutcome, list[RuleId]] = defaultdict(list)
    for change in changes:
        assert change.rule_id
        row = rows.get(RuleId(change.rule_id))
        outcome = _judge_rule(change, row)
        change.outcome = outcome
        if row:
            decided[outcome].append(RuleId(row.id))
    await rules.set_state(decided[ChangeOutcome.APPLIED], RuleState.ACTIVE)
    await rules.set_state(decided[ChangeOutcome.REJECTED], RuleState.RETIRED)
    if active := decided[ChangeOutcome.APPLIED]:
        ids: tuple[UUID, ...] = tuple(active)
        uow.emit(RulesChanged(scopes=_scopes(run), rule_ids=ids, state=RuleState.ACTIVE))


def _judge_rule(change: ProposedChangeRow, row: DqRuleRow | None) -> ChangeOutcome:
    version = row.version if row and row.state == RuleState.DRAFT else None
    return judge_change(Decision(change.decision), change.base_version, version, is_human=False)


def _scopes(run: WorkflowRun) -> tuple[str, ...]:
    return tuple(str(target) for target in run.targets)
