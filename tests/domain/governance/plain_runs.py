"""Runs, what they suggest, and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.fqn import Fqn
from domain.rules.model import RuleKind, RuleState
from domain.runs.model import ApprovalStatus, ChangeOutcome, Decision, RunType
from tests.domain.governance.plain_catalogue import Content
from tests.domain.governance.plain_scores import METADATA, QUALITY

METRIC_OF = {
    RuleKind.NOT_NULL: "complete_values",
    RuleKind.UNIQUE: "unique_values",
    RuleKind.NO_STRAY_SPACE: "valid_values",
}
MADE_STALE: Mapping[RunType, frozenset[str]] = {
    RunType.PROFILING: QUALITY,
    RunType.DQ_RULE_GENERATION: QUALITY,
    RunType.METADATA_ENRICHMENT: METADATA,
}


@dataclass
class PlainRule:
    asset: Fqn
    kind: RuleKind
    state: RuleState = RuleState.DRAFT
    moved_at: datetime | None = None
    was_executed: bool = False

    @property
    def metric(self) -> str:
        return METRIC_OF[self.kind]

    def move(self, state: RuleState, now: datetime) -> None:
        self.state, self.moved_at = state, now


@dataclass
class PlainChange:
    """A value for a field of an asset, or a rule (by its number) that waits to be activated."""

    asset: Fqn
    field: str
    after: str
    confidence: float
    base_version: int = 1
    rule: int | None = None
    is_edited: bool = False
    decision: Decision = Decision.UNDECIDED
    outcome: ChangeOutcome | None = None


@dataclass(frozen=True)
class Saved:
    """What has to be known of a Save to take it back."""

    at: datetime
    number: int
    before: Mapping[Fqn, Content]
    after: Mapping[Fqn, Content]
    counts: tuple[int, int, int, int]
    """Changes applied and in conflict, cells hidden, violations closed."""
    stale: frozenset[str]
    """The metrics that it made so, as the mapping was then."""


@dataclass
class PlainRun:
    number: int
    type: RunType
    targets: tuple[Fqn, ...]
    is_complete: bool = True
    changes: list[PlainChange] = field(default_factory=list)
    status: ApprovalStatus = ApprovalStatus.PENDING
    version: int = 1
    was_undone: bool = False
    saved: Saved | None = None

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.saved.counts if self.saved else (0, 0, 0, 0)

    def overlaps(self, other: PlainRun) -> bool:
        return any(one.covers(two) or two.covers(one) for one in self.targets for two in other.targets)

    def change(self, asset: Fqn, name: str) -> PlainChange:
        return next(one for one in self.changes if (one.asset, one.field) == (asset, name))

    def decide(self, status: ApprovalStatus) -> None:
        self.version += 1
        self.was_undone = status is ApprovalStatus.PENDING and self.status is ApprovalStatus.APPROVED
        self.status = status
