"""Requesting runs, and keeping our copy of their states."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Conflict
from domain.events import RunCancelRequested, RunRetryRequested, RunStateChanged
from domain.identity import Actor, Permission
from domain.runs.crashes import with_another_start
from domain.runs.model import (
    Origin,
    RunId,
    RunRequest,
    RunState,
    RunStatus,
    RunType,
    WorkflowRun,
    accepts,
)
from domain.runs.repository import ItemRepository, RunRepository, to_model
from domain.runs.requesting import admit_unless_waiting, request_run
from domain.runs.tables import WorkflowRunRow

MAX_LOG_LENGTH = 2000


class RunService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def request(self, actor: Actor, request: RunRequest, parent_id: RunId | None = None) -> WorkflowRun:
        """Ask for a run: it is stored PENDING and started as soon as Prefect answers. The same key, the same run."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            led_by = (await RunRepository(uow).get(parent_id)).led_by if parent_id else ()
            return await request_run(uow, request, Origin(parent_id=parent_id, led_by=led_by))

    async def cancel(self, actor: Actor, run_id: RunId) -> WorkflowRun:
        """Ask for the end of a run; CANCELLING and CANCELLED follow when Prefect says so."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            run = to_model(row)
            if run.status.is_terminal:
                raise Conflict(f"Run {run.id} is {run.status} already; there is nothing to cancel.")
            wanted = {"wanted": RunStatus.CANCELLED}
            record(uow, "cancel", "run", str(run.id), before={"status": run.status}, after=wanted)
            if run.waiting_since is None or run.prefect_flow_run_id is not None:
                uow.emit(RunCancelRequested(scopes=run.scopes, run_id=run.id))
            if run.waiting_since is not None:  # nothing is done for it, whatever Prefect knows of it
                await _apply_state(uow, row, RunState(RunStatus.CANCELLED, max(uow.clock(), run.state_at)))
            return to_model(row)

    async def retry(self, actor: Actor, run_id: RunId) -> WorkflowRun:
        """Ask for another try of an ended run, PENDING from now on; items that are done are not done again."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            run = to_model(row)
            if not run.status.is_terminal:
                raise Conflict(f"Run {run.id} is {run.status}; only an ended run can be tried again.")
            wanted = {"wanted": RunStatus.RUNNING}
            record(uow, "retry", "run", str(run.id), before={"status": run.status}, after=wanted)
            await _apply_state(uow, row, RunState(RunStatus.PENDING, run.state_at))
            row.resubmissions, row.resubmitted_at = 0, None
            _queue(uow, row)
            asked = to_model(row)
            admit_unless_waiting(uow, asked)
            return asked

    async def record_launch(self, actor: Actor, run_id: RunId, flow_run_id: UUID) -> None:
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            row.prefect_flow_run_id = flow_run_id

    async def record_state(self, actor: Actor, run_id: RunId, state: RunState) -> bool:
        """Copy a state that Prefect reports; False when a newer one is known."""
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            if not accepts(RunStatus(row.status), row.state_at, state):
                return False
            if row.waiting_since is not None and row.prefect_flow_run_id is not None and not _ends_this_try(row, state):
                return False  # the end of the last try, told late, or a process that waits as the run does
            before = row.status
            if _came_back(row, state):
                await _apply_state(uow, row, RunState(RunStatus.PENDING, row.state_at))
                _queue(uow, row)
            else:
                await _apply_state(uow, row, await with_another_start(uow, row, state))
            if row.status != before:
                record(uow, "report", "run", str(row.id), before={"status": before}, after={"status": row.status})
            return True

    async def record_failure(self, actor: Actor, run_id: RunId, code: str, message: str) -> None:
        """Why the run as a whole cannot go on; its status follows from Prefect."""
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            row.error_code, row.error_message = code, message

    async def record_output(self, actor: Actor, run_id: RunId, output: Mapping[str, Any]) -> None:
        """A summary of what the run did; its shape belongs to the type."""
        async with self._unit_of_work(actor) as uow:
            (await RunRepository(uow).lock(run_id)).output = dict(output)

    async def beat(self, actor: Actor, run_id: RunId) -> RunStatus:
        """The flow run is alive; what becomes of it, for one that has to stop."""
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            row.heartbeat_at = uow.clock()
            return RunStatus(row.status)

    async def log(self, actor: Actor, run_id: RunId, level: str, message: str) -> None:
        """One line for the people who follow the run."""
        line = message[:MAX_LOG_LENGTH]
        async with self._unit_of_work(actor) as uow:
            await RunRepository(uow).say(run_id, level, line)


def _ends_this_try(row: WorkflowRunRow, state: RunState) -> bool:
    """Prefect has begun it since it last ended: its process waits with it, and that has ended now."""
    return state.status.is_terminal and (state.times_begun or 0) > row.times_begun


def _came_back(row: WorkflowRunRow, state: RunState) -> bool:
    """Somebody let an ended run begin again in Prefect's UI, past all who wait for its source."""
    if not (RunStatus(row.status).is_terminal and RunType(row.type).takes_place):
        return False
    return state.status in {RunStatus.PENDING, RunStatus.RUNNING}


def _queue(uow: UnitOfWork, row: WorkflowRunRow) -> None:
    row.waiting_since = uow.clock() if RunType(row.type).takes_place else None
    uow.emit(RunRetryRequested(scopes=to_model(row).scopes, run_id=row.id))


async def _apply_state(uow: UnitOfWork, row: WorkflowRunRow, state: RunState) -> None:
    is_news = row.status != state.status
    if RunStatus(row.status).is_terminal:
        row.error_code = row.error_message = None  # of the last try; that of this try may be here before its states
    row.status, row.state_at, row.waiting_since = state.status, state.at, None
    if state.status is RunStatus.RUNNING:
        row.started_at = row.started_at or state.at
        row.heartbeat_at = uow.clock()
    row.completed_at = state.at if state.status.is_terminal else None
    if state.status.is_terminal:
        row.times_begun = state.times_begun or row.times_begun
        row.failed_items += await ItemRepository(uow).interrupt(RunId(row.id))
    if state.status in {RunStatus.FAILED, RunStatus.CRASHED} and row.error_code is None:
        row.error_code, row.error_message = state.status, state.message
    if not is_news:
        return
    uow.emit(
        RunStateChanged(
            scopes=to_model(row).scopes,
            run_id=row.id,
            run_type=row.type,
            status=state.status,
            state_at=state.at,
            save_all=row.save_all and RunType(row.type).needs_approval,
        )
    )
