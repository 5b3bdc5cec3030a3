"""What the server sends when it starts a run is what the flow of that run takes."""

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule

from api.orchestrator.launcher import Launcher
from api.orchestrator.names import START_CONFIGURATION, deployment_of
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import RunType
from domain.tracing import span
from domain.workflows.model import DEFINITIONS
from flows.apply_retention import apply_retention
from flows.deploy import DEPLOYMENT, FLOWS, deploy
from flows.start_configuration import start_configuration
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run
from tests.fixtures.prefect import PrefectServer
from tests.traces import TRACEPARENT

NIGHTLY = "30 2 * * *"
WITHOUT_TARGETS = {RunType.SERVICE_INGESTION, RunType.CONNECTION_CHECK}


def test_every_type_of_run_has_a_flow_and_every_flow_a_type() -> None:
    assert {definition.flow for definition in DEFINITIONS.values()} == set(FLOWS)


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_flow_takes_the_id_of_its_run_and_nothing_else(name: str) -> None:
    parameters = FLOWS[name].parameters

    assert (list(parameters.properties), parameters.required) == (["run_id"], ["run_id"])


def test_what_a_schedule_starts_takes_the_id_of_a_configuration_and_nothing_else() -> None:
    parameters = start_configuration.parameters

    assert (list(parameters.properties), parameters.required) == (["configuration_id"], ["configuration_id"])
    assert f"{start_configuration.name}/{DEPLOYMENT}" == START_CONFIGURATION


@pytest.fixture
async def deployed(prefect_server: PrefectServer) -> PrefectServer:
    with prefect_server.used():
        await deploy("contract", NIGHTLY)
    return prefect_server


@pytest.mark.prefect
async def test_retention_is_applied_on_its_schedule_and_takes_no_parameter(deployed: PrefectServer) -> None:
    with deployed.used():
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(f"{apply_retention.name}/{DEPLOYMENT}")

    (schedule,) = deployment.schedules
    assert (schedule.active, schedule.schedule) == (True, CronSchedule(cron=NIGHTLY, timezone="UTC"))
    assert (deployment.parameter_openapi_schema or {}).get("properties") == {}


@pytest.mark.prefect
async def test_a_schedule_that_was_paused_stays_so_and_follows_the_settings(deployed: PrefectServer) -> None:
    with deployed.used():
        async with get_client() as client:
            name = f"{apply_retention.name}/{DEPLOYMENT}"
            deployment = await client.read_deployment_by_name(name)
            await client.update_deployment_schedule(deployment.id, deployment.schedules[0].id, active=False)
            await deploy("contract", "0 5 * * 1")
            (schedule,) = (await client.read_deployment_by_name(name)).schedules
            await client.update_deployment_schedule(deployment.id, schedule.id, active=True)

    assert (schedule.active, schedule.schedule) == (False, CronSchedule(cron="0 5 * * 1", timezone="UTC"))


@pytest.mark.db
@pytest.mark.prefect
async def test_the_launcher_sends_what_the_flow_takes_and_starts_nothing_twice(
    deployed: PrefectServer, domain: Domain, actor: Actor
) -> None:
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")
    for run_type in RunType:
        with span("request", TRACEPARENT):
            run = await request_run(domain, actor, run_type, *(() if run_type in WITHOUT_TARGETS else (PUBLIC,)))

        with deployed.used():
            first, second = await Launcher().start(run, 1), await Launcher().start(run, 1)
            async with get_client() as client:
                flow_run = await client.read_flow_run(first)
                deployment = await client.read_deployment_by_name(deployment_of(run_type))

        assert (first, flow_run.deployment_id) == (second, deployment.id)
        assert flow_run.parameters == {"run_id": str(run.id)}
        assert flow_run.labels["__OTEL_TRACEPARENT"] == TRACEPARENT
        assert FLOWS[DEFINITIONS[run_type].flow].validate_parameters(flow_run.parameters) == {"run_id": run.id}
