"""What a configuration says about its times, Prefect does: on a real server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule
from prefect.flow_engine import run_flow_async
from prefect.server.schemas.schedules import CronSchedule as PlannedSchedule
from prefect.states import Scheduled

from api.orchestrator.launcher import Launcher
from api.orchestrator.names import START_CONFIGURATION
from api.orchestrator.schedules import ScheduleKeeper
from domain.bootstrap import Domain
from domain.cron import check_cron, next_time
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import WorkflowRun
from domain.runs.queries import RunFilter
from domain.settings import Settings
from domain.workflows.model import Schedule, WorkflowConfiguration
from flows.deploy import deploy
from flows.start_configuration import start_configuration
from tests.factories.assets import add_tables
from tests.factories.configurations import add_configuration
from tests.factories.connections import add_connection
from tests.fixtures.prefect import PrefectServer
from tests.waiting import eventually

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

POOL, RETENTION = "contract", "30 2 * * *"
NIGHTLY, WEEKLY = Schedule("15 3 * * 1-5", "Europe/Berlin"), Schedule("0 4 * * 0")
PLANNING_SECONDS = 90
"""Prefect looks for new schedules every few seconds, and plans all anew once a minute."""
HALF_PAST_TWO = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


@pytest.fixture
async def server(prefect_server: PrefectServer, domain: Domain) -> PrefectServer:
    """It has the deployments, and no schedule of an earlier test."""
    with prefect_server.used():
        await deploy(POOL, RETENTION)
        await ScheduleKeeper(domain).reconcile()
    return prefect_server


@pytest.fixture
async def card(domain: Domain, actor: Actor) -> Fqn:
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    return table


async def schedules() -> dict[str | None, DeploymentSchedule]:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(START_CONFIGURATION)
    return {schedule.slug: schedule for schedule in deployment.schedules}


def shown(wanted: Schedule) -> CronSchedule:
    return CronSchedule(cron=wanted.cron, timezone=wanted.time_zone)


async def test_a_schedule_appears_once_changes_and_goes(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    seen = []
    with server.used():
        for wanted in (NIGHTLY, NIGHTLY, WEEKLY, None, None):
            await Launcher().keep_schedule(made.id, wanted)
            seen.append(await schedules())

    first, again, changed, *gone = seen
    (appeared,) = first.values()
    assert (appeared.slug, appeared.schedule, appeared.active) == (str(made.id), shown(NIGHTLY), True)
    assert appeared.parameters == {"configuration_id": str(made.id)}
    assert again == first
    assert {slug: schedule.schedule for slug, schedule in changed.items()} == {str(made.id): shown(WEEKLY)}
    assert gone == [{}, {}]


async def test_a_schedule_that_was_paused_stays_so_and_a_new_deployment_keeps_it(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, schedule=WEEKLY)
    with server.used():
        await Launcher().keep_schedule(made.id, NIGHTLY)
        (appeared,) = (await schedules()).values()
        async with get_client() as client:
            assert appeared.deployment_id
            await client.update_deployment_schedule(appeared.deployment_id, appeared.id, active=False)
        await deploy(POOL, RETENTION)
        await Launcher().keep_schedule(made.id, WEEKLY)
        (kept,) = (await schedules()).values()

    assert (kept.id, kept.schedule, kept.active) == (appeared.id, shown(WEEKLY), False)


async def test_what_differs_is_mended_and_what_somebody_else_made_is_left_alone(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    lost, changed, disabled, deleted = [
        await add_configuration(domain, actor, card, name=name, schedule=NIGHTLY)
        for name in ("lost", "changed", "disabled", "deleted")
    ]
    await domain.configurations.update(actor, disabled.id, replace(disabled.setup, is_enabled=False), 1)
    await domain.configurations.delete(actor, deleted.id, 1)
    with server.used():
        for configuration in (changed, disabled, deleted):
            await Launcher().keep_schedule(configuration.id, WEEKLY)
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(START_CONFIGURATION)
            by_hand = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 0 1 1 *"), active=False)
            (foreign,) = await client.create_deployment_schedules(deployment.id, [by_hand])

            await ScheduleKeeper(domain).reconcile()

            found = await schedules()
            await client.delete_deployment_schedule(deployment.id, foreign.id)

    assert {slug: schedule.schedule for slug, schedule in found.items()} == {
        str(lost.id): shown(NIGHTLY),
        str(changed.id): shown(NIGHTLY),
        None: foreign.schedule,
    }


@pytest.fixture
def as_worker(database_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow run finds the settings in its environment."""
    monkeypatch.setenv("ASSAY_DATABASE_URL", database_settings.database_url())
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))


