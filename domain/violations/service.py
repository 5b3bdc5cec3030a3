from collections.abc import Sequence
from dataclasses import dataclass

from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import DomainError, Invalid, NotFound
from domain.events import ViolationsChanged
from domain.identity import Actor, Permission
from domain.violations.model import (
    Resolution,
    Violation,
    ViolationId,
    ViolationStatus,
    ViolationUpdate,
    check_move,
)
from domain.violations.repository import ViolationRepository, to_model
from domain.violations.tables import ViolationRow

MAX_BULK = 1000


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What became of one violation of a bulk update: itself, or the reason why it stayed as it was."""

    id: ViolationId
    violation: Violation | None
    error: DomainError | None


class ViolationService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def update(self, actor: Actor, ids: Sequence[ViolationId], change: ViolationUpdate) -> Sequence[UpdateResult]:
        """Apply a person's decision to each violation that allows it; a result for each, in the order of the ids."""
        require(actor, Permission.WRITE)
        if not 1 <= len(ids) <= MAX_BULK:
            raise Invalid("ids", f"Name 1 to {MAX_BULK:,} violations.")
        async with self._unit_of_work(actor) as uow:
            rows = await ViolationRepository(uow).lock(ids)
            results = [_update_one(uow, violation_id, rows.get(violation_id), change) for violation_id in ids]
            changed = [result.violation for result in results if result.violation]
            if changed:
                scopes = tuple(sorted({str(violation.asset) for violation in changed}))
                uow.emit(ViolationsChanged(scopes=scopes, updated=len(changed)))
            return results


def _update_one(
    uow: UnitOfWork, violation_id: ViolationId, row: ViolationRow | None, change: ViolationUpdate
) -> UpdateResult:
    if row is None:
        return UpdateResult(violation_id, None, NotFound("violation", str(violation_id)))
    before = ViolationStatus(row.status)
    try:
        check_move(violation_id, before, change.status or before)
    except DomainError as refused:
        return UpdateResult(violation_id, None, refused)
    _apply(uow, row, change)
    record(uow, "update", "violation", str(row.id), before={"status": before}, after={"status": row.status})
    return UpdateResult(violation_id, to_model(row), None)


def _apply(uow: UnitOfWork, row: ViolationRow, change: ViolationUpdate) -> None:
    if change.notes is not None:
        row.notes = change.notes
    if change.assignee is not None:
        row.assignee = change.assignee
    if change.status is None:
        return
    row.status = change.status
    closed = not change.status.is_current
    row.resolved_at = uow.clock() if closed else None
    row.resolved_by = uow.actor.name if closed else None
    row.resolved_by_run = None
    row.resolution = change.resolution
    if change.status is ViolationStatus.FALSE_POSITIVE:
        row.resolution = Resolution.FALSE_POSITIVE
