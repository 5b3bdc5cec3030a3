"""What can happen, as immutable values. An event is stored in the transaction that made it true."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter

from domain.fqn import Fqn
from domain.identity import Tenant


class Origin(StrEnum):
    """Assets found by ingestion start nothing; otherwise ingestion would feed itself."""

    USER = "USER"
    INGESTION = "INGESTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """`scopes` are the parts of the catalogue that it concerns, as text; empty when it concerns none of them."""

    name: ClassVar[str]
    scopes: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:  # each event has its own fields
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "scopes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequested(DomainEvent):
    name: ClassVar[str] = "run.requested"
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAdmitted(DomainEvent):
    """A run may begin: there is room for it at its source. `again`: it has a flow run, which begins after a pause."""

    name: ClassVar[str] = "run.admitted"
    run_id: UUID
    again: bool
    after_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCancelRequested(DomainEvent):
    name: ClassVar[str] = "run.cancel_requested"
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRetryRequested(DomainEvent):
    """`attempt` counts the requests, so that each is carried out once."""

    name: ClassVar[str] = "run.retry_requested"
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStateChanged(DomainEvent):
    name: ClassVar[str] = "run.state_changed"
    run_id: UUID
    run_type: str
    status: str
    state_at: datetime
    save_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgressed(DomainEvent):
    """One item of a run changed its status; the counts are those after the change."""

    name: ClassVar[str] = "run.progressed"
    run_id: UUID
    item: str
    status: str
    completed: int
    failed: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLogged(DomainEvent):
    name: ClassVar[str] = "run.logged"
    run_id: UUID
    level: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunApproved(DomainEvent):
    name: ClassVar[str] = "run.approved"
    run_id: UUID
    applied: int
    conflicts: int
    auto_saved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRejected(DomainEvent):
    name: ClassVar[str] = "run.rejected"
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalReset(DomainEvent):
    """A rejection was taken back: the run waits for a decision again."""

    name: ClassVar[str] = "run.approval_reset"
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalUndone(DomainEvent):
    """A Save was taken back, with all that it did; the run waits for a decision again."""

    name: ClassVar[str] = "run.approval_undone"
    run_id: UUID
    restored_assets: int
    restored_cells: int
    reopened_violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardChanged(DomainEvent):
    """New snapshots or tombstones; `metrics` names what they measure."""

    name: ClassVar[str] = "scorecard.changed"
    metrics: tuple[str, ...]
    cells: int
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringChanged(DomainEvent):
    """A dimension, a metric or what a Save makes stale has a new version: every scorecard may read differently."""

    name: ClassVar[str] = "scoring.changed"
    kind: str
    key: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationsChanged(DomainEvent):
    """How many violations one transaction opened (or reopened) and resolved: one event, not one per row."""

    name: ClassVar[str] = "violations.changed"
    opened: int = 0
    recurred: int = 0
    resolved: int = 0
    updated: int = 0
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCreated(DomainEvent):
    """`event_id` is the caller's own id of the event, by which a second delivery is recognised."""

    name: ClassVar[str] = "asset.created"
    origin: Origin
    asset_type: str
    fqn: str
    connection_id: UUID
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsChanged(DomainEvent):
    name: ClassVar[str] = "assets.changed"
    added: int = 0
    changed: int = 0
    removed: int = 0
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(DomainEvent):
    name: ClassVar[str] = "rules.changed"
    rule_ids: tuple[UUID, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryChanged(DomainEvent):
    """A term was made, changed or deleted, or assets were linked to it or let go; those are the scopes."""

    name: ClassVar[str] = "glossary.changed"
    term_id: UUID
    version: int
    status: str
    linked: int = 0
    unlinked: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged(DomainEvent):
    name: ClassVar[str] = "connection.changed"
    connection_id: UUID
    status: str
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChanged(DomainEvent):
    """A set-up of a kind of work was made, changed or deleted; the scope is the service of its connection."""

    name: ClassVar[str] = "configuration.changed"
    configuration_id: UUID
    version: int
    enabled: bool
    deleted: bool = False


def _leaves(kind: type[DomainEvent]) -> list[type[DomainEvent]]:
    return [leaf for child in kind.__subclasses__() for leaf in (child, *_leaves(child))]


EVENTS: Mapping[str, type[DomainEvent]] = {kind.name: kind for kind in _leaves(DomainEvent)}
_READERS = {name: TypeAdapter(kind) for name, kind in EVENTS.items()}


def read_event(name: str, payload: Mapping[str, Any], scopes: Sequence[str]) -> DomainEvent:  # as it was stored
    """The event that was stored under this name."""
    return _READERS[name].validate_python({**payload, "scopes": tuple(scopes)})


@dataclass(frozen=True, slots=True)
class CommittedEvent:
    """An event with its place in the order of all events, given after its COMMIT; never twice, never with a gap."""

    sequence: int
    id: UUID
    tenant: Tenant
    occurred_at: datetime
    actor: str
    event: DomainEvent

    def as_seen_by(self, tenant: Tenant) -> CommittedEvent | None:
        """What somebody may know of it; None: nothing.

        Who sees parts of the catalogue is told what concerns these alone, and what concerns no part of it. That
        scores changed they are told as far as it is theirs: what the scores are now, they will be shown of their own.
        """
        if tenant.project_id != self.tenant.project_id:
            return None
        if tenant.within is None:
            return self
        if isinstance(self.event, ScorecardChanged):
            return self._narrowed(tenant.within)
        scopes = [Fqn.parse(text) for text in self.event.scopes]
        is_shown = (
            all(map(tenant.sees, scopes)) if scopes else isinstance(self.event, (ScoringChanged, GlossaryChanged))
        )
        return self if is_shown else None

    def _narrowed(self, within: Sequence[Fqn]) -> CommittedEvent | None:
        changed = [Fqn.parse(text) for text in self.event.scopes]
        inner = [fqn for fqn in changed if any(scope.covers(fqn) for scope in within)]
        outer = [scope for scope in within if any(fqn.covers(scope) and fqn != scope for fqn in changed)]
        scopes = tuple(str(fqn) for fqn in (*inner, *outer))
        return dataclasses.replace(self, event=dataclasses.replace(self.event, scopes=scopes)) if scopes else None

    def concerns(self, scope: Fqn) -> bool:
        """Whether something inside the scope changed, or something that the scope is a part of."""
        changed = [Fqn.parse(text) for text in self.event.scopes]
        return any(scope.covers(fqn) or fqn.covers(scope) for fqn in changed)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event whose reaction one taker carries out, for the how-manieth time."""

    committed: CommittedEvent
    attempts: int
