"""A run that crashed before its own code began has done nothing: it is submitted again, by itself, a few times."""

from dataclasses import replace
from datetime import timedelta

from domain.db.uow import UnitOfWork
from domain.runs.model import RunId, RunState, RunStatus
from domain.runs.places import admitted
from domain.runs.repository import RunRepository, to_model
from domain.runs.tables import WorkflowRunRow

MAX_RESUBMISSIONS = 3
SAME_CRASH = timedelta(seconds=10)
"""Prefect tells of one crash twice, the second time some seconds later: a process that was started in between would
be taken for crashed, and another one started beside it. One that is told later still does that; then the claim on
the run (claims.py) keeps all but one of the processes from it."""
PAUSE = SAME_CRASH + timedelta(seconds=2)
"""So that no process is started within that time: a worker takes a run a second before it is due."""


def never_began(row: WorkflowRunRow, state: RunState) -> bool:
    """Whether Prefect has begun the run no more often than when it last ended; unknown counts as begun."""
    if state.status is not RunStatus.CRASHED or state.times_begun is None:
        return False
    return state.times_begun <= row.times_begun


async def with_another_start(uow: UnitOfWork, row: WorkflowRunRow, state: RunState) -> RunState:
    """What to make of a reported state: a run that never began stays PENDING while it has resubmissions left."""
    if row.status == RunStatus.CANCELLING or not never_began(row, state):
        return state
    if not _is_counted(row, state):
        if row.resubmissions >= MAX_RESUBMISSIONS:
            return replace(state, message=_given_up(row, state))
        await _count(uow, row, state)
    uow.emit(admitted(to_model(row), after_seconds=PAUSE.seconds))  # it keeps its place
    return replace(state, status=RunStatus.PENDING)


def _is_counted(row: WorkflowRunRow, state: RunState) -> bool:
    """Whether it is the crash that was counted last, told once more: no process can have been started since."""
    return row.resubmitted_at is not None and state.at - row.resubmitted_at < SAME_CRASH


async def _count(uow: UnitOfWork, row: WorkflowRunRow, state: RunState) -> None:
    row.resubmissions += 1
    row.resubmitted_at = state.at
    line = f"The run crashed before it began and is submitted again ({row.resubmissions} of {MAX_RESUBMISSIONS})."
    await RunRepository(uow).say(RunId(row.id), "WARNING", line)


def _given_up(row: WorkflowRunRow, state: RunState) -> str:
    words = f"The run crashed before it began, and {row.resubmissions} times more when it was submitted again."
    return f"{words} Prefect says: {state.message}" if state.message else words
