"""Numbers committed events, seals audit events, and carries out what has to follow: once, and until it succeeds."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import structlog

from api.events.triggered import start_after_announcement, start_after_run
from domain.access.model import system_actor
from domain.bootstrap import Domain
from domain.connections.model import ConnectionId
from domain.errors import Conflict, DomainError, Unavailable
from domain.events import Claimed, CommittedEvent
from domain.identity import Actor
from domain.reactions import (
    CancelRun,
    FillPlaces,
    FollowIngestion,
    FollowSave,
    IngestConnection,
    KeepSchedule,
    Reaction,
    RetryRun,
    SaveRun,
    StartRun,
    reaction_to,
)
from domain.runs.model import RunId, RunRequest, RunState, RunStatus, RunType, WorkflowRun
from domain.triggers import Trigger
from domain.workflows.model import ConfigurationId, Schedule

WIDTH = 4
"""Reactions in hand at once, so that one that hangs does not hold up the others."""
POLL_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""A run at work commits many events a second; those of so long are numbered, told and handed out together."""
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger()


class Orchestrator(Protocol):
    """What the relay needs from the workflow engine. Each call may come twice and then changes nothing."""

    async def start(self, run: WorkflowRun, tables: int) -> UUID:
        """Start the run, which is about so many tables; the id of its flow run.

        `Conflict`: it can never start; `Unavailable`: not now.
        """

    async def cancel(self, flow_run_id: UUID) -> None: ...

    async def retry(self, flow_run_id: UUID, after_seconds: int) -> None: ...

    async def keep_schedule(self, configuration_id: ConfigurationId, wanted: Schedule | None) -> None:
        """Start the configuration by this schedule from now on; None: by none."""


