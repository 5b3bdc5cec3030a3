from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, tuple_
from sqlmodel import col

from domain.db.scope import in_any_scope
from domain.db.tenancy import owned_by, select_in, update_in
from domain.db.uow import UnitOfWork
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.rules.model import RuleId, Severity
from domain.violations.model import (
    CURRENT,
    Finding,
    Resolution,
    Step,
    Violation,
    ViolationId,
    ViolationStatus,
    is_outdated,
    next_step,
)
from domain.violations.tables import ViolationRow


def to_model(row: ViolationRow) -> Violation:
    return Violation(
        id=ViolationId(row.id),
        check=row.check_key,
        asset=Fqn.parse(row.asset_fqn),
        metric=row.metric,
        dimension=row.dimension,
        rule_id=RuleId(row.rule_id) if row.rule_id else None,
        severity=Severity(row.severity),
        status=ViolationStatus(row.status),
        resolution=Resolution(row.resolution) if row.resolution else None,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        occurrences=row.occurrences,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        notes=row.notes,
        assignee=row.assignee,
        details=row.details,
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch of findings did."""

    opened: int = 0
    recurred: int = 0
    resolved: int = 0


def superseded_by_saving(metrics: Sequence[str], scopes: Sequence[Fqn]) -> ColumnElement[bool]:
    """The violations that a Save of these scopes resolves when it makes these metrics stale."""
    return and_(
        col(ViolationRow.status) == ViolationStatus.OPEN,
        col(ViolationRow.metric).in_(metrics),
        in_any_scope(col(ViolationRow.asset_fqn), scopes),
    )


class ViolationRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def apply(self, findings: Sequence[Finding]) -> Applied:
        """Open, count, reopen or resolve, as each finding asks."""
        known = await self._known(findings)
        counts = dict.fromkeys(Step, 0)
        for finding in findings:
            rows = known.get((finding.check, str(finding.asset)), [])
            counts[self._apply_one(finding, rows)] += 1
        return Applied(counts[Step.OPEN] + counts[Step.REOPEN], counts[Step.COUNT], counts[Step.RESOLVE])

    async def _known(self, findings: Sequence[Finding]) -> dict[tuple[str, str], list[ViolationRow]]:
        """The violations of these checks and assets, newest first, current ones before the others."""
        keys = sorted({(finding.check, str(finding.asset)) for finding in findings})
        statement = (
            select_in(self._uow.tenant, ViolationRow)
            .where(tuple_(col(ViolationRow.check_key), col(ViolationRow.asset_fqn)).in_(keys))
            .order_by(col(ViolationRow.id).desc())
            .with_for_update(key_share=True)
        )
        known: dict[tuple[str, str], list[ViolationRow]] = {}
        for row in await self._uow.session.scalars(statement) if keys else ():
            known.setdefault((row.check_key, row.asset_fqn), []).append(row)
        for rows in known.values():
            rows.sort(key=lambda row: not ViolationStatus(row.status).is_current)
        return known

    def _apply_one(self, finding: Finding, rows: list[ViolationRow]) -> Step:
        newest = rows[0] if rows else None
        if newest and is_outdated(finding, newest.resolved_at, newest.last_seen_at):
            return Step.NOTHING
        step = next_step(
            finding, ViolationStatus(newest.status) if newest else None, newest.rule_version if newest else None
        )
        match step:
            case Step.OPEN:
                self._open(finding)
            case Step.COUNT | Step.REOPEN:
                assert newest
                self._see_again(newest, finding)
            case Step.RESOLVE:
                for row in rows:
                    if ViolationStatus(row.status).is_current:
                        self._resolve(row, finding)
            case Step.NOTHING:
                pass
        return step

    def _open(self, finding: Finding) -> None:
        self._uow.add(
            ViolationRow(
                id=new_id(),
                check_key=finding.check,
                asset_fqn=str(finding.asset),
                metric=finding.metric,
                dimension=finding.dimension,
                rule_id=finding.rule_id,
                rule_version=finding.rule_version,
                severity=finding.severity,
                status=ViolationStatus.OPEN,
                opened_at=finding.observed_at,
                last_seen_at=finding.observed_at,
                details=dict(finding.details),
                **owned_by(self._uow.tenant),
            )
        )

    def _see_again(self, row: ViolationRow, finding: Finding) -> None:
        row.occurrences += 1
        row.last_seen_at = max(row.last_seen_at, finding.observed_at)
        row.details = dict(finding.details)
        row.severity, row.rule_version = finding.severity, finding.rule_version
        if not ViolationStatus(row.status).is_current:
            row.status, row.resolution = ViolationStatus.OPEN, None
            row.resolved_at = row.resolved_by = row.resolved_by_run = None

    def _resolve(self, row: ViolationRow, finding: Finding) -> None:
        row.status, row.resolution = ViolationStatus.RESOLVED, Resolution.PASSED_ON_REASSESSMENT
        row.resolved_at, row.resolved_by = finding.observed_at, self._uow.actor.name

    async def resolve_superseded(self, metrics: Sequence[str], scopes: Sequence[Fqn], run_id: UUID) -> int:
        """Resolve every OPEN violation tied to these metrics in scope, in one statement; how many."""
        statement = (
            update_in(self._uow.tenant, ViolationRow)
            .where(superseded_by_saving(metrics, scopes))
            .values(
                status=ViolationStatus.RESOLVED,
                resolution=Resolution.SUPERSEDED_BY_APPROVAL,
                resolved_at=self._uow.clock(),
                resolved_by=self._uow.actor.name,
                resolved_by_run=run_id,
            )
            .execution_options(synchronize_session=False)
        )
        return int(getattr(await self._uow.session.execute(statement), "rowcount", 0))

    async def reopen_superseded(self, run_id: UUID) -> int:
        """Reopen what a Save of this run resolved and nobody touched since; how many."""
        statement = (
            update_in(self._uow.tenant, ViolationRow)
            .where(
                col(ViolationRow.resolved_by_run) == run_id,
                col(ViolationRow.resolution) == Resolution.SUPERSEDED_BY_APPROVAL,
            )
            .values(
                status=ViolationStatus.OPEN, resolution=None, resolved_at=None, resolved_by=None, resolved_by_run=None
            )
            .execution_options(synchronize_session=False)
        )
        return int(getattr(await self._uow.session.execute(statement), "rowcount", 0))

    async def resolve_retired(self, rules: Sequence[RuleId]) -> int:
        """Resolve the current violations of rules that are retired."""
        statement = (
            update_in(self._uow.tenant, ViolationRow)
            .where(col(ViolationRow.rule_id).in_(rules), col(ViolationRow.status).in_(CURRENT))
            .values(
                status=ViolationStatus.RESOLVED,
                resolution=Resolution.RULE_RETIRED,
                resolved_at=self._uow.clock(),
                resolved_by=self._uow.actor.name,
            )
            .execution_options(synchronize_session=False)
        )
        return int(getattr(await self._uow.session.execute(statement), "rowcount", 0))

    async def lock(self, ids: Sequence[ViolationId]) -> dict[ViolationId, ViolationRow]:
        statement = (
            select_in(self._uow.tenant, ViolationRow)
            .where(col(ViolationRow.id).in_(ids))
            .order_by(col(ViolationRow.id))
            .with_for_update(key_share=True)
        )
        return {ViolationId(row.id): row for row in await self._uow.session.scalars(statement)}
