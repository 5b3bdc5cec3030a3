"""Which violations are meant: the same conditions for lists, counts and changes of many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam
from sqlmodel import col

from domain.db.scope_keys import is_within
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.rules.model import RuleId, Severity
from domain.violations.model import Resolution, ViolationStatus
from domain.violations.tables import ViolationRow

_Row = ViolationRow


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    """Conditions joined by AND, the values of one by OR; an empty or absent one holds for all."""

    status: tuple[ViolationStatus, ...] = ()
    severity: tuple[Severity, ...] = ()
    dimension: tuple[str, ...] = ()
    metric: tuple[str, ...] = ()
    resolution: tuple[Resolution, ...] = ()
    rule_id: RuleId | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    seen_after: datetime | None = None
    assignee: str | None = None
    is_assigned: bool | None = None
    resolved_by_run: UUID | None = None


def conditions(tenant: Tenant, scope: Fqn | None, wanted: ViolationFilter) -> Iterator[ColumnElement[bool]]:
    if scope is not None:
        yield is_within(_Row, tenant, scope)
    if wanted.status:
        yield stands_at(wanted.status)
    for column, values in (
        (_Row.severity, wanted.severity),
        (_Row.dimension, wanted.dimension),
        (_Row.metric, wanted.metric),
        (_Row.resolution, wanted.resolution),
    ):
        if values:
            yield col(column).in_(values)
    if wanted.rule_id is not None:
        yield col(_Row.check_key) == str(wanted.rule_id)
    if wanted.resolved_by_run is not None:
        yield col(_Row.resolved_by_run) == wanted.resolved_by_run
    yield from _of_times(wanted)
    yield from _of_people(wanted)


def stands_at(statuses: Collection[ViolationStatus]) -> ColumnElement[bool]:
    """Written out, not as parameters: the planner has to prove that the query asks for what a partial index holds."""
    written: BindParameter[Any] = bindparam(
        "statuses", list(statuses), unique=True, expanding=True, literal_execute=True
    )
    return col(_Row.status).in_(written)


def _of_times(wanted: ViolationFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.opened_after is not None:
        yield col(_Row.opened_at) > wanted.opened_after
    if wanted.opened_before is not None:
        yield col(_Row.opened_at) < wanted.opened_before
    if wanted.seen_after is not None:
        yield col(_Row.last_seen_at) > wanted.seen_after


def _of_people(wanted: ViolationFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.assignee is not None:
        yield col(_Row.assignee) == wanted.assignee
    if wanted.is_assigned is not None:
        yield col(_Row.assignee).is_not(None) if wanted.is_assigned else col(_Row.assignee).is_(None)
