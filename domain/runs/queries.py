from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in, select_in
from domain.errors import NotFound
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.rules.written import read_evaluation
from domain.runs.model import (
    TERMINAL,
    Approval,
    ChangeOutcome,
    Decision,
    ItemStatus,
    ProposedChange,
    RunId,
    RunItem,
    RunLogLine,
    RunStatus,
    RunType,
    Trial,
    WorkflowRun,
)
from domain.runs.repository import to_approval, to_change, to_item, to_model
from domain.runs.tables import ApprovalRow, ProposedChangeRow, RunItemRow, RunLogRow, WorkflowRunRow

_Run = WorkflowRunRow


@dataclass(frozen=True, slots=True)
class RunFilter:
    types: tuple[RunType, ...] = ()
    status: tuple[RunStatus, ...] = ()
    connection_name: str | None = None
    created_after: datetime | None = None
    configuration_id: UUID | None = None


class RunQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: Tenant, run_id: RunId) -> WorkflowRun:
        found = await self.by_ids(tenant, [run_id])
        if run_id not in found:
            raise NotFound("run", str(run_id))
        return found[run_id]

    async def by_ids(self, tenant: Tenant, ids: Sequence[RunId]) -> dict[RunId, WorkflowRun]:
        statement = select_in(tenant, _Run).where(col(_Run.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {RunId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def trials(self, tenant: Tenant, ids: Sequence[RunId]) -> dict[RunId, Trial]:
        """What the rules said that these runs tried; runs of which that is not known are left out."""
        statement = select_columns_in(tenant, _Run, col(_Run.id), col(_Run.trial))
        tried = statement.where(col(_Run.id).in_(ids), col(_Run.trial).is_not(None))
        async with self._database.reading(tenant) as session:
            found = {RunId(run_id): read_evaluation(trial) for run_id, trial in await session.execute(tried)}
        return {
            run_id: Trial(told if tenant.shows_rows else told.without_rows(), tenant.shows_rows)
            for run_id, told in found.items()
        }

    async def page(
        self, tenant: Tenant, scope: Fqn | None, wanted: RunFilter, request: PageRequest
    ) -> Page[WorkflowRun]:
        """Runs, the newest first; a scope keeps those with a target inside it."""
        statement = select_in(tenant, _Run)
        if wanted.types:
            statement = statement.where(col(_Run.type).in_(wanted.types))
        if wanted.status:
            statement = statement.where(col(_Run.status).in_(wanted.status))
        if wanted.connection_name is not None:
            statement = statement.where(col(_Run.connection_name) == wanted.connection_name)
        if wanted.created_after is not None:
            statement = statement.where(col(_Run.created_at) > wanted.created_after)
        if wanted.configuration_id is not None:
            statement = statement.where(col(_Run.configuration_id) == wanted.configuration_id)
        if scope is not None:
            target = func.unnest(col(_Run.targets)).column_valued("target")
            statement = statement.where(exists(select(1).where(in_scope(target.collate("C"), scope))))
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(_Run.id), read_key=UUID, to_model=to_model, descending=True
            )

    async def items(
        self, tenant: Tenant, run_id: RunId, status: Sequence[ItemStatus], request: PageRequest
    ) -> Page[RunItem]:
        statement = select_in(tenant, RunItemRow).where(col(RunItemRow.run_id) == run_id)
        if status:
            statement = statement.where(col(RunItemRow.status).in_(status))
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(RunItemRow.fqn), read_key=str, to_model=to_item)

    async def changes(
        self, tenant: Tenant, run_id: RunId, decisions: Sequence[Decision], request: PageRequest
    ) -> Page[ProposedChange]:
        statement = select_in(tenant, ProposedChangeRow).where(col(ProposedChangeRow.run_id) == run_id)
        if decisions:
            statement = statement.where(col(ProposedChangeRow.decision).in_(decisions))
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(ProposedChangeRow.id), read_key=UUID, to_model=to_change
            )

    async def conflicts(self, tenant: Tenant, run_id: RunId) -> Sequence[ProposedChange]:
        """What an approval could not apply because its base version was gone."""
        statement = select_in(tenant, ProposedChangeRow).where(
            col(ProposedChangeRow.run_id) == run_id, col(ProposedChangeRow.outcome) == ChangeOutcome.CONFLICT
        )
        async with self._database.reading(tenant) as session:
            return [to_change(row) for row in await session.scalars(statement.order_by(col(ProposedChangeRow.id)))]

    async def approvals(self, tenant: Tenant, ids: Sequence[RunId]) -> dict[RunId, Approval]:
        statement = select_in(tenant, ApprovalRow).where(col(ApprovalRow.run_id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {RunId(row.run_id): to_approval(row) for row in await session.scalars(statement)}

    async def log_lines(self, tenant: Tenant, run_id: RunId, request: PageRequest) -> Page[RunLogLine]:
        statement = select_in(tenant, RunLogRow).where(col(RunLogRow.run_id) == run_id)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(RunLogRow.position), read_key=int, to_model=_line
            )


def _line(row: RunLogRow) -> RunLogLine:
    assert row.position is not None
    return RunLogLine(row.at, row.level, row.message, row.position)


class RunOversight:
    """For the relay, the watcher and the reaper, which look after the runs of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, run_id: RunId) -> WorkflowRun | None:
        async with self._database.reading_across_tenants() as session:
            row = await session.get(_Run, run_id)
            return to_model(row) if row else None

    async def find_text(self, run_id: object) -> WorkflowRun | None:
        """The run whose id this is, if it is an id at all: parameters of foreign flow runs can be anything."""
        try:
            return await self.find(RunId(UUID(str(run_id))))
        except ValueError:
            return None

    async def of_flow_run(self, flow_run_id: UUID) -> WorkflowRun | None:
        statement = select(_Run).where(col(_Run.prefect_flow_run_id) == flow_run_id)
        async with self._database.reading_across_tenants() as session:
            row = (await session.scalars(statement)).one_or_none()
            return to_model(row) if row else None

    async def counts(self) -> Mapping[RunStatus, int]:
        """How many runs there are of each status that some have."""
        statement = select(col(_Run.status), func.count()).group_by(col(_Run.status))
        async with self._database.reading_across_tenants() as session:
            return {RunStatus(status): count for status, count in await session.execute(statement)}

    async def live(self, ended_after: datetime) -> Sequence[WorkflowRun]:
        """Runs that have not ended, or ended so lately that a retry from the Prefect UI may be missed."""
        statement = select(_Run).where(
            col(_Run.status).not_in(TERMINAL) | (col(_Run.state_at) > ended_after),
            col(_Run.prefect_flow_run_id).is_not(None),
        )
        async with self._database.reading_across_tenants() as session:
            return [to_model(row) for row in await session.scalars(statement.order_by(col(_Run.id)))]
