from uuid import UUID

from prefect import State, flow
from prefect.runtime import flow_run as flow_run_context
from prefect.states import Completed

from domain.access.model import system_actor
from domain.bootstrap import Domain
from domain.runs.model import WorkflowRun
from domain.workflows.model import ConfigurationId
from flows.runtime import open_upkeep, patiently


@flow(name="start-configuration")
async def start_configuration(configuration_id: UUID) -> State[None]:
    """What a schedule starts: it asks for the run that was set up, once for the time at which this is due."""
    async with open_upkeep() as (domain, _settings):
        run = await patiently(lambda: _start(domain, ConfigurationId(configuration_id)))
    return Completed(message=f"Asked for run {run.id}." if run else "Its schedule is not in force any more.")


async def _start(domain: Domain, configuration_id: ConfigurationId) -> WorkflowRun | None:
    configuration = await domain.configuration_oversight.find(configuration_id)
    if configuration is None:
        return None
    actor = system_actor(configuration.tenant, "schedule")
    return await domain.starts.start_due(actor, configuration_id, flow_run_context.scheduled_start_time)
