"""Starting what was set up: because a person, a schedule or an event asks for it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from domain.access.model import require
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.identity import Actor, Permission
from domain.runs.model import Origin, RunId, WorkflowRun
from domain.runs.repository import RunRepository
from domain.runs.requesting import request_run
from domain.workflows.model import ConfigurationId, WorkflowConfiguration
from domain.workflows.repository import ConfigurationRepository


class StartService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def start(
        self, actor: Actor, configuration_id: ConfigurationId, idempotency_key: str | None = None
    ) -> WorkflowRun:
        """Because a person asks for it, also one that is not enabled. The same key, the same run."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            configuration = await ConfigurationRepository(uow).get(configuration_id)
            return await _start(uow, configuration, idempotency_key)

    async def start_due(
        self, actor: Actor, configuration_id: ConfigurationId, scheduled_at: datetime
    ) -> WorkflowRun | None:
        """Because its time has come: once for each time. None when its schedule is not in force any more."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            configuration = await ConfigurationRepository(uow).find(configuration_id)
            if configuration is None or configuration.schedule_in_force is None:
                return None
            moment = scheduled_at.astimezone(UTC).isoformat()
            return await _start(uow, configuration, f"schedule:{configuration_id}:{moment}")

    async def start_triggered(
        self, actor: Actor, configuration_id: ConfigurationId, event_id: UUID, cause: RunId | None
    ) -> WorkflowRun:
        """Because an event came that it waits for, which the run `cause` brought about: once for each event."""
        require(actor, Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            configuration = await ConfigurationRepository(uow).get(configuration_id)
            key = f"event:{event_id}:{configuration_id}"
            led_by = (await RunRepository(uow).get(cause)).led_by if cause else ()
            return await _start(uow, configuration, key, led_by)


async def _start(
    uow: UnitOfWork, configuration: WorkflowConfiguration, key: str | None, led_by: tuple[UUID, ...] = ()
) -> WorkflowRun:
    request = replace(configuration.setup.work, idempotency_key=key)
    origin = Origin(configuration_id=configuration.id, led_by=(*led_by, configuration.id))
    return await request_run(uow, request, origin)
