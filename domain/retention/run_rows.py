"""Removes what runs left behind, once they ended long ago; the runs themselves stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from domain.db.tenancy import TenantRow, belongs_to, delete_in, select_columns_in
from domain.identity import Tenant
from domain.ledger.tables import LlmCallRow
from domain.metrics.tables import MetricSnapshotRow
from domain.profiles.tables import TableProfileRow
from domain.retention.model import Batch, Kind, Place
from domain.rules.tables import DqRuleRow, RuleExecutionRow
from domain.runs.model import TERMINAL, ApprovalStatus, RunStatus
from domain.runs.tables import ApprovalRow, ProposedChangeRow, RunItemRow, RunLogRow, WorkflowRunRow

_Run = WorkflowRunRow


def _is_not_the_newest_of_its_table(tenant: Tenant) -> ColumnElement[bool]:
    row, other = TableProfileRow, aliased(TableProfileRow)
    newest = (
        select_columns_in(tenant, other, col(other.id))
        .where(col(other.fqn) == col(row.fqn))
        .order_by(col(other.observed_at).desc(), col(other.id).desc())
        .limit(1)
    )
    return col(row.id) != newest.scalar_subquery()


def _explains_no_score(tenant: Tenant) -> ColumnElement[bool]:
    """Not the newest of its rule, and no score that it made is in the log any more."""
    row, other, rule, log = RuleExecutionRow, aliased(RuleExecutionRow), DqRuleRow, MetricSnapshotRow
    newest = (
        select_columns_in(tenant, other, col(other.id))
        .where(col(other.rule_id) == col(row.rule_id))
        .order_by(col(other.observed_at).desc(), col(other.id).desc())
        .limit(1)
    )
    made_a_score = exists(
        select_columns_in(tenant, log, col(log.id))
        .join(rule, and_(belongs_to(tenant, rule), col(rule.asset_fqn) == col(log.asset_fqn)))
        .where(col(rule.id) == col(row.rule_id), col(log.run_id) == col(row.run_id))
    )
    return and_(col(row.id) != newest.scalar_subquery(), ~made_a_score)


def _is_no_evidence(tenant: Tenant) -> ColumnElement[bool]:
    """Not of a run that is saved: its changes say where values come from, and undoing the Save needs them."""
    return ~exists(
        select_columns_in(tenant, ApprovalRow, col(ApprovalRow.run_id)).where(
            col(ApprovalRow.run_id) == col(ProposedChangeRow.run_id),
            col(ApprovalRow.status) == ApprovalStatus.APPROVED,
        )
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table of rows that belong to runs; `may_go` says which of them may, where not all may."""

    row: type[TenantRow]
    key: tuple[Mapped[Any], ...]  # whatever the table's key is made of
    run_id: Mapped[Any]
    may_go: Callable[[Tenant], ColumnElement[bool]] | None = None


_Log, _Item, _Change, _Profile = RunLogRow, RunItemRow, ProposedChangeRow, TableProfileRow
_Execution, _Call = RuleExecutionRow, LlmCallRow

OF_RUNS: Mapping[Kind, _Rows] = {
    Kind.RUN_LOGS: _Rows(_Log, (col(_Log.position),), col(_Log.run_id)),
    Kind.RUN_ITEMS: _Rows(_Item, (col(_Item.run_id), col(_Item.fqn)), col(_Item.run_id)),
    Kind.PROPOSED_CHANGES: _Rows(_Change, (col(_Change.id),), col(_Change.run_id), _is_no_evidence),
    Kind.PROFILES: _Rows(_Profile, (col(_Profile.id),), col(_Profile.run_id), _is_not_the_newest_of_its_table),
    Kind.RULE_EXECUTIONS: _Rows(_Execution, (col(_Execution.id),), col(_Execution.run_id), _explains_no_score),
    Kind.LLM_CALLS: _Rows(_Call, (col(_Call.id),), col(_Call.run_id)),
}


class RunRowRetention:
    def __init__(self, session: AsyncSession, tenant: Tenant) -> None:
        self._session = session
        self._tenant = tenant

    async def remove(self, kind: Kind, before: datetime, place: Place, limit: int) -> Batch:
        """Rows of runs that ended before that, in the order of the runs, from the run at `place` on."""
        rows = OF_RUNS[kind]
        found = (await self._session.execute(self._expired(rows, before, place, limit))).all()
        if found:
            keys = [tuple(row)[1:] for row in found]
            statement = delete_in(self._tenant, rows.row).where(tuple_(*rows.key).in_(keys))
            await self._session.execute(statement.execution_options(synchronize_session=False))
        return Batch(len(found), (found[-1].id,) if len(found) == limit else None)

    def _expired(self, rows: _Rows, before: datetime, place: Place, limit: int) -> Select[Any]:
        """The runs, with the keys of their rows: run after run by index, however many rows there are."""
        tenant = self._tenant
        of_run = select_columns_in(tenant, rows.row, *rows.key).where(rows.run_id == col(_Run.id))
        if rows.may_go:
            of_run = of_run.where(rows.may_go(tenant))
        keys = of_run.limit(limit).subquery("keys").lateral()
        return (
            select_columns_in(tenant, _Run, col(_Run.id), *keys.c)
            .join(keys, true())
            .where(_has_settled(tenant, before), *(col(_Run.id) >= run_id for run_id in place))
            .order_by(col(_Run.id))
            .limit(limit)
        )


def _has_settled(tenant: Tenant, before: datetime) -> ColumnElement[bool]:
    """Ended before that, and decided about, too: until then a completed run keeps all that a person decides by."""
    is_reviewed = exists(
        select_columns_in(tenant, ApprovalRow, col(ApprovalRow.run_id)).where(
            col(ApprovalRow.run_id) == col(_Run.id),
            or_(col(ApprovalRow.status) == ApprovalStatus.PENDING, col(ApprovalRow.decided_at) >= before),
        )
    )
    waits = and_(col(_Run.status) == RunStatus.COMPLETED, is_reviewed)
    return and_(col(_Run.status).in_(TERMINAL), col(_Run.completed_at) < before, ~waits)
