"""The state machine of a violation, written down once more and as plainly as possible."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.rules.model import Severity
from domain.violations.history import HistoryKind
from domain.violations.model import Resolution, ViolationStatus

OPEN, ACKNOWLEDGED = ViolationStatus.OPEN, ViolationStatus.ACKNOWLEDGED
RESOLVED, FALSE_POSITIVE = ViolationStatus.RESOLVED, ViolationStatus.FALSE_POSITIVE
MOVES = {
    (OPEN, ACKNOWLEDGED), (OPEN, RESOLVED), (OPEN, FALSE_POSITIVE),
    (ACKNOWLEDGED, OPEN), (ACKNOWLEDGED, RESOLVED), (ACKNOWLEDGED, FALSE_POSITIVE),
    (RESOLVED, OPEN), (FALSE_POSITIVE, OPEN),
}  # fmt: skip
KINDS = {
    OPEN: HistoryKind.REOPENED,
    ACKNOWLEDGED: HistoryKind.ACKNOWLEDGED,
    RESOLVED: HistoryKind.RESOLVED,
    FALSE_POSITIVE: HistoryKind.DISMISSED,
}


@dataclass
class PlainViolation:
    """`status` is None as long as the check never failed."""

    status: ViolationStatus | None = None
    resolution: Resolution | None = None
    occurrences: int = 0
    rule_version: int = 0
    last_seen_at: datetime | None = None
    resolved_at: datetime | None = None
    severity: Severity = Severity.LOW
    history: list[HistoryKind] = field(default_factory=list)

    def fail(self, version: int, at: datetime) -> None:
        if self.resolved_at is not None and at < self.resolved_at:
            return  # it was over after this was read
        if self.status is FALSE_POSITIVE and version == self.rule_version:
            return
        self.occurrences += 1
        if version != self.rule_version and (self.last_seen_at is None or at >= self.last_seen_at):
            self.severity = Severity.LOW
        if self.last_seen_at is None or at >= self.last_seen_at:
            self.rule_version, self.last_seen_at = version, at
        if self.status in {OPEN, ACKNOWLEDGED}:
            self.history.append(HistoryKind.RECURRED)
        else:
            self._become(OPEN, None, None, HistoryKind.REOPENED if self.history else HistoryKind.OPENED)

    def pass_(self, at: datetime) -> None:
        if self.last_seen_at is not None and at < self.last_seen_at:
            return  # it failed after this was read
        if self.status in {OPEN, ACKNOWLEDGED}:
            self._become(RESOLVED, Resolution.PASSED_ON_REASSESSMENT, at, HistoryKind.RESOLVED)

    def move(self, wanted: ViolationStatus, resolution: Resolution | None, now: datetime) -> bool:
        """What a person wants; False where it is refused."""
        if self.status is None or (self.status is not wanted and (self.status, wanted) not in MOVES):
            return False
        if wanted is FALSE_POSITIVE:
            resolution = Resolution.FALSE_POSITIVE
        self._become(wanted, resolution, now if wanted in {RESOLVED, FALSE_POSITIVE} else None, KINDS[wanted])
        return True

    def rate(self, severity: Severity) -> None:
        if self.status is not None:
            self.severity = severity
            self.history.append(HistoryKind.EDITED)

    def supersede(self, now: datetime) -> None:
        if self.status is OPEN:
            self._become(RESOLVED, Resolution.SUPERSEDED_BY_APPROVAL, now, HistoryKind.RESOLVED)

    def retire(self, now: datetime) -> None:
        if self.status in {OPEN, ACKNOWLEDGED}:
            self._become(RESOLVED, Resolution.RULE_RETIRED, now, HistoryKind.RESOLVED)

    def _become(
        self, status: ViolationStatus, resolution: Resolution | None, at: datetime | None, kind: HistoryKind
    ) -> None:
        self.status, self.resolution, self.resolved_at = status, resolution, at
        self.history.append(kind)