class Relay:
    def __init__(self, domain: Domain, orchestrator: Orchestrator) -> None:
        self._domain = domain
        self._orchestrator = orchestrator
        self._due = asyncio.Event()
        self._in_hand = 0
        self._schedules = asyncio.Lock()

    async def run(self) -> None:
        """Work for ever; a lost database is waited for."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever(self._number))
            group.create_task(self._forever(self._seal))
            group.create_task(self._forever(partial(self._hand_out, group)))

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        pause = 0.1
        while True:
            try:
                await work()
                pause = 0.1
            except (Unavailable, OSError) as error:
                log.warning("relay.waiting", error=type(error).__name__, pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _number(self) -> None:
        async with self._domain.written.listening():
            while True:
                if await self._domain.delivery.number():
                    self._due.set()
                    await asyncio.sleep(GATHER_SECONDS)  # afterwards, so that a single event never waits
                await self._domain.written.wait()

    async def _seal(self) -> None:
        """Beside the numbering, for which subscribers wait; for this nobody does."""
        while True:
            if not await self._domain.sealing.seal():
                await asyncio.sleep(POLL_SECONDS)

    async def _hand_out(self, group: asyncio.TaskGroup) -> None:
        free = WIDTH - self._in_hand
        for claimed in await self._domain.delivery.claim(free) if free else ():
            self._in_hand += 1
            group.create_task(self._react(claimed))
        await self._wait_until_due()

    async def _react(self, claimed: Claimed) -> None:
        try:
            await self._settle(claimed)
        except (Unavailable, OSError) as error:  # it is handed out again when its lease is over
            log.warning("reaction.unsettled", type=claimed.committed.event.name, error=type(error).__name__)
        finally:
            self._in_hand -= 1
            self._due.set()

    async def _settle(self, claimed: Claimed) -> None:
        committed = claimed.committed
        reaction = reaction_to(committed.event)
        try:
            if reaction is not None:
                await self._carry_out(committed, reaction)
            await self._domain.delivery.finish(committed.id)
        except (Unavailable, OSError) as error:
            due_at = await self._domain.delivery.postpone(claimed, str(error))
            log.warning("reaction.postponed", reaction=repr(reaction), error=str(error), due_at=due_at.isoformat())
        except DomainError as refusal:
            await self._domain.delivery.finish(committed.id)
            log.warning("reaction.refused", reaction=repr(reaction), reason=refusal.message)
        except Exception as error:
            # One event that nobody can react to must not stop the reactions to all others, here and after a restart.
            due_at = await self._domain.delivery.postpone(claimed, type(error).__name__)
            log.exception("reaction.broke", reaction=repr(reaction), due_at=due_at.isoformat())

    async def _wait_until_due(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):  # Python 3.11's wait_for can swallow a cancellation
                await self._due.wait()
        except TimeoutError:
            return
        finally:
            self._due.clear()

    async def _carry_out(self, committed: CommittedEvent, reaction: Reaction) -> None:
        actor = system_actor(committed.tenant, "relay")
        match reaction:
            case FillPlaces(run_id):
                await self._domain.places.fill(actor, RunId(run_id))
            case StartRun(run_id):
                await self._start(actor, RunId(run_id))
            case CancelRun(run_id):
                await self._cancel(actor, RunId(run_id))
            case RetryRun(run_id, after_seconds):
                await self._retry(actor, RunId(run_id), after_seconds)
            case SaveRun(run_id):
                await self._domain.places.fill(actor, RunId(run_id))
                await self._save(actor, RunId(run_id))
            case IngestConnection(connection_id, event_id):
                await self._ingest(actor, ConnectionId(connection_id), event_id)
                await start_after_announcement(self._domain, actor, committed.id, ConnectionId(connection_id))
            case FollowIngestion(run_id):
                await self._domain.places.fill(actor, RunId(run_id))
                await start_after_run(self._domain, actor, committed.id, Trigger.CONNECTION_INGESTED, RunId(run_id))
            case FollowSave(run_id):
                await start_after_run(self._domain, actor, committed.id, Trigger.RUN_SAVED, RunId(run_id))
            case KeepSchedule(configuration_id):
                await self._keep_schedule(ConfigurationId(configuration_id))

    async def _start(self, actor: Actor, run_id: RunId) -> None:
        run = await self._domain.read.runs.get(actor.tenant, run_id)
        if run.prefect_flow_run_id is not None:
            return
        tables = await self._domain.read.assets.count_tables(actor.tenant, run.targets)
        try:
            flow_run_id = await self._orchestrator.start(run, tables)
        except Conflict as refusal:
            state = RunState(RunStatus.FAILED, self._domain.clock(), refusal.message)
            await self._domain.runs.record_state(actor, run_id, state)
            return
        await self._domain.runs.record_launch(actor, run_id, flow_run_id)

    async def _retry(self, actor: Actor, run_id: RunId, after_seconds: int) -> None:
        run = await self._domain.read.runs.get(actor.tenant, run_id)
        if run.prefect_flow_run_id is not None and run.status is RunStatus.PENDING:  # it may have ended again since
            await self._orchestrator.retry(run.prefect_flow_run_id, after_seconds)

    async def _cancel(self, actor: Actor, run_id: RunId) -> None:
        run = await self._domain.read.runs.get(actor.tenant, run_id)
        if run.prefect_flow_run_id is not None:
            await self._orchestrator.cancel(run.prefect_flow_run_id)
        elif not run.status.is_terminal:  # Prefect may have refused it for good before the wish to cancel was heard
            raise Unavailable(f"Run {run_id} has not been handed to Prefect yet.")

    async def _save(self, actor: Actor, run_id: RunId) -> None:
        try:
            await self._domain.approvals.approve(actor, run_id, auto_saved=True)
        except Conflict as refusal:
            log.info("run.not_saved", run=str(run_id), reason=refusal.message)

    async def _ingest(self, actor: Actor, connection_id: ConnectionId, event_id: str) -> None:
        connection = await self._domain.read.connections.get(actor.tenant, connection_id)
        request = RunRequest(RunType.SERVICE_INGESTION, connection.name, idempotency_key=_key_of(event_id))
        await self._domain.runs.request(actor, request)

    async def _keep_schedule(self, configuration_id: ConfigurationId) -> None:
        async with self._schedules:  # else, of two changes, the older could reach Prefect last
            configuration = await self._domain.configuration_oversight.find(configuration_id)
            wanted = configuration.schedule_in_force if configuration else None
            await self._orchestrator.keep_schedule(configuration_id, wanted)


def _key_of(event_id: str) -> str:
    """Of bounded length, whatever the length of the event's id."""
    return f"asset.created:{sha256(event_id.encode()).hexdigest()}"
