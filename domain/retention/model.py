"""What is kept for how long, and in which order it is looked through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from domain.settings import RetentionSettings


class Kind(StrEnum):
    """What expires. Audit events, asset and rule versions, violations and the runs themselves never do."""

    SNAPSHOTS = "snapshots"  # first, because results of rules stay with the scores that they made
    EVENTS = "events"
    HANDLED_EVENTS = "handled_events"
    RUN_LOGS = "run_logs"
    RUN_ITEMS = "run_items"
    PROPOSED_CHANGES = "proposed_changes"
    PROFILES = "profiles"
    RULE_EXECUTIONS = "rule_executions"
    LLM_ANSWERS = "llm_answers"
    LLM_CALLS = "llm_calls"


Place: TypeAlias = tuple[Any, ...]  # the key of a row, whose types belong to its kind
"""Where a batch begins in the order of its kind; the empty one is the beginning."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction removed, and where the next one begins; None when there is nothing behind it."""

    removed: int
    next: Place | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """Snapshots before `daily_before` are thinned out to one a day and cell, before `monthly_before` to one a month.

    Both are where such a day or month begins, so that none of them is thinned out by halves.
    """

    daily_before: datetime
    monthly_before: datetime


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Days are counted back from now; None is for ever."""

    days: Mapping[Kind, int | None]
    daily_after_days: int | None
    monthly_after_days: int | None
    batch_size: int

    def expires_before(self, kind: Kind, now: datetime) -> datetime | None:
        days = self.days[kind]
        return None if days is None else now - timedelta(days=days)

    def roll_up(self, now: datetime) -> RollUp | None:
        monthly = _month_of(now, self.monthly_after_days)
        daily = _day_of(now, self.daily_after_days) or monthly
        return RollUp(daily, monthly or _BEGINNING) if daily else None


_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def _day_of(now: datetime, days: int | None) -> datetime | None:
    if days is None:
        return None
    return (now.astimezone(UTC) - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


def _month_of(now: datetime, days: int | None) -> datetime | None:
    day = _day_of(now, days)
    return day.replace(day=1) if day else None


def policy_of(settings: RetentionSettings) -> RetentionPolicy:
    return RetentionPolicy(
        days={
            Kind.EVENTS: settings.events_days,
            Kind.HANDLED_EVENTS: settings.handled_events_days,
            Kind.RUN_LOGS: settings.run_logs_days,
            Kind.RUN_ITEMS: settings.run_items_days,
            Kind.PROPOSED_CHANGES: settings.proposed_changes_days,
            Kind.PROFILES: settings.profiles_days,
            Kind.RULE_EXECUTIONS: settings.rule_executions_days,
            Kind.LLM_ANSWERS: settings.llm_answers_days,
            Kind.LLM_CALLS: settings.llm_calls_days,
        },
        daily_after_days=settings.daily_snapshots_after_days,
        monthly_after_days=settings.monthly_snapshots_after_days,
        batch_size=settings.batch_size,
    )
