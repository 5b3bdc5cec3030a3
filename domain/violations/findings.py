"""What checks found, carried out on the violations: open, count, reopen or resolve."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col

from domain.db.scope_keys import keys_of
from domain.db.tenancy import owned_by, select_in
from domain.db.uow import UnitOfWork
from domain.identifiers import new_id
from domain.violations.history import KIND_OF_STEP, entry_values, of_finding
from domain.violations.model import (
    Finding,
    Resolution,
    Step,
    ViolationStatus,
    is_outdated,
    is_same_rule,
    next_step,
)
from domain.violations.tables import ViolationHistoryRow, ViolationRow


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch of findings did."""

    opened: int = 0
    recurred: int = 0
    resolved: int = 0


async def apply_findings(uow: UnitOfWork, findings: Sequence[Finding], run_id: UUID) -> Applied:
    """Carry out what each finding asks; duplicates of one check and asset are one violation here."""
    known = await _lock_known(uow, findings)
    counts = dict.fromkeys(Step, 0)
    for finding in findings:
        counts[_apply(uow, finding, known.get((finding.check, str(finding.asset)), []), run_id)] += 1
    return Applied(counts[Step.OPEN] + counts[Step.REOPEN], counts[Step.COUNT], counts[Step.RESOLVE])


async def _lock_known(uow: UnitOfWork, findings: Sequence[Finding]) -> dict[tuple[str, str], list[ViolationRow]]:
    """The violations of these checks and assets, the oldest first."""
    keys = sorted({(finding.check, str(finding.asset)) for finding in findings})
    statement = (
        select_in(uow.tenant, ViolationRow)
        .where(tuple_(col(ViolationRow.check_key), col(ViolationRow.asset_fqn)).in_(keys))
        .order_by(col(ViolationRow.id))
        .with_for_update(key_share=True)
    )
    known: dict[tuple[str, str], list[ViolationRow]] = {}
    for row in await uow.session.scalars(statement) if keys else ():
        known.setdefault((row.check_key, row.asset_fqn), []).append(row)
    return known


def _apply(uow: UnitOfWork, finding: Finding, rows: Sequence[ViolationRow], run_id: UUID) -> Step:
    if finding.passed:
        return _resolve_all(uow, finding, rows, run_id)
    one = _most_telling(finding, rows)
    if one is None:
        _note(uow, _open(uow, finding), finding, Step.OPEN, run_id)
        return Step.OPEN
    if is_outdated(finding, one.resolved_at, one.last_seen_at):
        return Step.NOTHING
    step = next_step(finding, ViolationStatus(one.status), one.rule_version)
    if step is Step.NOTHING:
        one.rule_version = finding.rule_version
    else:
        _see_again(one, finding)
        _note(uow, one, finding, step, run_id)
    return step


def _most_telling(finding: Finding, rows: Sequence[ViolationRow]) -> ViolationRow | None:
    """Of duplicates a current one; else one that a person has dismissed, for this rule as it is; else the newest."""

    def rank(row: ViolationRow) -> tuple[bool, bool, UUID]:
        status = ViolationStatus(row.status)
        is_dismissed = status is ViolationStatus.FALSE_POSITIVE and is_same_rule(finding, row.rule_version)
        return status.is_current, is_dismissed, row.id

    return max(rows, key=rank, default=None)


def _resolve_all(uow: UnitOfWork, finding: Finding, rows: Sequence[ViolationRow], run_id: UUID) -> Step:
    step = Step.NOTHING
    for row in rows:
        asked = next_step(finding, ViolationStatus(row.status), row.rule_version)
        if asked is Step.RESOLVE and not is_outdated(finding, row.resolved_at, row.last_seen_at):
            row.status, row.resolution = ViolationStatus.RESOLVED, Resolution.PASSED_ON_REASSESSMENT
            row.resolved_at, row.resolved_by = finding.observed_at, uow.actor.name
            _note(uow, row, finding, asked, run_id)
            step = asked
    return step


def _open(uow: UnitOfWork, finding: Finding) -> ViolationRow:
    row = ViolationRow(
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
        **keys_of(uow.tenant, finding.asset),
        **owned_by(uow.tenant),
    )
    uow.add(row)
    return row


def _see_again(row: ViolationRow, finding: Finding) -> None:
    row.occurrences += 1
    if not ViolationStatus(row.status).is_current:
        row.status, row.resolution = ViolationStatus.OPEN, None
        row.resolved_at = row.resolved_by = row.resolved_by_run = None
    if finding.observed_at < row.last_seen_at:
        return  # it is counted, but what was read later says more
    row.last_seen_at = finding.observed_at
    row.details = dict(finding.details)
    if not is_same_rule(finding, row.rule_version):
        row.severity_by = None
    if row.severity_by is None:
        row.severity = finding.severity
    row.rule_version = finding.rule_version


def _note(uow: UnitOfWork, row: ViolationRow, finding: Finding, step: Step, run_id: UUID) -> None:
    entry = entry_values(uow, KIND_OF_STEP[step], **of_finding(finding, step, run_id))
    uow.add(ViolationHistoryRow(violation_id=row.id, **entry))
