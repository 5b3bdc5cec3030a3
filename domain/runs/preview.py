"""What a Save would do, told before it is done. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_columns_in, select_in
from domain.errors import NotFound
from domain.identity import Tenant
from domain.metrics.cells import current_cells, hidden_by_saving
from domain.metrics.model import Snapshot
from domain.metrics.queries import read_cells
from domain.metrics.repository import invalidated_by
from domain.pages import Page, PageRequest
from domain.runs.judging import judged_fields, judged_rules
from domain.runs.model import ChangeOutcome, NothingToDecide, ProposedChange, RunId, WorkflowRun, check_decidable
from domain.runs.repository import to_approval, to_change, to_model
from domain.runs.tables import ApprovalRow, ProposedChangeRow, WorkflowRunRow
from domain.violations.model import Violation
from domain.violations.repository import superseded_by_saving
from domain.violations.repository import to_model as to_violation
from domain.violations.tables import ViolationRow


@dataclass(frozen=True, slots=True)
class ApprovalPreview:
    """How much a Save would change."""

    run: WorkflowRun
    invalidated_cells: int
    resolved_violations: int
    outcomes: Mapping[ChangeOutcome, int]
    """Changes by what would become of them; outcomes of none are left out."""


class PreviewQueries:
    """Every method refuses a run that cannot be approved, with the error that approving it would give."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(self, tenant: Tenant, run_id: RunId) -> ApprovalPreview:
        async with self._database.reading(tenant) as session:
            run, metrics = await _saved(session, tenant, run_id)
            violations = select_columns_in(tenant, ViolationRow, func.count())
            judged = _judged(tenant, run_id)
            outcomes = select(judged.c.outcome, func.count()).group_by(judged.c.outcome)
            return ApprovalPreview(
                run,
                await session.scalar(select(func.count()).select_from(_hidden(tenant, run, metrics))) or 0,
                await session.scalar(violations.where(superseded_by_saving(tenant, metrics, run.targets))) or 0,
                {ChangeOutcome(outcome): count for outcome, count in await session.execute(outcomes)},
            )

    async def cells(self, tenant: Tenant, run_id: RunId, request: PageRequest) -> Page[Snapshot]:
        """The cells that would turn to N/A, with the scores that they have now."""
        async with self._database.reading(tenant) as session:
            return await read_cells(session, _hidden(tenant, *await _saved(session, tenant, run_id)), request)

    async def violations(self, tenant: Tenant, run_id: RunId, request: PageRequest) -> Page[Violation]:
        """The violations that would be resolved, the newest first."""
        async with self._database.reading(tenant) as session:
            run, metrics = await _saved(session, tenant, run_id)
            statement = select_in(tenant, ViolationRow).where(superseded_by_saving(tenant, metrics, run.targets))
            return await read_page(
                session,
                statement,
                request,
                key=col(ViolationRow.id),
                read_key=UUID,
                to_model=to_violation,
                descending=True,
            )

    async def conflicts(self, tenant: Tenant, run_id: RunId, request: PageRequest) -> Page[ProposedChange]:
        """The changes that would not be applied, because what they are based on is gone."""
        async with self._database.reading(tenant) as session:
            await _saved(session, tenant, run_id)
            judged = _judged(tenant, run_id)
            conflicting = select(judged.c.id).where(judged.c.outcome == ChangeOutcome.CONFLICT)
            statement = select_in(tenant, ProposedChangeRow).where(col(ProposedChangeRow.id).in_(conflicting))
            return await read_page(
                session, statement, request, key=col(ProposedChangeRow.id), read_key=UUID, to_model=to_change
            )


async def _saved(session: AsyncSession, tenant: Tenant, run_id: RunId) -> tuple[WorkflowRun, Sequence[str]]:
    """The run and the metrics that saving it makes stale."""
    found: Select[Any] = (
        select_in(tenant, WorkflowRunRow)
        .add_columns(ApprovalRow)
        .outerjoin(ApprovalRow, col(ApprovalRow.run_id) == col(WorkflowRunRow.id))
        .where(col(WorkflowRunRow.id) == run_id)
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound("run", str(run_id))
    run = to_model(row[0])
    if row[1] is None:
        raise NothingToDecide(run)
    check_decidable(run, to_approval(row[1]))
    return run, await invalidated_by(session, tenant, run.type)


def _hidden(tenant: Tenant, run: WorkflowRun, metrics: Sequence[str]) -> Subquery:
    return current_cells(tenant, hidden_by_saving(metrics, run.targets))


def _judged(tenant: Tenant, run_id: RunId) -> Subquery:
    return union_all(judged_fields(tenant, run_id), judged_rules(tenant, run_id)).subquery("judged")
