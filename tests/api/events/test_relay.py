"""What has to follow an event follows once, as soon as it can."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.events import relay as relay_module
from api.events.relay import Relay
from domain.bootstrap import Domain, open_domain
from domain.errors import Conflict, Unavailable
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import ApprovalStatus, RunStatus, RunType, WorkflowRun
from domain.settings import RunSettings, Settings
from tests.background import beside
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import complete, request_run
from tests.fakes.orchestrator import FakeOrchestrator
from tests.waiting import eventually

pytestmark = pytest.mark.db

AWAY = Unavailable("Prefect cannot be reached (ConnectError).")


@pytest.fixture
def orchestrator() -> FakeOrchestrator:
    return FakeOrchestrator()


@pytest.fixture
async def relay(domain: Domain, orchestrator: FakeOrchestrator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 0.05)
    async with beside(Relay(domain, orchestrator).run()):
        yield


@pytest.fixture
async def card(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> Fqn:
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    await sql.execute("UPDATE workflow_run SET status = 'COMPLETED', waiting_since = NULL")  # what found it has gone
    return table


async def profiling(domain: Domain, actor: Actor, card: Fqn, *, save_all: bool = False) -> WorkflowRun:
    return await request_run(domain, actor, RunType.PROFILING, card, save_all=save_all)


async def launched(domain: Domain, actor: Actor, run: WorkflowRun) -> WorkflowRun:
    """The run, once it is known under which flow run it goes."""

    async def has_flow_run() -> bool:
        return (await domain.read.runs.get(actor.tenant, run.id)).prefect_flow_run_id is not None

    await eventually(has_flow_run)
    return await domain.read.runs.get(actor.tenant, run.id)


async def all_is_done(sql: asyncpg.Connection) -> None:
    async def nothing_is_due() -> bool:
        left = await sql.fetchval("SELECT count(*) FROM domain_event WHERE due_at IS NOT NULL OR sequence IS NULL")
        return bool(left == 0)

    await eventually(nothing_is_due)


async def test_a_requested_run_is_started_and_knows_its_flow_run(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    run = await launched(domain, actor, await profiling(domain, actor, card))

    assert run.status is RunStatus.PENDING
    assert run.prefect_flow_run_id == orchestrator.flow_runs[run.id]


async def test_a_run_waits_while_prefect_is_away_and_starts_once_when_it_is_back(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    orchestrator.trouble = AWAY
    run = await profiling(domain, actor, card)

    async def asked_in_vain() -> bool:
        return orchestrator.asked[run.id] >= 1

    await eventually(asked_in_vain)
    waiting = await domain.read.runs.get(actor.tenant, run.id)
    assert (waiting.status, waiting.prefect_flow_run_id) == (RunStatus.PENDING, None)

    orchestrator.trouble = None
    started = await launched(domain, actor, run)
    await all_is_done(sql)

    assert started.prefect_flow_run_id == orchestrator.flow_runs[run.id]


async def test_a_refusal_for_good_fails_the_run_with_its_reason(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    orchestrator.trouble = Conflict("Prefect refuses the run (HTTP 422).")
    run = await profiling(domain, actor, card)

    async def failed() -> bool:
        return (await domain.read.runs.get(actor.tenant, run.id)).status is RunStatus.FAILED

    await eventually(failed)
    assert (await domain.read.runs.get(actor.tenant, run.id)).error_message == "Prefect refuses the run (HTTP 422)."


async def test_a_run_that_was_refused_can_be_tried_again(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    orchestrator.trouble = Conflict("Prefect refuses the run (HTTP 422).")
    run = await profiling(domain, actor, card)

    async def failed() -> bool:
        return (await domain.read.runs.get(actor.tenant, run.id)).status is RunStatus.FAILED

    await eventually(failed)
    orchestrator.trouble = None

    await domain.runs.retry(actor, run.id)

    assert (await launched(domain, actor, run)).prefect_flow_run_id == orchestrator.flow_runs[run.id]


async def test_a_launch_that_was_not_noted_is_found_again(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    """The server died between the two: the second try finds the first one's flow run."""
    earlier = {}
    orchestrator.trouble = AWAY
    run = await profiling(domain, actor, card)
    orchestrator.trouble = None
    earlier[run.id] = await orchestrator.start(run, tables=1)

    assert (await launched(domain, actor, run)).prefect_flow_run_id == earlier[run.id]


