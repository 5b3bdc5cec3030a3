from collections.abc import Sequence
from dataclasses import dataclass

from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import DomainError, Invalid, NotFound
from domain.events import ViolationsChanged
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from domain.violations.decision import change_values, is_allowed
from domain.violations.filters import ViolationFilter, conditions
from domain.violations.history import entry_values, of_update
from domain.violations.model import Violation, ViolationId, ViolationStatus, ViolationUpdate, check_move
from domain.violations.repository import ViolationRepository, to_model
from domain.violations.tables import ViolationHistoryRow, ViolationRow

MAX_BULK = 1000
ASKED_FOR = ("status", "resolution", "severity", "assignee", "notes")
"""What a person can change, of all that a change writes."""


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

    async def update_matching(self, actor: Actor, scope: Fqn, wanted: ViolationFilter, change: ViolationUpdate) -> int:
        """Apply a person's decision to all violations of the scope that match and allow it, in one statement.

        How many changed; those that stand where the wanted status cannot be reached from stay as they are.
        """
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            kind, said = of_update(change)
            changed = await ViolationRepository(uow).change_all(
                change_values(uow, change),
                entry_values(uow, kind, **said),
                *conditions(actor.tenant, scope, wanted),
                *is_allowed(change.status),
            )
            if changed:
                values = change_values(uow, change)
                after = {name: values[name] for name in ASKED_FOR if name in values} | {"violations": changed}
                record(uow, "update_matching", "violation", str(scope), after=after)  # each one's past: its history
                uow.emit(ViolationsChanged(scopes=(str(scope),), updated=changed))
            return changed


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
    values = change_values(uow, change)
    asked = [name for name in ASKED_FOR if name in values]
    earlier = {name: getattr(row, name) for name in asked}
    for name, value in values.items():
        setattr(row, name, value)
    kind, said = of_update(change)
    uow.add(ViolationHistoryRow(violation_id=row.id, **entry_values(uow, kind, **said)))
    record(uow, "update", "violation", str(row.id), earlier, {name: values[name] for name in asked})
    return UpdateResult(violation_id, to_model(row), None)
