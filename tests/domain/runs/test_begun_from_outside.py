"""A retry in Prefect's own UI begins a run past the queue at its source: the run has to wait there all the same."""

from datetime import timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunId, RunState, RunStatus, RunType, WorkflowRun
from domain.runs.queries import RunFilter
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import complete, report, request_run
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db


@pytest.fixture
async def domain(timed_domain: Domain) -> Domain:
    """At most two runs a connection, which is the default."""
    return timed_domain


@pytest.fixture
async def ended(domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection) -> RunId:
    """A run that has failed, whose place two others have taken; a fourth one waits."""
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")
    await sql.execute("DELETE FROM workflow_run")
    run_id = await asked(domain, actor)
    await domain.runs.record_launch(actor, run_id, run_id)
    failed = RunState(RunStatus.FAILED, clock.advance(seconds=1), None, times_begun=1)
    await domain.runs.record_state(actor, run_id, failed)
    for _ in range(3):
        clock.advance(seconds=1)
        await asked(domain, actor)
    clock.advance(seconds=1)
    return run_id


async def asked(domain: Domain, actor: Actor) -> RunId:
    run = await request_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.places.fill(actor, run.id)
    return run.id


async def known(domain: Domain, actor: Actor, run_id: RunId) -> WorkflowRun:
    return await domain.read.runs.get(actor.tenant, run_id)


@pytest.mark.parametrize("told_first", [RunStatus.PENDING, RunStatus.RUNNING])
async def test_it_waits_behind_those_who_came_before_and_says_so(
    domain: Domain, actor: Actor, ended: RunId, clock: HandClock, told_first: RunStatus
) -> None:
    await report(domain, actor, ended, told_first, clock())
    await domain.places.fill(actor, ended)

    run = await known(domain, actor, ended)
    assert (run.status, run.waiting_since, run.is_admitted) == (RunStatus.PENDING, clock(), False)
    lines = (await domain.read.runs.log_lines(actor.tenant, ended, PageRequest())).items
    assert [line.message for _, line in lines] == [
        "Waits for a place at bank: runs.max_per_connection is 2. Ahead of it wait 1.",
    ]


async def test_that_its_process_runs_is_believed_only_when_it_has_a_place(
    domain: Domain, actor: Actor, ended: RunId, clock: HandClock
) -> None:
    running = clock() + timedelta(seconds=1)
    await report(domain, actor, ended, RunStatus.PENDING, clock())
    assert not await report(domain, actor, ended, RunStatus.RUNNING, running)

    for _, run in (await domain.read.runs.page(actor.tenant, None, RunFilter(), PageRequest())).items:
        if run.id != ended:
            await complete(domain, actor, run.id)
    await domain.places.fill(actor, ended)

    assert (await known(domain, actor, ended)).is_admitted
    assert await report(domain, actor, ended, RunStatus.RUNNING, running)
    assert (await known(domain, actor, ended)).status is RunStatus.RUNNING


async def test_the_end_of_the_process_that_waits_is_the_end_of_the_run(
    domain: Domain, actor: Actor, ended: RunId, clock: HandClock
) -> None:
    await report(domain, actor, ended, RunStatus.PENDING, clock())
    late = RunState(RunStatus.CRASHED, clock.advance(seconds=1), "of the first try", times_begun=1)
    assert not await domain.runs.record_state(actor, ended, late)

    cancelled = RunState(RunStatus.CANCELLED, clock.advance(seconds=1), None, times_begun=2)

    assert await domain.runs.record_state(actor, ended, cancelled)
    run = await known(domain, actor, ended)
    assert (run.status, run.waiting_since) == (RunStatus.CANCELLED, None)


async def test_cancelling_it_while_it_waits_reaches_its_process_too(
    domain: Domain, actor: Actor, ended: RunId, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await report(domain, actor, ended, RunStatus.PENDING, clock())

    cancelled = await domain.runs.cancel(actor, ended)

    wishes = "SELECT count(*) FROM domain_event WHERE type = 'run.cancel_requested'"
    assert (cancelled.status, await sql.fetchval(wishes)) == (RunStatus.CANCELLED, 1)


async def test_what_takes_no_place_begins_at_once(domain: Domain, actor: Actor, ended: RunId, clock: HandClock) -> None:
    other = await request_run(domain, actor, RunType.METADATA_ASSESSMENT, PUBLIC)
    await report(domain, actor, other.id, RunStatus.FAILED, clock())

    await report(domain, actor, other.id, RunStatus.RUNNING, clock.advance(seconds=1))

    assert (await known(domain, actor, other.id)).status is RunStatus.RUNNING
