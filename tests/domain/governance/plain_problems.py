"""All violations of a project, each as the plain state machine of tests/domain/violations has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.fqn import Fqn
from domain.violations.model import Resolution, ViolationStatus
from tests.domain.violations.plain_violation import PlainViolation


@dataclass(eq=False)
class Problem:
    """Duplicates are two, however alike. `check` is the number of a rule, or the name of a metric, or of an import."""

    check: str
    asset: Fqn
    metric: str
    life: PlainViolation = field(default_factory=PlainViolation)
    closed_by: int | None = None
    """The number of the run whose Save superseded it, as long as it stays so."""

    @property
    def is_current(self) -> bool:
        return self.life.status is not None and self.life.status.is_current

    def settle(self) -> None:
        """Whatever ended or moved it otherwise: the Save has no longer closed it."""
        if self.life.resolution is not Resolution.SUPERSEDED_BY_APPROVAL:
            self.closed_by = None


class PlainProblems:
    def __init__(self) -> None:
        self.all: list[Problem] = []

    def of_check(self, check: str, asset: Fqn) -> Problem | None:
        return next((one for one in self.all if (one.check, one.asset) == (check, asset)), None)

    def fail(self, check: str, asset: Fqn, metric: str, at: datetime) -> None:
        found = self.of_check(check, asset)
        if found is None:
            found = Problem(check, asset, metric)
            self.all.append(found)
        found.life.fail(0, at)
        found.settle()

    def pass_(self, check: str, asset: Fqn, at: datetime) -> None:
        found = self.of_check(check, asset)
        if found is not None:
            found.life.pass_(at)
            found.settle()

    def import_open(self, asset: Fqn, metric: str, at: datetime) -> None:
        self.all.append(
            Problem(
                f"imported {metric}",
                asset,
                metric,
                PlainViolation(ViolationStatus.OPEN, occurrences=1, last_seen_at=at),
            )
        )

    def move(self, number: int, wanted: ViolationStatus, resolution: Resolution | None, now: datetime) -> bool:
        one = self.all[number]
        allowed = one.life.move(wanted, resolution, now)
        if allowed:
            one.closed_by = None
        return allowed

    def stale(self, metrics: Iterable[str], scopes: Iterable[Fqn]) -> list[Problem]:
        """What a Save closes: all that is OPEN, not the newest only."""
        of, within = set(metrics), list(scopes)
        return [
            one
            for one in self.all
            if one.life.status is ViolationStatus.OPEN
            and one.metric in of
            and any(scope.covers(one.asset) for scope in within)
        ]

    def reopen(self, run: int) -> int:
        closed = [one for one in self.all if one.closed_by == run]
        for one in closed:
            one.life.status, one.life.resolution, one.life.resolved_at = ViolationStatus.OPEN, None, None
            one.closed_by = None
        return len(closed)

    def close_vanished(self, assets: Iterable[Fqn], now: datetime) -> None:
        gone = set(assets)
        for one in self.all:
            if one.is_current and one.asset in gone:
                one.life.move(ViolationStatus.RESOLVED, Resolution.FIXED_IN_DATA, now)

    def retire(self, check: str, now: datetime) -> None:
        for one in self.all:
            if one.check == check:
                one.life.retire(now)