async def carry_out(configuration: WorkflowConfiguration, due_at: datetime) -> str | None:
    """What a worker does with a planned flow run, and what Prefect shows of it then."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(START_CONFIGURATION)
        flow_run = await client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"configuration_id": str(configuration.id)},
            state=Scheduled(scheduled_time=due_at),
        )
    given = start_configuration.validate_parameters(flow_run.parameters)
    ended = await run_flow_async(start_configuration, flow_run=flow_run, parameters=given, return_type="state")
    state = cast("State[None]", ended)
    assert state.is_completed()
    return state.message


async def runs_of(domain: Domain, actor: Actor, configuration: WorkflowConfiguration) -> list[WorkflowRun]:
    wanted = RunFilter(configuration_id=configuration.id)
    return [run for _, run in (await domain.read.runs.page(actor.tenant, None, wanted, PageRequest())).items]


@pytest.mark.usefixtures("as_worker")
async def test_the_scheduled_flow_starts_one_run_for_each_time_however_often_it_comes(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    with server.used():
        said = [await carry_out(made, at) for at in (HALF_PAST_TWO, HALF_PAST_TWO, HALF_PAST_TWO + timedelta(days=1))]

    second, first = await runs_of(domain, actor, made)
    assert said == [f"Asked for run {run.id}." for run in (first, first, second)]
    assert (first.requested_by, first.targets) == ("schedule", (card,))


@pytest.mark.usefixtures("as_worker")
async def test_a_flow_run_that_was_planned_before_its_configuration_went_starts_nothing(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    await domain.configurations.delete(actor, made.id, 1)

    with server.used():
        said = await carry_out(made, HALF_PAST_TWO)

    assert (said, await runs_of(domain, actor, made)) == ("Its schedule is not in force any more.", [])


def fields_of_cron(lowest: int, highest: int) -> st.SearchStrategy[str]:
    numbers = st.integers(lowest, highest)
    ranges = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.builds("{}/{}".format, st.just("*") | ranges, st.integers(1, 9))
    listed = st.lists(numbers.map(str) | ranges, min_size=1, max_size=3).map(",".join)
    return st.just("*") | listed | stepped


EXPRESSIONS = st.tuples(
    fields_of_cron(0, 59), fields_of_cron(0, 23), fields_of_cron(1, 28), fields_of_cron(1, 12), fields_of_cron(0, 7)
).map(" ".join)


@given(cron=EXPRESSIONS, after=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - it adds the zone
async def test_prefect_plans_the_time_that_is_told(cron: str, after: datetime) -> None:
    (planned,) = await PlannedSchedule(cron=check_cron(cron)).get_dates(1, after + timedelta(seconds=1))

    assert next_time(cron, "UTC", after) == planned


async def test_prefect_plans_the_flow_runs_of_a_schedule(
    server: PrefectServer, domain: Domain, actor: Actor, card: Fqn
) -> None:
    configuration = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    with server.used():
        await ScheduleKeeper(domain).reconcile()
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(START_CONFIGURATION)
            of_deployment = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))

            async def is_planned() -> bool:
                planned = await client.read_flow_runs(deployment_filter=of_deployment)
                return any(run.parameters == {"configuration_id": str(configuration.id)} for run in planned)

            await eventually(is_planned, PLANNING_SECONDS)
