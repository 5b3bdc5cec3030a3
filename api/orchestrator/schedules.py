"""Keeps one schedule in Prefect for each configuration that has one in force; Prefect's scheduler does the rest."""

import asyncio
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule

from api.orchestrator.client import prefect
from api.orchestrator.names import START_CONFIGURATION
from domain.bootstrap import Domain
from domain.errors import DomainError
from domain.workflows.model import ConfigurationId, Schedule

RECONCILE_SECONDS = 300.0
RETRY_SECONDS = 10.0

log = structlog.get_logger()


async def keep_schedule(configuration_id: ConfigurationId, wanted: Schedule | None) -> None:
    """The schedule that Prefect has for the configuration is the wanted one, or none; a second call changes nothing."""
    async with prefect() as client:
        deployment = await client.read_deployment_by_name(START_CONFIGURATION)
        slug = str(configuration_id)
        known = next((schedule for schedule in deployment.schedules if schedule.slug == slug), None)
        await _bring_about(client, deployment.id, slug, known, wanted)


class ScheduleKeeper:
    """Compares all schedules with Prefect's from time to time: it may have lost some, or somebody changed them."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    async def run(self) -> None:
        """Compare for ever; Prefect being away is waited for."""
        while True:
            try:
                await self.reconcile()
                pause = RECONCILE_SECONDS
            except DomainError as error:
                log.warning("schedules.not_reconciled", error=error.message)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    async def reconcile(self) -> None:
        """A change that comes in between is told by its own event, and seen the next time at the latest."""
        async with prefect() as client:
            deployment = await client.read_deployment_by_name(START_CONFIGURATION)
            known = {schedule.slug: schedule for schedule in deployment.schedules if schedule.slug}
            scheduled = await self._domain.configuration_oversight.scheduled()
            wanted = {str(configuration.id): configuration.schedule_in_force for configuration in scheduled}
            for slug in sorted(known.keys() | wanted.keys()):
                await _bring_about(client, deployment.id, slug, known.get(slug), wanted.get(slug))


async def _bring_about(
    client: PrefectClient, deployment_id: UUID, slug: str, known: DeploymentSchedule | None, wanted: Schedule | None
) -> None:
    """Whether a schedule is active is not said: who pauses it in Prefect's UI wants it to stay so."""
    if wanted is None:
        if known is not None:
            await client.delete_deployment_schedule(deployment_id, known.id)
        return
    schedule = CronSchedule(cron=wanted.cron, timezone=wanted.time_zone)
    if known is None:
        new = DeploymentScheduleCreate(schedule=schedule, slug=slug, parameters={"configuration_id": slug})
        await client.create_deployment_schedules(deployment_id, [new])
    elif known.schedule != schedule:  # never without need: Prefect then forgets what it planned, for all schedules
        await client.update_deployment_schedule(deployment_id, known.id, schedule=schedule)
