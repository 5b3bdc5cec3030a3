from collections.abc import AsyncGenerator
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.context import Context, Info
from api.graphql.events import Resume, cursor_of, position_of
from api.graphql.fields import subscription
from api.graphql.ids import read_id
from api.graphql.pages import given
from api.graphql.problems import problem_of
from api.graphql.runs.events import (
    Place,
    RunEventProblem,
    WorkflowRunChange,
    WorkflowRunEvent,
    WorkflowRunLogged,
    WorkflowRunProgressed,
    WorkflowRunSnapshot,
    WorkflowRunStateChanged,
)
from api.graphql.runs.types import KIND, WorkflowRun
from domain import errors
from domain.events import (
    ApprovalReset,
    ApprovalUndone,
    RunApproved,
    RunLogged,
    RunProgressed,
    RunRejected,
    RunRequested,
    RunStateChanged,
)
from domain.runs import model
from domain.runs.model import RunId

_CHANGES = (
    RunRequested, RunStateChanged, RunProgressed, RunApproved, RunRejected, ApprovalReset, ApprovalUndone,
)  # fmt: skip


@strawberry.type
class RunSubscriptions:
    @subscription(
        "One run, live: a snapshot, then states, progress of items and log lines; ends with the run. "
        "With `after` there is no snapshot, only what came since. A run that is tried again can be followed again."
    )
    async def workflow_run_events(
        self,
        info: Info,
        run_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the run.")],
        after: Resume = UNSET,
    ) -> AsyncGenerator[WorkflowRunEvent, None]:
        try:
            key = RunId(read_id(KIND, run_id))
            seen = given(after)
            async for event in _follow(info.context, key, None if seen is None else Place.read(seen)):
                yield event
        except (errors.NotFound, errors.Invalid) as error:
            yield cast("RunEventProblem", problem_of(error))

    @subscription("Runs that change. A slow subscriber is told the newest state of a run, not each that it missed.")
    async def workflow_runs_changed(
        self, info: Info, scope: Scope = UNSET, after: Resume = UNSET
    ) -> AsyncGenerator[WorkflowRunChange, None]:
        context, wanted, told = info.context, given(scope), dict[RunId, int]()
        async for committed in context.hub.events(context.tenant, position_of(given(after))):
            event = committed.event
            if not isinstance(event, _CHANGES) or (wanted and not committed.concerns(wanted)):
                continue
            run_id = RunId(event.run_id)
            if committed.sequence > told.get(run_id, 0):
                told[run_id], run = await _run_since(context, run_id, committed.sequence)
                yield WorkflowRunChange(cursor=cursor_of(committed), run=WorkflowRun.of(run), told=told[run_id])


async def _follow(context: Context, run_id: RunId, place: Place | None) -> AsyncGenerator[WorkflowRunEvent, None]:
    # The place in the stream is taken before the run is read: in the other order, what happens between is lost.
    start = place.sequence if place else context.hub.position
    run = await context.read.runs.get(context.tenant, run_id)
    if place is None:
        place = Place.of_snapshot(start, run)
        yield WorkflowRunSnapshot(cursor=place.cursor, run=WorkflowRun.of(run))
    if run.status.is_terminal and place.ended_at == run.state_at:
        return
    async for committed in context.hub.events(context.tenant, start):
        match committed.event:
            case RunProgressed(run_id=key) as event if key == run_id:
                yield WorkflowRunProgressed.of(place.behind(committed.sequence), committed, event)
            case RunLogged(run_id=key) as event if key == run_id:
                yield WorkflowRunLogged.of(place.behind(committed.sequence), committed, event)
            case RunStateChanged(run_id=key) as event if key == run_id and not place.knows(event):
                _, run = await _run_since(context, run_id, committed.sequence)
                place = place.behind_state(committed.sequence, event, run)
                yield WorkflowRunStateChanged.of(place, event, run)
                if place.ended_at:
                    return


async def _run_since(context: Context, run_id: RunId, since: int) -> tuple[int, model.WorkflowRun]:
    """The run when all up to a position had happened, at least up to `since`; and that position."""

    async def read(position: int) -> tuple[int, model.WorkflowRun]:
        return position, await context.read.runs.get(context.tenant, run_id)

    return await context.audience.reading(run_id, since, context.hub.position, read)
