from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.connections.model import ConnectionId, DataConnection
from domain.db.columns import FqnList
from domain.db.tenancy import delete_in, owned_by, select_columns_in, select_in, update_in
from domain.db.uow import UnitOfWork
from domain.errors import Conflict, NotFound
from domain.events import RunLogged
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.runs.model import (
    BEFORE_PREFECT,
    Approval,
    ApprovalStatus,
    ChangeId,
    ChangeOutcome,
    ChangeSubject,
    Decision,
    ItemStatus,
    Origin,
    Progress,
    ProposedChange,
    RunId,
    RunItem,
    RunRequest,
    RunStatus,
    RunTaken,
    RunType,
    Save,
    WorkflowRun,
)
from domain.runs.tables import ApprovalRow, ProposedChangeRow, RunItemRow, RunLogRow, WorkflowRunRow
from domain.tracing import current_traceparent


def to_model(row: WorkflowRunRow) -> WorkflowRun:
    return WorkflowRun(
        id=RunId(row.id),
        tenant=Tenant(OrganizationId(row.organization_id), ProjectId(row.project_id)),
        type=RunType(row.type),
        connection_id=ConnectionId(row.connection_id),
        connection_name=row.connection_name,
        targets=tuple(Fqn.parse(text) for text in row.targets),
        parameters=row.parameters,
        status=RunStatus(row.status),
        state_at=row.state_at,
        save_all=row.save_all,
        requested_by=row.requested_by,
        parent_id=RunId(row.parent_id) if row.parent_id else None,
        prefect_flow_run_id=row.prefect_flow_run_id,
        progress=Progress(row.completed_items, row.failed_items, row.total_items),
        created_at=row.created_at,
        waiting_since=row.waiting_since,
        started_at=row.started_at,
        completed_at=row.completed_at,
        heartbeat_at=row.heartbeat_at,
        error_code=row.error_code,
        error_message=row.error_message,
        output=row.output,
        configuration_id=row.configuration_id,
        led_by=tuple(row.led_by),
        traceparent=row.traceparent,
    )


def to_item(row: RunItemRow) -> RunItem:
    return RunItem(
        run_id=RunId(row.run_id),
        fqn=Fqn.parse(row.fqn),
        status=ItemStatus(row.status),
        attempts=row.attempts,
        error_code=row.error_code,
        error_message=row.error_message,
        started_at=row.started_at,
        completed_at=row.completed_at,
        counts=row.counts,
    )


def to_change(row: ProposedChangeRow) -> ProposedChange:
    return ProposedChange(
        id=ChangeId(row.id),
        run_id=RunId(row.run_id),
        subject=ChangeSubject(row.subject),
        asset=Fqn.parse(row.asset_fqn),
        field=row.field,
        before=row.before,
        after=row.after,
        base_version=row.base_version,
        confidence=float(row.confidence),
        justification=row.justification,
        evidence=row.evidence,
        decision=Decision(row.decision),
        outcome=ChangeOutcome(row.outcome) if row.outcome else None,
        rule_id=row.rule_id,
    )


def to_approval(row: ApprovalRow) -> Approval:
    return Approval(
        run_id=RunId(row.run_id),
        status=ApprovalStatus(row.status),
        version=row.version,
        notes=row.notes,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        auto_saved=row.auto_saved,
        applied=row.applied,
        conflicts=row.conflicts,
        invalidated_cells=row.invalidated_cells,
        resolved_violations=row.resolved_violations,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )


def _to_save(row: ApprovalRow) -> Save:
    assert row.decided_at
    return Save(RunId(row.run_id), row.version, row.decided_at, tuple(row.invalidated_metrics))


class RunRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, request: RunRequest, connection: DataConnection, origin: Origin) -> tuple[WorkflowRun, bool]:
        """Store a PENDING run; with a key that was used before, the run of that time and False."""
        now = self._uow.clock()
        values: dict[str, Any] = {
            "id": new_id(),
            "type": request.type,
            "connection_id": connection.id,
            "connection_name": connection.name,
            "targets": [str(target) for target in request.targets],
            "parameters": dict(request.parameters),
            "status": RunStatus.PENDING,
            "state_at": BEFORE_PREFECT,
            "save_all": request.save_all,
            "requested_by": self._uow.actor.name,
            "idempotency_key": request.idempotency_key,
            "parent_id": origin.parent_id,
            "configuration_id": origin.configuration_id,
            "led_by": list(origin.led_by),
            "traceparent": current_traceparent(),
            "total_items": 0,
            "completed_items": 0,
            "failed_items": 0,
            "times_begun": 0,
            "resubmissions": 0,
            "created_at": now,
            "waiting_since": now if request.type.takes_place else None,
            "output": {},
            **owned_by(self._uow.tenant),
        }
        statement = insert(WorkflowRunRow).values(values).on_conflict_do_nothing().returning(WorkflowRunRow)
        added = (await self._uow.session.scalars(statement)).one_or_none()
        if added is not None:
            if request.type.needs_approval:
                self._uow.add(ApprovalRow(run_id=added.id, status=ApprovalStatus.PENDING, **owned_by(self._uow.tenant)))
            return to_model(added), True
        earlier = select_in(self._uow.tenant, WorkflowRunRow).where(
            col(WorkflowRunRow.idempotency_key) == request.idempotency_key
        )
        found = (await self._uow.session.scalars(earlier)).one_or_none()
        if found is None:  # it reaches beyond the part of the catalogue that this actor may see
            raise Conflict("The idempotency key was used for another run; choose another key.")
        return to_model(found), False

    async def lock(self, run_id: RunId) -> WorkflowRunRow:
        """Refuses a process whose run another process has claimed since."""
        statement = (
            select_in(self._uow.tenant, WorkflowRunRow)
            .where(col(WorkflowRunRow.id) == run_id)
            .with_for_update(key_share=True)
        )
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("run", str(run_id))
        claim = self._uow.actor.claim
        if claim is not None and claim.run_id == row.id and claim.process != row.claimed_by:
            raise RunTaken(row.id)
        return row

    async def get(self, run_id: RunId) -> WorkflowRun:
        statement = select_in(self._uow.tenant, WorkflowRunRow).where(col(WorkflowRunRow.id) == run_id)
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("run", str(run_id))
        return to_model(row)

    async def lock_approval(self, run_id: RunId) -> ApprovalRow | None:
        statement = (
            select_in(self._uow.tenant, ApprovalRow)
            .where(col(ApprovalRow.run_id) == run_id)
            .with_for_update(key_share=True)
        )
        return (await self._uow.session.scalars(statement)).one_or_none()

    async def saves_since(self, moment: datetime, table: Fqn) -> Sequence[Save]:
        """The Saves after that moment that concern the table and still stand, the oldest first."""
        targets = literal([str(fqn) for fqn in table.ancestors()], FqnList)
        statement = (
            select_in(self._uow.tenant, ApprovalRow)
            .join(WorkflowRunRow, col(WorkflowRunRow.id) == col(ApprovalRow.run_id))
            .where(
                col(ApprovalRow.status) == ApprovalStatus.APPROVED,
                col(ApprovalRow.decided_at) > moment,
                col(WorkflowRunRow.targets).op("&&")(targets),
            )
            .order_by(col(ApprovalRow.decided_at))
        )
        return [_to_save(row) for row in await self._uow.session.scalars(statement)]

    async def say(self, run_id: RunId, level: str, message: str) -> None:
        """One line for the people who follow the run, kept and told."""
        known = select_columns_in(self._uow.tenant, WorkflowRunRow, col(WorkflowRunRow.id))
        if await self._uow.session.scalar(known.where(col(WorkflowRunRow.id) == run_id)) is None:
            raise NotFound("run", str(run_id))
        self._uow.add(
            RunLogRow(run_id=run_id, at=self._uow.clock(), level=level, message=message, **owned_by(self._uow.tenant))
        )
        self._uow.emit(RunLogged(run_id=run_id, level=level, message=message))


class ItemRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def plan(self, run_id: RunId, fqns: Sequence[Fqn]) -> None:
        """Make sure that the run has these items; those that it has stay as they are."""
        if not fqns:
            return
        rows = [
            {"run_id": run_id, "fqn": str(fqn), "status": ItemStatus.PENDING, "attempts": 0, "counts": {}}
            | owned_by(self._uow.tenant)
            for fqn in fqns
        ]
        await self._uow.session.execute(insert(RunItemRow).on_conflict_do_nothing(), rows)

    async def of_run(self, run_id: RunId) -> Sequence[RunItemRow]:
        statement = select_in(self._uow.tenant, RunItemRow).where(col(RunItemRow.run_id) == run_id)
        return (await self._uow.session.scalars(statement.order_by(col(RunItemRow.fqn)))).all()

    async def lock(self, run_id: RunId, fqn: Fqn) -> RunItemRow:
        statement = (
            select_in(self._uow.tenant, RunItemRow)
            .where(col(RunItemRow.run_id) == run_id, col(RunItemRow.fqn) == str(fqn))
            .with_for_update(key_share=True)
        )
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("run item", f"{run_id}/{fqn}")
        return row

    async def interrupt(self, run_id: RunId) -> int:
        """Items that were being worked on when their run ended; how many."""
        statement = (
            update_in(self._uow.tenant, RunItemRow)
            .where(col(RunItemRow.run_id) == run_id, col(RunItemRow.status) == ItemStatus.RUNNING)
            .values(
                status=ItemStatus.FAILED,
                error_code="INTERRUPTED",
                error_message="The run ended before this item was finished; a retry takes it up again.",
                completed_at=self._uow.clock(),
            )
            .execution_options(synchronize_session=False)
        )
        return int(getattr(await self._uow.session.execute(statement), "rowcount", 0))


class ChangeRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def replace(self, run_id: RunId, table: Fqn, changes: Sequence[Mapping[str, Any]]) -> None:
        """Store what a run proposes for a table; a second try replaces the first."""
        earlier = delete_in(self._uow.tenant, ProposedChangeRow).where(
            col(ProposedChangeRow.run_id) == run_id, col(ProposedChangeRow.table_fqn) == str(table)
        )
        await self._uow.session.execute(earlier)
        own = {"run_id": run_id, "table_fqn": str(table), "decision": Decision.UNDECIDED, **owned_by(self._uow.tenant)}
        self._uow.add(*(ProposedChangeRow(id=new_id(), **own, **change) for change in changes))

    async def of_run(self, run_id: RunId) -> Sequence[ProposedChangeRow]:
        statement = select_in(self._uow.tenant, ProposedChangeRow).where(col(ProposedChangeRow.run_id) == run_id)
        return (await self._uow.session.scalars(statement.order_by(col(ProposedChangeRow.id)))).all()

    async def reset(self, run_id: RunId) -> None:
        """Forget what was decided about the changes of a run; a value that a person put in stays."""
        statement = update_in(self._uow.tenant, ProposedChangeRow).where(col(ProposedChangeRow.run_id) == run_id)
        undecided = statement.values(decision=Decision.UNDECIDED, outcome=None)
        await self._uow.session.execute(undecided.execution_options(synchronize_session=False))

    async def lock(self, run_id: RunId, ids: Sequence[ChangeId]) -> dict[UUID, ProposedChangeRow]:
        statement = (
            select_in(self._uow.tenant, ProposedChangeRow)
            .where(col(ProposedChangeRow.run_id) == run_id, col(ProposedChangeRow.id).in_(ids))
            .order_by(col(ProposedChangeRow.id))
            .with_for_update(key_share=True)
        )
        return {row.id: row for row in await self._uow.session.scalars(statement)}
