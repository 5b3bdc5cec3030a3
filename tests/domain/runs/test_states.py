"""Our status of a run is a copy of Prefect's, in the order of Prefect's time."""

from datetime import timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import Conflict, NotFound
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import ItemStatus, RunId, RunStatus, RunType, WorkflowRun
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

AT = [NOON + timedelta(seconds=second) for second in range(10)]


@pytest.fixture
async def run(domain: Domain, actor: Actor) -> WorkflowRun:
    await add_connection(domain, actor)
    tables = await add_tables(domain, actor, "card", "account", "branch")
    run = await request_run(domain, actor, RunType.PROFILING, tables[0].parent or tables[0])
    await domain.items.open_items(actor, run.id)
    return run


async def state_events(sql: asyncpg.Connection) -> list[str]:
    rows = await sql.fetch(
        "SELECT payload ->> 'status' AS s FROM domain_event WHERE type = 'run.state_changed' ORDER BY position"
    )
    return [row["s"] for row in rows]


async def reread(domain: Domain, actor: Actor, run: WorkflowRun) -> WorkflowRun:
    return await domain.read.runs.get(actor.tenant, run.id)


async def test_states_that_come_late_or_twice_change_nothing(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    reported = [
        (RunStatus.PENDING, AT[0]),
        (RunStatus.RUNNING, AT[2]),
        (RunStatus.RUNNING, AT[2]),
        (RunStatus.PENDING, AT[1]),
        (RunStatus.COMPLETED, AT[3]),
        (RunStatus.COMPLETED, AT[4]),
        (RunStatus.RUNNING, AT[2]),
    ]

    accepted = [await report(domain, actor, run.id, status, at) for status, at in reported]

    assert accepted == [True, True, False, False, True, False, False]
    known = await reread(domain, actor, run)
    assert (known.status, known.state_at) == (RunStatus.COMPLETED, AT[3])
    assert (known.started_at, known.completed_at) == (AT[2], AT[3])
    assert await state_events(sql) == ["RUNNING", "COMPLETED"]


@pytest.mark.parametrize("ended", [RunStatus.FAILED, RunStatus.COMPLETED, RunStatus.CRASHED, RunStatus.CANCELLED])
async def test_an_ended_run_can_run_again(domain: Domain, actor: Actor, run: WorkflowRun, ended: RunStatus) -> None:
    await report(domain, actor, run.id, RunStatus.RUNNING, AT[0])
    await report(domain, actor, run.id, ended, AT[1], "why")

    assert await report(domain, actor, run.id, RunStatus.PENDING, AT[2])
    again = await reread(domain, actor, run)
    assert (again.status, again.completed_at) == (RunStatus.PENDING, None)
    assert (again.error_code, again.error_message) == (None, None)

    await report(domain, actor, run.id, RunStatus.RUNNING, AT[3])
    await report(domain, actor, run.id, RunStatus.COMPLETED, AT[4])
    done = await reread(domain, actor, run)
    assert (done.status, done.started_at, done.completed_at) == (RunStatus.COMPLETED, AT[0], AT[4])


async def test_a_failure_without_words_of_ours_says_what_prefect_says(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    await report(domain, actor, run.id, RunStatus.RUNNING, AT[0])
    await report(domain, actor, run.id, RunStatus.CRASHED, AT[1], "The process was killed.")

    known = await reread(domain, actor, run)
    assert (known.error_code, known.error_message) == ("CRASHED", "The process was killed.")


async def test_the_cause_that_the_flow_recorded_outlives_a_late_running_state(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    """A source that is away fails the flow at once; the states arrive afterwards."""
    await domain.runs.record_failure(actor, run.id, "SOURCE_UNREACHABLE", "db.test:5432/main refuses the connection.")

    await report(domain, actor, run.id, RunStatus.RUNNING, AT[0])
    await report(domain, actor, run.id, RunStatus.FAILED, AT[1], "Flow run encountered an exception.")

    known = await reread(domain, actor, run)
    assert (known.error_code, known.error_message) == (
        "SOURCE_UNREACHABLE",
        "db.test:5432/main refuses the connection.",
    )


async def test_a_crash_interrupts_the_items_in_hand_and_a_retry_takes_them_up(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    account, branch, card = await domain.items.open_items(actor, run.id)
    await report(domain, actor, run.id, RunStatus.RUNNING, AT[0])
    for table in (account, branch):
        await domain.items.start(actor, run.id, table)
    await domain.items.finish(actor, run.id, account, {"rows": 1})

    await report(domain, actor, run.id, RunStatus.CRASHED, AT[1])

    items = (await domain.read.runs.items(actor.tenant, run.id, (), PageRequest())).items
    assert [(item.status, item.error_code) for _, item in items] == [
        (ItemStatus.COMPLETED, None),
        (ItemStatus.FAILED, "INTERRUPTED"),
        (ItemStatus.PENDING, None),
    ]
    progress = (await reread(domain, actor, run)).progress
    assert (progress.completed, progress.failed, progress.total) == (1, 1, 3)
    assert await domain.items.open_items(actor, run.id) == [branch, card]


async def test_asking_for_cancel_or_retry_is_stored_as_an_event(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await domain.places.fill(actor, run.id)
    assert (await domain.runs.cancel(actor, run.id)).status is RunStatus.PENDING
    with pytest.raises(Conflict, match="only an ended run can be tried again"):
        await domain.runs.retry(actor, run.id)

    await report(domain, actor, run.id, RunStatus.CANCELLED, AT[1])

    with pytest.raises(Conflict, match="is CANCELLED already; there is nothing to cancel"):
        await domain.runs.cancel(actor, run.id)
    assert (await domain.runs.retry(actor, run.id)).status is RunStatus.PENDING
    asked = "SELECT count(*) FROM domain_event WHERE type IN ('run.cancel_requested', 'run.retry_requested')"
    assert await sql.fetchval(asked) == 2


async def test_a_log_line_is_cut_to_its_length_and_told(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await domain.runs.log(actor, run.id, "INFO", "x" * 3000)

    (line,) = [line for _, line in (await domain.read.runs.log_lines(actor.tenant, run.id, PageRequest())).items]
    assert (line.level, line.message) == ("INFO", "x" * 2000)
    assert await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'run.logged'") == 1


async def test_a_log_line_of_an_unknown_run_is_refused(domain: Domain, actor: Actor) -> None:
    with pytest.raises(NotFound, match="There is no run"):
        await domain.runs.log(actor, RunId(new_id()), "INFO", "nobody reads this")


async def test_runs_are_counted_by_status(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    before = await domain.oversight.counts()

    await report(domain, actor, run.id, RunStatus.RUNNING, AT[1])
    await request_run(domain, actor, RunType.SERVICE_INGESTION)

    assert before.keys() == {RunStatus.PENDING}
    assert await domain.oversight.counts() == {**before, RunStatus.RUNNING: 1}
