"""What a person's decision writes, for one violation and for many alike."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement

from domain.db.uow import UnitOfWork
from domain.violations.filters import stands_at
from domain.violations.model import ViolationStatus, ViolationUpdate, allows


def change_values(uow: UnitOfWork, change: ViolationUpdate) -> dict[str, Any]:  # columns of several types
    values: dict[str, Any] = {}
    if change.notes is not None:
        values["notes"] = change.notes or None
    if change.assignee is not None:
        values["assignee"] = change.assignee or None
    if change.severity is not None:
        values |= {"severity": change.severity, "severity_by": uow.actor.name}
    if change.status is not None:
        values |= _of_status(uow, change, change.status)
    return values


def _of_status(uow: UnitOfWork, change: ViolationUpdate, status: ViolationStatus) -> dict[str, Any]:
    return {
        "status": status,
        "resolution": change.reason,
        "resolved_at": None if status.is_current else uow.clock(),
        "resolved_by": None if status.is_current else uow.actor.name,
        "resolved_by_run": None,
    }


def is_allowed(wanted: ViolationStatus | None) -> Iterator[ColumnElement[bool]]:
    """Twin of `check_move`: the violations that may become what is wanted."""
    if wanted is not None:
        yield stands_at([status for status in ViolationStatus if allows(status, wanted)])
