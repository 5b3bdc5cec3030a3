"""One problem on one asset, from the check that found it to the reason why it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.errors import Conflict, Invalid
from domain.fqn import Fqn
from domain.rules.model import RuleId, Severity

ViolationId = NewType("ViolationId", UUID)

MAX_RESOLUTION_NOTES = 1000
MAX_ASSIGNEE = 200


class ViolationStatus(StrEnum):
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    FALSE_POSITIVE = "FALSE_POSITIVE"

    @property
    def is_current(self) -> bool:
        """A new failure of the same check is an occurrence of it, not another violation."""
        return self in CURRENT


CURRENT = (ViolationStatus.OPEN, ViolationStatus.ACKNOWLEDGED)


class Resolution(StrEnum):
    PASSED_ON_REASSESSMENT = "PASSED_ON_REASSESSMENT"
    SUPERSEDED_BY_APPROVAL = "SUPERSEDED_BY_APPROVAL"
    FIXED_IN_DATA = "FIXED_IN_DATA"
    ACCEPTED_RISK = "ACCEPTED_RISK"
    RULE_RETIRED = "RULE_RETIRED"
    FALSE_POSITIVE = "FALSE_POSITIVE"


BY_A_PERSON = frozenset({Resolution.FIXED_IN_DATA, Resolution.ACCEPTED_RISK})
"""The reasons that a person may give; the others are given by what happened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check said about one asset: the input of opening, counting and resolving."""

    check: str
    """The rule's id, or the metric's name for a metadata check."""
    asset: Fqn
    metric: str
    dimension: str
    passed: bool
    observed_at: datetime
    severity: Severity
    details: Mapping[str, Any]  # counts and words; the shape depends on the check
    rule_id: RuleId | None = None
    rule_version: int | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    id: ViolationId
    check: str
    asset: Fqn
    metric: str
    dimension: str
    rule_id: RuleId | None
    severity: Severity
    status: ViolationStatus
    resolution: Resolution | None
    opened_at: datetime
    last_seen_at: datetime
    occurrences: int
    resolved_at: datetime | None
    resolved_by: str | None
    notes: str | None
    assignee: str | None
    details: Mapping[str, Any]
    severity_by: str | None = None
    """The person who rated it; None while the severity is the check's own."""


def is_outdated(finding: Finding, resolved_at: datetime | None, last_seen_at: datetime) -> bool:
    """Whether more is known by now: a failure read before the end of the violation, a pass before its last failure."""
    known_at = last_seen_at if finding.passed else resolved_at
    return known_at is not None and finding.observed_at < known_at


def is_same_rule(finding: Finding, rule_version: int | None) -> bool:
    """Whether a person's judgement, made when this version was evaluated last, still holds for the finding.

    What was imported knows no version: it is judged by the version that is met first.
    """
    return rule_version is None or rule_version == finding.rule_version


class Step(StrEnum):
    """What a finding does to the newest violation of its check and asset."""

    OPEN = "OPEN"
    COUNT = "COUNT"
    REOPEN = "REOPEN"
    RESOLVE = "RESOLVE"
    NOTHING = "NOTHING"


def next_step(finding: Finding, status: ViolationStatus | None, rule_version: int | None) -> Step:
    """The state machine of PRODUCT.md section 6; `status` is None when the check never failed on the asset."""
    if finding.passed:
        return Step.RESOLVE if status and status.is_current else Step.NOTHING
    match status:
        case None:
            return Step.OPEN
        case ViolationStatus.OPEN | ViolationStatus.ACKNOWLEDGED:
            return Step.COUNT
        case ViolationStatus.RESOLVED:
            return Step.REOPEN
        case ViolationStatus.FALSE_POSITIVE:
            return Step.NOTHING if is_same_rule(finding, rule_version) else Step.REOPEN


_ALLOWED = {
    ViolationStatus.OPEN: {ViolationStatus.ACKNOWLEDGED, ViolationStatus.RESOLVED, ViolationStatus.FALSE_POSITIVE},
    ViolationStatus.ACKNOWLEDGED: {ViolationStatus.OPEN, ViolationStatus.RESOLVED, ViolationStatus.FALSE_POSITIVE},
    ViolationStatus.RESOLVED: {ViolationStatus.OPEN},
    ViolationStatus.FALSE_POSITIVE: {ViolationStatus.OPEN},
}


@dataclass(frozen=True, slots=True)
class ViolationUpdate:
    """What a person decides about some violations. None leaves a thing as it is; empty text takes it away."""

    status: ViolationStatus | None = None
    resolution: Resolution | None = None
    assignee: str | None = None
    notes: str | None = None
    severity: Severity | None = None
    """Holds until the rule changes, as FALSE_POSITIVE does; till then no check overwrites it."""

    def __post_init__(self) -> None:
        if all(part is None for part in (self.status, self.resolution, self.assignee, self.notes, self.severity)):
            raise Invalid("status", "Nothing is asked for: give a status, a severity, an assignee or notes.")
        if self.assignee is not None and len(self.assignee) > MAX_ASSIGNEE:
            raise Invalid("assignee", f"The name of an assignee has at most {MAX_ASSIGNEE} characters.")
        if self.notes is not None and len(self.notes) > MAX_RESOLUTION_NOTES:
            raise Invalid("notes", f"Notes have at most {MAX_RESOLUTION_NOTES:,} characters.")
        if self.status is ViolationStatus.RESOLVED and self.resolution not in BY_A_PERSON:
            raise Invalid("resolution", f"A resolution is one of {', '.join(sorted(BY_A_PERSON))}.")
        if self.status is not ViolationStatus.RESOLVED and self.resolution is not None:
            raise Invalid("resolution", "A resolution goes with the status RESOLVED.")

    @property
    def reason(self) -> Resolution | None:
        """Why a violation that it closes is over."""
        return Resolution.FALSE_POSITIVE if self.status is ViolationStatus.FALSE_POSITIVE else self.resolution


def allows(current: ViolationStatus, wanted: ViolationStatus) -> bool:
    return wanted is current or wanted in _ALLOWED[current]


def check_move(violation_id: ViolationId, current: ViolationStatus, wanted: ViolationStatus) -> None:
    if not allows(current, wanted):
        raise Conflict(f"Violation {violation_id} is {current} and cannot become {wanted}.")
