"""Taking a Save back: exactly what it did, and only while nothing later builds on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, and_, exists, func, or_, select
from sqlmodel import col

from domain.assets.repository import AssetRepository
from domain.assets.tables import AssetRow, AssetVersionRow
from domain.db.scope import in_any_scope
from domain.db.tenancy import belongs_to, select_columns_in, update_in
from domain.db.uow import UnitOfWork
from domain.events import RulesChanged
from domain.metrics.snapshots import SnapshotRepository
from domain.metrics.tables import MetricCellRow
from domain.rules.model import RuleState
from domain.rules.repository import RuleRepository
from domain.rules.tables import DqRuleRow, RuleExecutionRow
from domain.runs.applying import changes_that_were
from domain.runs.model import ApprovalStatus, ChangeOutcome, ChangeSubject, SaveBuiltUpon, WorkflowRun
from domain.runs.tables import ApprovalRow, ProposedChangeRow, WorkflowRunRow
from domain.violations.repository import ViolationRepository
from domain.violations.tables import ViolationRow

_Change = ProposedChangeRow
_NAMED = 3
"""So many of what stands in the way are named in a refusal."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a Save back has restored."""

    assets: int = 0
    cells: int = 0
    violations: int = 0


async def check_nothing_builds_on(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> None:
    """Refuse, naming what was built on the Save since."""
    reasons = [reason async for reason in _reasons(uow, run, approval)]
    if reasons:
        raise SaveBuiltUpon(run.id, reasons)


async def _reasons(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> AsyncIterator[str]:
    for statement, words in (
        (_later_saves(uow, run, approval), "run {} was saved after it; undo that one first"),
        (_changed_assets(uow, run), "{} was changed since"),
        (_vanished_assets(uow, run, approval), "{} has vanished from its source since"),
        (_changed_rules(uow, run, approval), "rule {} was changed or executed since"),
        (_retired_rules(uow, run, approval), "rule {}, whose violation it closed, was retired since"),
        (_measured_cells(uow, run, approval), "{} was assessed since"),
    ):
        for found in await uow.session.scalars(statement.distinct().limit(_NAMED)):
            yield words.format(found)


def _later_saves(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Select[Any]:
    """Saves of the same tables that make the same metrics stale: to them, too, the scores that would show are stale."""
    target = func.unnest(col(WorkflowRunRow.targets)).column_valued("target")
    above = [str(fqn) for one in run.targets for fqn in one.ancestors()]
    overlaps = or_(in_any_scope(target.collate("C"), run.targets), target.in_(above))
    return (
        select_columns_in(uow.tenant, ApprovalRow, col(ApprovalRow.run_id))
        .join(WorkflowRunRow, col(WorkflowRunRow.id) == col(ApprovalRow.run_id))
        .where(
            col(ApprovalRow.status) == ApprovalStatus.APPROVED,
            col(ApprovalRow.run_id) != run.id,
            col(ApprovalRow.decided_at) >= approval.decided_at,
            col(ApprovalRow.invalidated_metrics).op("&&")(approval.invalidated_metrics),
            exists(select(1).where(overlaps)),
        )
    )


def _changed_assets(uow: UnitOfWork, run: WorkflowRun) -> Select[Any]:
    asset, version = AssetRow, AssetVersionRow
    return (
        changes_that_were(ChangeOutcome.APPLIED, ChangeSubject.ASSET_FIELD, uow, run.id, col(_Change.asset_fqn))
        .outerjoin(
            asset,
            and_(
                belongs_to(uow.tenant, asset),
                col(asset.fqn) == col(_Change.asset_fqn),
                col(asset.deleted_at).is_(None),
            ),
        )
        .outerjoin(version, and_(col(version.asset_id) == col(asset.id), col(version.version) == col(asset.version)))
        .where(col(version.run_id).is_distinct_from(run.id))
    )


def _vanished_assets(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Select[Any]:
    """By when the catalogue was told: an ingestion that read the source before the Save may have been stored after."""
    return select_columns_in(uow.tenant, AssetRow, col(AssetRow.fqn)).where(
        in_any_scope(col(AssetRow.fqn), run.targets),
        col(AssetRow.deleted_at).is_not(None),
        col(AssetRow.updated_at) >= approval.decided_at,
    )


def _changed_rules(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Select[Any]:
    """A drafted rule was never executed: every execution of it came after the Save."""
    rule = DqRuleRow
    is_untouched = and_(col(rule.state) == RuleState.ACTIVE, col(rule.updated_at) == approval.decided_at)
    was_executed = exists().where(
        belongs_to(uow.tenant, RuleExecutionRow), col(RuleExecutionRow.rule_id) == col(rule.id)
    )
    return (
        changes_that_were(ChangeOutcome.APPLIED, ChangeSubject.RULE, uow, run.id, col(_Change.rule_id))
        .outerjoin(rule, and_(belongs_to(uow.tenant, rule), col(rule.id) == col(_Change.rule_id)))
        .where(or_(col(rule.id).is_(None), ~is_untouched, was_executed))
    )


def _retired_rules(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Select[Any]:
    closed = select_columns_in(uow.tenant, ViolationRow, col(ViolationRow.rule_id)).where(
        col(ViolationRow.resolved_by_run) == run.id
    )
    return select_columns_in(uow.tenant, DqRuleRow, col(DqRuleRow.id)).where(
        col(DqRuleRow.id).in_(closed),
        col(DqRuleRow.state) == RuleState.RETIRED,
        col(DqRuleRow.updated_at) > approval.decided_at,
    )


def _measured_cells(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Select[Any]:
    """Scores alone: a tombstone, of whatever Save, may bear a later time when the clock that measured was ahead."""
    cell = MetricCellRow
    return select_columns_in(uow.tenant, cell, col(cell.table_fqn)).where(
        in_any_scope(col(cell.asset_fqn), run.targets),
        col(cell.metric).in_(approval.invalidated_metrics),
        col(cell.observed_at) > approval.decided_at,
        col(cell.denominator) > 0,
    )


async def take_back(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> Undone:
    """Restore texts, rules, scores and violations; the changes wait to be judged again."""
    assets = await AssetRepository(uow).restore(_texts_before(uow, run), "undid a Save", run.id)
    await _redraft_rules(uow, run, approval)
    await uow.session.execute(
        update_in(uow.tenant, _Change)
        .where(col(_Change.run_id) == run.id)
        .values(outcome=None)
        .execution_options(synchronize_session=False)
    )
    cells = await SnapshotRepository(uow).withdraw(run.targets, run.id, approval.version)
    violations = await ViolationRepository(uow).reopen_superseded(run.id)
    return Undone(assets, cells, violations)


def _texts_before(uow: UnitOfWork, run: WorkflowRun) -> Subquery:
    """The fields that the changed assets had one version earlier, and the version that first had them."""
    asset, earlier = AssetRow, AssetVersionRow
    return (
        select_columns_in(uow.tenant, asset, col(asset.fqn), col(earlier.fields), col(earlier.content_version))
        .join(earlier, and_(col(earlier.asset_id) == col(asset.id), col(earlier.version) == col(asset.version) - 1))
        .where(
            col(asset.fqn).in_(
                changes_that_were(ChangeOutcome.APPLIED, ChangeSubject.ASSET_FIELD, uow, run.id, col(_Change.asset_fqn))
            )
        )
        .subquery("earlier")
    )


async def _redraft_rules(uow: UnitOfWork, run: WorkflowRun, approval: ApprovalRow) -> None:
    assert approval.decided_at
    for outcome, state in ((ChangeOutcome.APPLIED, RuleState.ACTIVE), (ChangeOutcome.REJECTED, RuleState.RETIRED)):
        decided = changes_that_were(outcome, ChangeSubject.RULE, uow, run.id, col(_Change.rule_id))
        moved = await RuleRepository(uow).move(
            decided, state, RuleState.DRAFT, uow.clock(), changed_at=approval.decided_at
        )
        if moved:
            uow.emit(RulesChanged(scopes=run.scopes, rule_ids=tuple(moved), state=RuleState.DRAFT))
