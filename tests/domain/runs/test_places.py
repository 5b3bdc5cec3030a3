"""How many runs work on one source at once, and in which order the others follow."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import asyncpg
import pytest

from domain.bootstrap import Domain, open_domain
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunId, RunRequest, RunState, RunStatus, RunType, WorkflowRun
from domain.settings import RunSettings, Settings
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import complete, report, request_run
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db


@pytest.fixture
async def domain(timed_domain: Domain) -> Domain:
    """At most two runs a connection, which is the default; on a clock that stands still."""
    return timed_domain


@pytest.fixture
async def bank(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    """A connection that nobody has been admitted to."""
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")
    await sql.execute("DELETE FROM domain_event")
    await sql.execute("DELETE FROM workflow_run")


async def asked(domain: Domain, actor: Actor, run_type: RunType = RunType.PROFILING) -> RunId:
    """A run that was asked for, and what the relay does about it."""
    run = await request_run(domain, actor, run_type, PUBLIC)
    await domain.places.fill(actor, run.id)
    return run.id


async def ended(domain: Domain, actor: Actor, run_id: RunId) -> None:
    await complete(domain, actor, run_id)
    await domain.places.fill(actor, run_id)


async def known(domain: Domain, actor: Actor, run_id: RunId) -> WorkflowRun:
    return await domain.read.runs.get(actor.tenant, run_id)


async def admitted(sql: asyncpg.Connection) -> Sequence[str]:
    rows = await sql.fetch(
        "SELECT payload ->> 'run_id' AS run FROM domain_event WHERE type = 'run.admitted' ORDER BY position"
    )
    return [row["run"] for row in rows]


async def said(domain: Domain, actor: Actor, run_id: RunId) -> Sequence[str]:
    page = await domain.read.runs.log_lines(actor.tenant, run_id, PageRequest())
    return [line.message for _, line in page.items]


@pytest.mark.usefixtures("bank")
async def test_runs_over_the_limit_wait_say_why_and_follow_in_the_order_they_came(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    first, second, third, fourth = [await asked(domain, actor) for _ in range(4)]

    assert await admitted(sql) == [str(first), str(second)]
    assert (await known(domain, actor, third)).status is RunStatus.PENDING
    assert [await said(domain, actor, run_id) for run_id in (second, third, fourth)] == [
        [],
        [
            "Waits for a place at bank: runs.max_per_connection is 2. Ahead of it wait 0.",
        ],
        [
            "Waits for a place at bank: runs.max_per_connection is 2. Ahead of it wait 1.",
        ],
    ]

    await ended(domain, actor, second)
    await ended(domain, actor, first)

    assert await admitted(sql) == [str(first), str(second), str(third), str(fourth)]


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("end", [RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.CRASHED])
async def test_a_run_that_ends_in_any_way_leaves_its_place(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, end: RunStatus
) -> None:
    first, _, third = [await asked(domain, actor) for _ in range(3)]

    await report(domain, actor, first, end, domain.clock())
    await domain.places.fill(actor, first)

    assert (await admitted(sql))[-1] == str(third)


@pytest.mark.usefixtures("bank")
async def test_other_connections_and_other_projects_are_not_held_up(
    domain: Domain, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    for _ in range(3):
        await asked(domain, actor)
    await add_connection(domain, actor, "shop")
    await add_connection(domain, stranger)

    others = []
    for who, connection in ((actor, "shop"), (stranger, "bank")):
        run = await domain.runs.request(who, RunRequest(RunType.SERVICE_INGESTION, connection))
        await domain.places.fill(who, run.id)
        others.append(str(run.id))

    assert (await admitted(sql))[-2:] == others


@pytest.mark.usefixtures("bank")
async def test_a_chain_a_check_and_what_reads_only_the_catalogue_take_no_place(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    chains = [await asked(domain, actor, RunType.RUN_ALL) for _ in range(3)]
    check = (await domain.runs.request(actor, RunRequest(RunType.CONNECTION_CHECK, "bank"))).id
    catalogue = [
        await asked(domain, actor, kind) for kind in (RunType.METADATA_ENRICHMENT, RunType.METADATA_ASSESSMENT)
    ]

    steps = [await asked(domain, actor) for _ in range(2)]

    assert await admitted(sql) == [str(run_id) for run_id in (*chains, check, *catalogue, *steps)]


@pytest.mark.usefixtures("bank")
async def test_a_second_try_waits_behind_those_who_came_before_it(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    first, second, third = [await asked(domain, actor) for _ in range(3)]
    await domain.runs.record_launch(actor, first, first)
    await report(domain, actor, first, RunStatus.FAILED, clock.advance(seconds=1))
    clock.advance(seconds=1)

    again = await domain.runs.retry(actor, first)
    await domain.places.fill(actor, first)
    assert (again.status, again.waiting_since) == (RunStatus.PENDING, clock())
    assert await admitted(sql) == [str(first), str(second), str(third)]

    await ended(domain, actor, second)
    assert (
        await sql.fetchval(
            "SELECT payload FROM domain_event WHERE type = 'run.admitted' ORDER BY position DESC LIMIT 1"
        )
        == f'{{"again": true, "run_id": "{first}", "after_seconds": 0}}'
    )


@pytest.mark.usefixtures("bank")
async def test_the_end_of_the_last_try_told_late_does_not_end_the_one_that_waits(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    first, *_ = [await asked(domain, actor) for _ in range(3)]
    await domain.runs.record_launch(actor, first, first)
    await report(domain, actor, first, RunStatus.FAILED, clock.advance(seconds=1))
    await domain.runs.retry(actor, first)

    is_news = await domain.runs.record_state(actor, first, RunState(RunStatus.CRASHED, clock.advance(seconds=1)))

    assert (is_news, (await known(domain, actor, first)).status) == (False, RunStatus.PENDING)


@pytest.mark.usefixtures("bank")
async def test_a_run_that_waits_is_cancelled_at_once_and_never_admitted(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    first, second, third, fourth = [await asked(domain, actor) for _ in range(4)]

    cancelled = await domain.runs.cancel(actor, third)
    await ended(domain, actor, first)

    assert (cancelled.status, cancelled.completed_at) == (RunStatus.CANCELLED, domain.clock())
    assert await admitted(sql) == [str(first), str(second), str(fourth)]


@pytest.fixture
async def copies(database_settings: Settings) -> AsyncIterator[Sequence[Domain]]:
    """As several copies of the server have it."""
    async with AsyncExitStack() as opened:
        yield [await opened.enter_async_context(open_domain(database_settings)) for _ in range(4)]


@pytest.mark.usefixtures("bank")
async def test_copies_that_decide_at_once_admit_no_more_than_the_limit(
    domain: Domain, actor: Actor, copies: Sequence[Domain], sql: asyncpg.Connection
) -> None:
    runs = [await request_run(domain, actor, RunType.PROFILING, PUBLIC) for _ in range(8)]

    await asyncio.gather(*(copies[place % 4].places.fill(actor, run.id) for place, run in enumerate(runs)))
    assert sorted(await admitted(sql)) == sorted(str(run.id) for run in runs[:2])

    for run in runs[:2]:
        await complete(domain, actor, run.id)
    await asyncio.gather(*(copy.places.fill(actor, run.id) for run in runs[:2] for copy in copies))
    assert sorted(await admitted(sql)) == sorted(str(run.id) for run in runs[:4])


@pytest.mark.usefixtures("bank")
async def test_without_a_limit_all_begin(
    database_settings: Settings, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    unlimited = database_settings.model_copy(update={"runs": RunSettings(max_per_connection=None)})
    async with open_domain(unlimited, clock=clock) as domain:
        runs = [str(await asked(domain, actor)) for _ in range(5)]

    assert await admitted(sql) == runs
