"""A run that crashed before it began has another start, a bounded number of times."""

from datetime import timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain, open_domain
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunState, RunStatus, RunType, WorkflowRun
from domain.settings import Settings
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

AT = [NOON + timedelta(seconds=15 * place) for place in range(20)]
"""Further apart than two reports of one crash."""
WORDS = "The process exited with status code 1."


@pytest.fixture
async def run(domain: Domain, actor: Actor) -> WorkflowRun:
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    return await request_run(domain, actor, RunType.PROFILING, table)


async def crash(
    domain: Domain, actor: Actor, run: WorkflowRun, place: int, *, times_begun: int, later: float = 0
) -> WorkflowRun:
    at = AT[place] + timedelta(seconds=later)
    await domain.runs.record_state(actor, run.id, RunState(RunStatus.CRASHED, at, WORDS, times_begun))
    return await domain.read.runs.get(actor.tenant, run.id)


async def begin(domain: Domain, actor: Actor, run: WorkflowRun, second: int) -> None:
    await report(domain, actor, run.id, RunStatus.RUNNING, AT[second])


async def starts(sql: asyncpg.Connection) -> int:
    return int(await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'run.admitted'"))


async def test_a_run_that_never_began_stays_pending_and_is_submitted_again(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    known = await crash(domain, actor, run, 0, times_begun=0)

    (line,) = [line for _, line in (await domain.read.runs.log_lines(actor.tenant, run.id, PageRequest())).items]
    assert (known.status, known.state_at, known.error_message) == (RunStatus.PENDING, AT[0], None)
    assert line.message == "The run crashed before it began and is submitted again (1 of 3)."
    assert await starts(sql) == 1


async def test_the_same_crash_that_is_reported_twice_counts_once(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    for _ in range(2):
        await crash(domain, actor, run, 0, times_begun=0)

    assert await starts(sql) == 1


async def test_a_late_second_report_of_a_crash_asks_again_and_does_not_count(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    """It has undone the first wish: to Prefect, it is the newest state."""
    await crash(domain, actor, run, 0, times_begun=0)
    await report(domain, actor, run.id, RunStatus.PENDING, AT[0] + timedelta(seconds=1))

    known = await crash(domain, actor, run, 0, times_begun=0, later=4)

    assert known.status is RunStatus.PENDING
    assert await sql.fetchval("SELECT resubmissions FROM workflow_run WHERE id = $1", run.id) == 1
    pauses = await sql.fetch("SELECT payload -> 'after_seconds' AS pause FROM domain_event WHERE type = 'run.admitted'")
    assert [row["pause"] for row in pauses] == ["12", "12"]


async def test_after_three_resubmissions_it_stays_crashed_and_says_so_also_after_a_restart(
    database_settings: Settings, domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    for second in range(3):
        async with open_domain(database_settings) as restarted:
            assert (await crash(restarted, actor, run, second, times_begun=0)).status is RunStatus.PENDING

    known = await crash(domain, actor, run, 3, times_begun=0)

    assert (known.status, known.error_code, known.error_message) == (
        RunStatus.CRASHED,
        "CRASHED",
        f"The run crashed before it began, and 3 times more when it was submitted again. Prefect says: {WORDS}",
    )
    assert await starts(sql) == 3


async def test_a_run_that_had_begun_stays_crashed(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await begin(domain, actor, run, 0)

    known = await crash(domain, actor, run, 1, times_begun=1)

    assert (known.status, known.error_message) == (RunStatus.CRASHED, WORDS)
    assert await starts(sql) == 0


async def test_a_second_try_that_never_began_is_submitted_again_too(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await begin(domain, actor, run, 0)
    await crash(domain, actor, run, 1, times_begun=1)
    await report(domain, actor, run.id, RunStatus.PENDING, AT[2])

    known = await crash(domain, actor, run, 3, times_begun=1)

    assert known.status is RunStatus.PENDING
    assert await starts(sql) == 1


async def test_a_person_who_asks_again_gives_it_three_more(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    for second in range(4):
        await crash(domain, actor, run, second, times_begun=0)
    await domain.runs.retry(actor, run.id)
    await report(domain, actor, run.id, RunStatus.PENDING, AT[5])

    assert (await crash(domain, actor, run, 6, times_begun=0)).status is RunStatus.PENDING


async def test_a_run_that_is_being_cancelled_has_no_other_start(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await report(domain, actor, run.id, RunStatus.CANCELLING, AT[0])

    known = await crash(domain, actor, run, 1, times_begun=0)

    assert (known.status, known.error_message) == (RunStatus.CRASHED, WORDS)
    assert await starts(sql) == 0
