"""What has to follow an event: pure, so that it can be read and tested as a table."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.events import (
    AssetCreated,
    DomainEvent,
    Origin,
    RunCancelRequested,
    RunRequested,
    RunRetryRequested,
    RunStateChanged,
)


@dataclass(frozen=True, slots=True)
class StartRun:
    run_id: UUID


@dataclass(frozen=True, slots=True)
class CancelRun:
    run_id: UUID


@dataclass(frozen=True, slots=True)
class RetryRun:
    run_id: UUID


@dataclass(frozen=True, slots=True)
class SaveRun:
    """Approve a completed run that was started with `save_all`."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class IngestConnection:
    """Ingest all schemas of the connection; the event's id is the idempotency key."""

    connection_id: UUID
    event_id: str


Reaction = StartRun | CancelRun | RetryRun | SaveRun | IngestConnection


def reaction_to(event: DomainEvent) -> Reaction | None:
    """Each event has at most one reaction, so it is done or not done, never half."""
    match event:
        case RunRequested():
            return StartRun(event.run_id)
        case RunCancelRequested():
            return CancelRun(event.run_id)
        case RunRetryRequested():
            return RetryRun(event.run_id)
        case RunStateChanged(status="COMPLETED", save_all=True):
            return SaveRun(event.run_id)
        case AssetCreated(origin=Origin.USER):
            return IngestConnection(event.connection_id, event.event_id)
        case _:
            return None
