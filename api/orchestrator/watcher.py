"""Copies Prefect's states into our runs: from its event stream as they happen, and from its API as the truth."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events import Event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

from api.orchestrator.client import prefect
from api.orchestrator.silence import SilenceMeter
from domain.access.model import system_actor
from domain.bootstrap import Domain
from domain.runs.model import RunState, RunStatus, WorkflowRun
from domain.settings import PrefectSettings

RECONCILE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0
PREFIX = "prefect.flow-run."
PAGE = 100
"""Runs read from Prefect in one call."""
WATCHED_AFTER_END = timedelta(minutes=10)
"""How long an ended run is still compared with Prefect: a retry from its UI opens it again."""

BEGINNING_FACTOR = 3
"""A run that a worker has taken has this many times the silence to begin: a busy machine starts processes slowly."""

STATUS = {
    StateType.SCHEDULED: RunStatus.PENDING,
    StateType.PENDING: RunStatus.PENDING,
    StateType.PAUSED: RunStatus.PENDING,
    StateType.RUNNING: RunStatus.RUNNING,
    StateType.COMPLETED: RunStatus.COMPLETED,
    StateType.FAILED: RunStatus.FAILED,
    StateType.CANCELLING: RunStatus.CANCELLING,
    StateType.CANCELLED: RunStatus.CANCELLED,
    StateType.CRASHED: RunStatus.CRASHED,
}

log = structlog.get_logger()


class Watcher:
    def __init__(self, domain: Domain, limits: PrefectSettings) -> None:
        self._domain = domain
        self._longest_silence = timedelta(seconds=limits.heartbeat_timeout_seconds)
        self._longest_cancelling = timedelta(seconds=limits.cancel_timeout_seconds)
        self._silence = SilenceMeter(domain.clock)
        self._cancelling = SilenceMeter(domain.clock)

    async def run(self) -> None:
        """Watch for ever; Prefect being away is waited for."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_events())
            group.create_task(self._reconcile_regularly())

    async def _follow_events(self) -> None:
        pause = 0.2
        while True:
            try:
                flow_runs = EventFilter(event=EventNameFilter(prefix=[PREFIX]))
                async with get_events_subscriber(filter=flow_runs, reconnection_attempts=0) as events:
                    await self.reconcile()
                    pause = 0.2
                    async for event in events:
                        await self._copy_event(event)
            except Exception as error:  # noqa: BLE001 - the client raises what its transports raise; REST is the truth
                log.warning("watcher.stream_lost", error=type(error).__name__, pause_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _reconcile_regularly(self) -> None:
        while True:
            await asyncio.sleep(RECONCILE_SECONDS)
            try:
                await self.reconcile()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round looks again
                self._silence.forget()
                self._cancelling.forget()
                log.warning("watcher.not_reconciled", error=type(error).__name__)

    async def _copy_event(self, event: Event) -> None:
        state_type = event.resource.get("prefect.state-type")
        at = event.resource.get("prefect.state-timestamp")
        if state_type is None or at is None:
            return  # a heartbeat says nothing about the state
        run = await self._run_of(UUID(event.resource.id.removeprefix(PREFIX)))
        if run is not None:
            message = event.resource.get("prefect.state-message") or None
            times_begun = int(event.resource["prefect.run-count"])
            state = RunState(STATUS[StateType(state_type)], datetime.fromisoformat(at), message, times_begun)
            await self._record(run, state)

    async def _run_of(self, flow_run_id: UUID) -> WorkflowRun | None:
        """Our run behind a flow run, also when its events are faster than the launcher's note; None for others'."""
        known = await self._domain.oversight.of_flow_run(flow_run_id)
        if known is not None:
            return known
        async with prefect() as client:
            try:
                flow_run = await client.read_flow_run(flow_run_id)
            except ObjectNotFound:
                return None  # deleted since: an event about it must not end the stream
        return await self._domain.oversight.find_text(flow_run.parameters.get("run_id"))

    async def _record(self, run: WorkflowRun, state: RunState) -> None:
        actor = system_actor(run.tenant, "watcher")
        if await self._domain.runs.record_state(actor, run.id, state):
            log.info("run.state", run=str(run.id), type=run.type, status=state.status)

    async def reconcile(self) -> None:
        """Read the states of all runs that have not ended, and end those whose process has fallen silent."""
        runs = await self._domain.oversight.live(ended_after=self._domain.clock() - WATCHED_AFTER_END)
        for meter in (self._silence, self._cancelling):
            meter.keep_only({run.id for run in runs})
        for start in range(0, len(runs), PAGE):
            await self._reconcile_page(runs[start : start + PAGE])

    async def _reconcile_page(self, runs: Sequence[WorkflowRun]) -> None:
        by_flow_run = {run.prefect_flow_run_id: run for run in runs}
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[key for key in by_flow_run if key]))
        async with prefect() as client:
            found = {flow_run.id: flow_run for flow_run in await client.read_flow_runs(flow_run_filter=wanted)}
            for flow_run_id, run in by_flow_run.items():
                flow_run = found.get(flow_run_id) if flow_run_id else None
                if flow_run is not None:
                    await self._reconcile_one(client, run, flow_run)
                elif not run.status.is_terminal:
                    gone = "Prefect no longer knows the flow run."
                    await self._record(run, RunState(RunStatus.CRASHED, self._domain.clock(), gone))

    async def _reconcile_one(self, client: PrefectClient, run: WorkflowRun, flow_run: FlowRun) -> None:
        state = flow_run.state
        if state is None:
            return
        await self._record(run, RunState(STATUS[state.type], state.timestamp, state.message, flow_run.run_count))
        silent_for = self._silence.silent_for(run.id, max(run.heartbeat_at or state.timestamp, state.timestamp))
        if state.type in {StateType.RUNNING, StateType.CANCELLING} and silent_for > self._longest_silence:
            log.warning("run.silent", run=str(run.id), seconds=silent_for.total_seconds())
            message = f"The process of the run has been silent for {silent_for.total_seconds():.0f} seconds."
            await client.set_flow_run_state(flow_run.id, Crashed(message=message))
        elif state.type is StateType.CANCELLING:
            await self._escalate(client, run, flow_run.id, self._cancelling.silent_for(run.id, state.timestamp))
        elif state.type is StateType.PENDING and silent_for > BEGINNING_FACTOR * self._longest_silence:
            log.warning("run.never_began", run=str(run.id), seconds=silent_for.total_seconds())
            message = "The worker that took the run never began it."
            await client.set_flow_run_state(flow_run.id, Crashed(message=message))

    async def _escalate(
        self, client: PrefectClient, run: WorkflowRun, flow_run_id: UUID, cancelling_for: timedelta
    ) -> None:
        """End a run whose process lives and does not end: it gives up when it hears that its run has ended."""
        if cancelling_for <= self._longest_cancelling:
            return
        seconds = cancelling_for.total_seconds()
        log.warning("run.cancel_escalated", run=str(run.id), seconds=seconds)
        message = f"The run had not ended {seconds:.0f} seconds after it was cancelled, so it was ended from outside."
        await client.set_flow_run_state(flow_run_id, Cancelled(message=message), force=True)