async def test_a_cancellation_waits_for_the_launch_and_reaches_the_flow_run(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    run = await launched(domain, actor, await profiling(domain, actor, card))

    await domain.runs.cancel(actor, run.id)

    async def cancelled() -> bool:
        return orchestrator.cancelled == [run.prefect_flow_run_id]

    await eventually(cancelled)


async def test_a_retry_reaches_the_flow_run(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator
) -> None:
    run = await launched(domain, actor, await profiling(domain, actor, card))
    await complete(domain, actor, run.id)

    await domain.runs.retry(actor, run.id)

    async def retried() -> bool:
        return orchestrator.retried == [run.prefect_flow_run_id]

    await eventually(retried)


async def test_a_retry_of_a_run_that_has_ended_again_meanwhile_is_not_carried_out(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    """The relay died after it had carried the wish out, and before it said so."""
    async with beside(Relay(domain, orchestrator).run()):
        run = await launched(domain, actor, await profiling(domain, actor, card))
        await complete(domain, actor, run.id)
        await domain.runs.retry(actor, run.id)
        await all_is_done(sql)
        await complete(domain, actor, run.id)
        await sql.execute("UPDATE domain_event SET due_at = now() WHERE type = 'run.admitted'")
        await all_is_done(sql)

    assert orchestrator.retried == [run.prefect_flow_run_id]


async def test_runs_over_the_limit_start_one_after_the_other_and_none_is_lost_when_the_relay_is(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    runs = [await profiling(domain, actor, card) for _ in range(6)]

    started = []
    for _ in range(3):
        async with beside(Relay(domain, orchestrator).run()):  # a new one each time
            await all_is_done(sql)
        started.append(len(orchestrator.flow_runs))
        for run in runs[: started[-1]]:
            await complete(domain, actor, run.id)

    assert started == [2, 4, 6]
    assert [orchestrator.asked[run.id] for run in runs] == [1] * 6


async def test_a_run_with_save_all_is_saved_when_it_completes(
    relay: None, domain: Domain, actor: Actor, card: Fqn
) -> None:
    run = await launched(domain, actor, await profiling(domain, actor, card, save_all=True))
    await complete(domain, actor, run.id)

    async def approved() -> bool:
        approval = (await domain.read.runs.approvals(actor.tenant, [run.id]))[run.id]
        return approval.status is ApprovalStatus.APPROVED and approval.auto_saved

    await eventually(approved)


async def test_a_run_that_was_rejected_meanwhile_is_not_saved(
    domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    run = await profiling(domain, actor, card, save_all=True)
    await complete(domain, actor, run.id)
    await domain.approvals.reject(actor, run.id)

    async with beside(Relay(domain, orchestrator).run()):
        await all_is_done(sql)

    approval = (await domain.read.runs.approvals(actor.tenant, [run.id]))[run.id]
    assert approval.status is ApprovalStatus.REJECTED


async def ingestions(sql: asyncpg.Connection) -> int:
    return int(await sql.fetchval("SELECT count(*) FROM workflow_run WHERE type = 'service-ingestion'"))


async def test_an_asset_created_by_a_user_starts_one_ingestion_of_all_schemas(
    relay: None, domain: Domain, actor: Actor, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    await add_connection(domain, actor)
    long_id = "e" * 200

    await domain.assets.register(actor, "bank", Fqn.parse("bank.main"), long_id)
    await all_is_done(sql)

    assert await ingestions(sql) == 1
    assert len(orchestrator.flow_runs) == 1
    assert await sql.fetchval("SELECT parameters = '{}' AND targets = '{}' FROM workflow_run")


async def test_the_same_event_id_starts_no_second_ingestion(
    relay: None, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await add_connection(domain, actor)

    registered = [await domain.assets.register(actor, "bank", Fqn.of("bank"), "event-1") for _ in range(3)]
    await all_is_done(sql)

    assert [one.is_new for one in registered] == [True, False, False]
    assert await ingestions(sql) == 1


async def test_a_reaction_that_was_carried_out_twice_starts_one_ingestion(
    domain: Domain, actor: Actor, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    """The relay died after the reaction and before it said so."""
    await add_connection(domain, actor)
    await domain.assets.register(actor, "bank", Fqn.of("bank"), "event-1")
    async with beside(Relay(domain, orchestrator).run()):
        await all_is_done(sql)
        await sql.execute("UPDATE domain_event SET due_at = now() WHERE type = 'asset.created'")
        await all_is_done(sql)

    assert await ingestions(sql) == 1


async def test_an_ingestion_of_a_deleted_connection_is_dropped_and_others_go_on(
    domain: Domain, actor: Actor, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    gone = await add_connection(domain, actor, "gone")
    await add_connection(domain, actor)
    await domain.assets.register(actor, "gone", Fqn.of("gone"), "event-1")
    await domain.assets.register(actor, "bank", Fqn.of("bank"), "event-2")
    await domain.connections.delete(actor, gone.id, gone.version)

    async with beside(Relay(domain, orchestrator).run()):
        await all_is_done(sql)

    assert await ingestions(sql) == 1


async def test_a_refused_cancellation_is_dropped_and_the_relay_goes_on(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    run = await launched(domain, actor, await profiling(domain, actor, card))
    orchestrator.trouble = Conflict("Prefect refuses the run (HTTP 409).")
    await domain.runs.cancel(actor, run.id)
    await all_is_done(sql)
    orchestrator.trouble = None

    other = await launched(domain, actor, await profiling(domain, actor, card))

    assert other.id in orchestrator.flow_runs


async def test_a_reaction_that_breaks_is_tried_again_and_does_not_stop_the_others(
    relay: None, domain: Domain, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    orchestrator.trouble = ValueError("a defect")
    run = await profiling(domain, actor, card)

    async def broke() -> bool:
        return bool(await sql.fetchval("SELECT count(*) FROM domain_event WHERE last_error = 'ValueError'"))

    await eventually(broke)
    orchestrator.trouble = None

    assert (await launched(domain, actor, run)).id in orchestrator.flow_runs


async def test_two_relays_at_once_start_each_run_once(
    database_settings: Settings, actor: Actor, card: Fqn, orchestrator: FakeOrchestrator, sql: asyncpg.Connection
) -> None:
    unlimited = database_settings.model_copy(update={"runs": RunSettings(max_per_connection=None)})
    async with open_domain(unlimited) as domain:
        runs = [await profiling(domain, actor, card) for _ in range(20)]

        async with beside(Relay(domain, orchestrator).run(), Relay(domain, orchestrator).run()):
            await all_is_done(sql)

    assert [orchestrator.asked[run.id] for run in runs] == [1] * 20


async def test_audit_events_are_sealed_without_being_asked_for(
    relay: None, domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    async def all_are_sealed() -> bool:
        return bool(await sql.fetchval("SELECT count(*) = count(sequence) FROM audit_event"))

    await profiling(domain, actor, card)
    await eventually(all_are_sealed)

    found = await domain.verification.verify({})
    assert found.is_whole
    assert [chain.head.sequence for chain in found.chains] == [await sql.fetchval("SELECT count(*) FROM audit_event")]
