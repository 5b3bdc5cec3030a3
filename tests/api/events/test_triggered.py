"""An event starts the configurations that wait for it, once, and never those that led to it."""

import asyncpg
import pytest

from api.events.relay import Relay
from domain.bootstrap import Domain
from domain.errors import Unavailable
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunId, RunStatus, RunType, WorkflowRun
from domain.runs.queries import RunFilter
from domain.triggers import Trigger
from domain.workflows.model import Schedule, WorkflowConfiguration
from tests.background import beside
from tests.factories.assets import add_tables
from tests.factories.configurations import add_configuration
from tests.factories.connections import add_connection
from tests.factories.runs import complete, report, request_run
from tests.fakes.orchestrator import FakeOrchestrator
from tests.waiting import eventually

pytestmark = pytest.mark.db

INGESTED, SAVED, ANNOUNCED = (
    frozenset({trigger}) for trigger in (Trigger.CONNECTION_INGESTED, Trigger.RUN_SAVED, Trigger.ASSET_CREATED)
)
NIGHTLY = Schedule("30 2 * * *", "Europe/Berlin")


@pytest.fixture
def orchestrator() -> FakeOrchestrator:
    return FakeOrchestrator()


@pytest.fixture
async def card(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> Fqn:
    """A table in the catalogue; what put it there has happened, and nobody reacts to it any more."""
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    await sql.execute("UPDATE workflow_run SET status = 'COMPLETED', waiting_since = NULL")
    await sql.execute("UPDATE domain_event SET due_at = NULL")
    return table


async def react(domain: Domain, orchestrator: FakeOrchestrator, sql: asyncpg.Connection) -> None:
    """Until all that follows from what happened so far has been done."""

    async def nothing_is_due() -> bool:
        left = "SELECT count(*) FROM domain_event WHERE due_at IS NOT NULL OR sequence IS NULL"
        return bool(await sql.fetchval(left) == 0)

    async with beside(Relay(domain, orchestrator).run()):
        await eventually(nothing_is_due)


async def started(domain: Domain, actor: Actor, configuration: WorkflowConfiguration) -> list[WorkflowRun]:
    """Its runs, the newest first."""
    wanted = RunFilter(configuration_id=configuration.id)
    page = await domain.read.runs.page(actor.tenant, None, wanted, PageRequest())
    return [run for _, run in page.items]


async def ingest(domain: Domain, actor: Actor) -> RunId:
    run = await request_run(domain, actor, RunType.SERVICE_INGESTION)
    await complete(domain, actor, run.id)
    return run.id


async def save(domain: Domain, actor: Actor, run_id: RunId) -> None:
    await complete(domain, actor, run_id)
    await domain.approvals.approve(actor, run_id)


async def test_a_completed_ingestion_starts_what_waits_for_it_once_however_often_it_is_told(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, triggers=INGESTED)
    await ingest(domain, actor)
    await react(domain, orchestrator, sql)

    await sql.execute("UPDATE domain_event SET due_at = now() WHERE type = 'run.state_changed'")
    await react(domain, orchestrator, sql)

    (run,) = await started(domain, actor, made)
    assert (run.type, run.targets, run.requested_by) == (RunType.PROFILING, (card,), "relay")
    assert run.id in orchestrator.flow_runs


async def test_each_ingestion_starts_it_anew_and_one_that_failed_does_not(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, run_type=RunType.METADATA_ASSESSMENT, triggers=INGESTED)
    failed = await request_run(domain, actor, RunType.SERVICE_INGESTION)
    await report(domain, actor, failed.id, RunStatus.FAILED, domain.clock())
    for _ in range(2):
        await ingest(domain, actor)

    await react(domain, orchestrator, sql)

    assert len(await started(domain, actor, made)) == 2


async def test_a_save_and_an_announcement_start_what_waits_for_them_at_their_connection(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    await add_connection(domain, actor, "shop")
    on_save = await add_configuration(
        domain, actor, card, name="assess", run_type=RunType.DQ_ASSESSMENT, triggers=SAVED
    )
    on_announcement = await add_configuration(
        domain, actor, name="check", run_type=RunType.CONNECTION_CHECK, triggers=ANNOUNCED
    )
    await save(domain, actor, (await request_run(domain, actor, RunType.PROFILING, card)).id)
    await domain.assets.register(actor, "bank", Fqn.of("bank"), "event-1")
    await domain.assets.register(actor, "shop", Fqn.of("shop"), "event-2")

    await react(domain, orchestrator, sql)

    assert [run.type for run in await started(domain, actor, on_save)] == [RunType.DQ_ASSESSMENT]
    assert [run.type for run in await started(domain, actor, on_announcement)] == [RunType.CONNECTION_CHECK]


async def test_configurations_that_start_each_other_come_to_an_end(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    one, two = [
        await add_configuration(domain, actor, card, name=name, save_all=True, triggers=SAVED)
        for name in ("one", "two")
    ]
    first = await domain.starts.start(actor, one.id)
    await complete(domain, actor, first.id)
    await react(domain, orchestrator, sql)  # it is saved, and two starts
    (second,) = await started(domain, actor, two)
    await complete(domain, actor, second.id)

    await react(domain, orchestrator, sql)  # it is saved, and one does not start again

    assert second.led_by == (one.id, two.id)
    assert [[run.id for run in await started(domain, actor, made)] for made in (one, two)] == [[first.id], [second.id]]
    approvals = await domain.read.runs.approvals(actor.tenant, [first.id, second.id])
    assert [approvals[run_id].auto_saved for run_id in (first.id, second.id)] == [True, True]


async def test_one_that_cannot_start_does_not_hold_up_the_others(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    branch, _ = await add_tables(domain, actor, "branch", "card")
    broken = await add_configuration(domain, actor, branch, name="a", triggers=INGESTED)
    sound = await add_configuration(domain, actor, card, name="b", triggers=INGESTED)
    await sql.execute("UPDATE asset SET deleted_at = now() WHERE fqn = $1", str(branch))
    await ingest(domain, actor)

    await react(domain, orchestrator, sql)

    assert (len(await started(domain, actor, broken)), len(await started(domain, actor, sound))) == (0, 1)


async def test_a_schedule_reaches_prefect_changes_there_and_goes(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    idle = await add_configuration(domain, actor, card, name="idle", schedule=NIGHTLY, is_enabled=False)
    await react(domain, orchestrator, sql)
    kept = dict(orchestrator.schedules)

    await domain.configurations.delete(actor, made.id, 1)
    await react(domain, orchestrator, sql)

    assert kept == {made.id: NIGHTLY, idle.id: None}
    assert orchestrator.schedules == {made.id: None, idle.id: None}


async def test_a_schedule_waits_until_prefect_is_back(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    orchestrator.trouble = Unavailable("Prefect cannot be reached (ConnectError).")
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)

    async def tried_in_vain() -> bool:
        tries = "SELECT attempts FROM domain_event WHERE type = 'configuration.changed' AND last_error IS NOT NULL"
        return bool(await sql.fetchval(tries))

    async with beside(Relay(domain, orchestrator).run()):
        await eventually(tried_in_vain)
        orchestrator.trouble = None

        async def is_kept() -> bool:
            return orchestrator.schedules.get(made.id) == NIGHTLY

        await eventually(is_kept)
