"""What has to follow an event: pure, so that it can be read and tested as a table."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.events import (
    AssetCreated,
    ConfigurationChanged,
    DomainEvent,
    Origin,
    RunAdmitted,
    RunApproved,
    RunCancelRequested,
    RunRequested,
    RunRetryRequested,
    RunStateChanged,
)

INGESTION = "service-ingestion"
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})


@dataclass(frozen=True, slots=True)
class FillPlaces:
    """Let runs begin that wait at the connection of this run, if there is room."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class StartRun:
    run_id: UUID


@dataclass(frozen=True, slots=True)
class CancelRun:
    run_id: UUID


@dataclass(frozen=True, slots=True)
class RetryRun:
    run_id: UUID
    after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class SaveRun:
    """Approve a completed run that was started with `save_all`; its place is free, too."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class IngestConnection:
    """Ingest all schemas of the connection, and start the configurations that wait for such an event.

    The event's id is the idempotency key.
    """

    connection_id: UUID
    event_id: str


@dataclass(frozen=True, slots=True)
class KeepSchedule:
    """Let Prefect start the configuration when it says so now, and at no other time."""

    configuration_id: UUID


@dataclass(frozen=True, slots=True)
class FollowIngestion:
    """Start the configurations that wait for an ingestion of this run's connection; its place is free, too."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class FollowSave:
    """Start the configurations that wait for a Save at this run's connection."""

    run_id: UUID


Reaction = (
    FillPlaces
    | StartRun
    | CancelRun
    | RetryRun
    | SaveRun
    | IngestConnection
    | KeepSchedule
    | FollowIngestion
    | FollowSave
)


def reaction_to(event: DomainEvent) -> Reaction | None:
    """Each event has at most one reaction, so it is done or not done, never half."""
    match event:
        case RunRequested() | RunRetryRequested():
            return FillPlaces(event.run_id)
        case RunAdmitted(again=again):
            return RetryRun(event.run_id, event.after_seconds) if again else StartRun(event.run_id)
        case RunCancelRequested():
            return CancelRun(event.run_id)
        case RunStateChanged():
            return _reaction_to_state(event)
        case _:
            return _reaction_to_others(event)


def _reaction_to_others(event: DomainEvent) -> Reaction | None:
    match event:
        case RunApproved():
            return FollowSave(event.run_id)
        case AssetCreated(origin=Origin.USER):
            return IngestConnection(event.connection_id, event.event_id)
        case ConfigurationChanged():
            return KeepSchedule(event.configuration_id)
        case _:
            return None


def _reaction_to_state(event: RunStateChanged) -> Reaction | None:
    if event.status == "COMPLETED" and event.save_all:
        return SaveRun(event.run_id)
    if event.status == "COMPLETED" and event.run_type == INGESTION:
        return FollowIngestion(event.run_id)
    return FillPlaces(event.run_id) if event.status in ENDED else None
