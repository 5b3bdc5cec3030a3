"""What happened to a violation: each occurrence, and each change with who made it and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.db.tenancy import owned_by
from domain.db.uow import UnitOfWork
from domain.rules.model import Severity
from domain.violations.model import Finding, Resolution, Step, ViolationStatus, ViolationUpdate
from domain.violations.tables import ViolationHistoryRow


class HistoryKind(StrEnum):
    OPENED = "OPENED"
    RECURRED = "RECURRED"
    REOPENED = "REOPENED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"
    EDITED = "EDITED"


KIND_OF_STEP = {
    Step.OPEN: HistoryKind.OPENED,
    Step.COUNT: HistoryKind.RECURRED,
    Step.REOPEN: HistoryKind.REOPENED,
    Step.RESOLVE: HistoryKind.RESOLVED,
}
KIND_OF_STATUS = {
    ViolationStatus.OPEN: HistoryKind.REOPENED,
    ViolationStatus.ACKNOWLEDGED: HistoryKind.ACKNOWLEDGED,
    ViolationStatus.RESOLVED: HistoryKind.RESOLVED,
    ViolationStatus.FALSE_POSITIVE: HistoryKind.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One occurrence or one change; what it did not touch is None."""

    id: int
    kind: HistoryKind
    at: datetime
    actor: str
    run_id: UUID | None
    resolution: Resolution | None
    severity: Severity | None
    assignee: str | None
    notes: str | None
    observed_at: datetime | None
    """When the data that a check judged was read; None where a person or a Save decided."""
    evaluated: int | None
    failed: int | None


def to_entry(row: ViolationHistoryRow) -> HistoryEntry:
    assert row.id is not None
    return HistoryEntry(
        id=row.id,
        kind=HistoryKind(row.kind),
        at=row.at,
        actor=row.actor,
        run_id=row.run_id,
        resolution=Resolution(row.resolution) if row.resolution else None,
        severity=Severity(row.severity) if row.severity else None,
        assignee=row.assignee,
        notes=row.notes,
        observed_at=row.observed_at,
        evaluated=row.evaluated,
        failed=row.failed,
    )


def entry_values(uow: UnitOfWork, kind: HistoryKind, **more: object) -> dict[str, Any]:  # columns of several types
    return {"kind": kind, "at": uow.clock(), "actor": uow.actor.name, **owned_by(uow.tenant), **more}


def of_finding(finding: Finding, step: Step, run_id: UUID) -> Mapping[str, object]:
    return {
        "run_id": run_id,
        "resolution": Resolution.PASSED_ON_REASSESSMENT if step is Step.RESOLVE else None,
        "observed_at": finding.observed_at,
        "evaluated": finding.details.get("evaluated"),
        "failed": finding.details.get("failed"),
    }


def of_update(change: ViolationUpdate) -> tuple[HistoryKind, Mapping[str, object]]:
    kind = KIND_OF_STATUS[change.status] if change.status else HistoryKind.EDITED
    return kind, {
        "resolution": change.reason,
        "severity": change.severity,
        "assignee": change.assignee,
        "notes": change.notes,
    }
