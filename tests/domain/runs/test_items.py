"""The counters of a run follow its items, however often one is tried."""

import asyncio

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import NotFound
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import ItemStatus, RunItem, RunType, WorkflowRun
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run

pytestmark = pytest.mark.db


@pytest.fixture
async def tables(domain: Domain, actor: Actor) -> list[Fqn]:
    await add_connection(domain, actor)
    return await add_tables(domain, actor, *(f"t{number}" for number in range(8)))


@pytest.fixture
async def run(domain: Domain, actor: Actor, tables: list[Fqn]) -> WorkflowRun:
    run = await request_run(domain, actor, RunType.PROFILING, tables[0].parent or tables[0])
    await domain.items.open_items(actor, run.id)
    return run


async def progress(domain: Domain, actor: Actor, run: WorkflowRun) -> tuple[int, int, int]:
    found = (await domain.read.runs.get(actor.tenant, run.id)).progress
    return found.completed, found.failed, found.total


async def item(domain: Domain, actor: Actor, run: WorkflowRun, fqn: Fqn) -> RunItem:
    page = await domain.read.runs.items(actor.tenant, run.id, (), PageRequest())
    return next(one for _, one in page.items if one.fqn == fqn)


async def test_the_items_of_a_run_are_the_tables_of_its_targets(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn]
) -> None:
    assert await domain.items.open_items(actor, run.id) == tables
    assert await progress(domain, actor, run) == (0, 0, 8)


async def test_counters_follow_fail_retry_and_complete(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn]
) -> None:
    table = tables[0]
    seen = []

    await domain.items.start(actor, run.id, table)
    seen.append(await progress(domain, actor, run))
    await domain.items.fail(actor, run.id, table, "QueryTimeout", "The statement took longer than 300 seconds.")
    seen.append(await progress(domain, actor, run))
    failed = await item(domain, actor, run, table)
    await domain.items.start(actor, run.id, table)
    seen.append(await progress(domain, actor, run))
    await domain.items.finish(actor, run.id, table, {"rows": 7})
    seen.append(await progress(domain, actor, run))

    assert seen == [(0, 0, 8), (0, 1, 8), (0, 0, 8), (1, 0, 8)]
    assert (failed.status, failed.error_code, failed.attempts) == (ItemStatus.FAILED, "QueryTimeout", 1)
    done = await item(domain, actor, run, table)
    assert (done.status, done.error_code, done.attempts, done.counts) == (ItemStatus.COMPLETED, None, 2, {"rows": 7})


async def test_a_second_finish_counts_nothing_twice(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn]
) -> None:
    for _ in range(3):
        await domain.items.finish(actor, run.id, tables[0], {"rows": 7})
    for _ in range(2):
        await domain.items.fail(actor, run.id, tables[1], "Broken", "It broke.")

    assert await progress(domain, actor, run) == (1, 1, 8)
    assert await domain.items.open_items(actor, run.id) == tables[1:]


async def test_a_run_whose_items_have_expired_counts_from_the_beginning(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn], sql: asyncpg.Connection
) -> None:
    await domain.items.finish(actor, run.id, tables[0], {})
    await domain.items.fail(actor, run.id, tables[1], "QueryTimeout", "Too long.")
    await sql.execute("DELETE FROM run_item WHERE run_id = $1", run.id)

    assert await domain.items.open_items(actor, run.id) == tables
    await domain.items.finish(actor, run.id, tables[0], {})

    assert await progress(domain, actor, run) == (1, 0, 8)


async def test_items_that_finish_at_once_are_all_counted(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn]
) -> None:
    async def work(table: Fqn) -> None:
        await domain.items.start(actor, run.id, table)
        await domain.items.finish(actor, run.id, table, {})

    await asyncio.gather(*map(work, tables))

    assert await progress(domain, actor, run) == (8, 0, 8)


async def test_an_item_that_the_run_does_not_have_is_refused(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    with pytest.raises(NotFound, match="There is no run item"):
        await domain.items.start(actor, run.id, Fqn.parse("bank.main.public.other"))


async def test_a_run_may_have_more_items_than_a_statement_has_parameters(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    many = [Fqn.parse(f"bank.main.wide.t{number:05}") for number in range(5000)]

    assert len(await domain.items.open_items(actor, run.id, many)) == 5008


async def test_items_that_were_not_finished_fail_and_those_that_were_stay_as_they_are(
    domain: Domain, actor: Actor, run: WorkflowRun, tables: list[Fqn]
) -> None:
    done, failed, begun, waiting, *others = tables
    await domain.items.finish(actor, run.id, done, {})
    await domain.items.fail(actor, run.id, failed, "X", "Its own reason.")
    await domain.items.start(actor, run.id, begun)

    left = await domain.items.fail_unfinished(actor, run.id, tables[:4], "LOST", "Its process is gone.")

    page = await domain.read.runs.items(actor.tenant, run.id, (), PageRequest())
    assert left == [begun, waiting]
    assert {one.fqn: (one.status, one.error_code, one.error_message) for _, one in page.items} == {
        done: (ItemStatus.COMPLETED, None, None),
        failed: (ItemStatus.FAILED, "X", "Its own reason."),
        begun: (ItemStatus.FAILED, "LOST", "Its process is gone."),
        waiting: (ItemStatus.FAILED, "LOST", "Its process is gone."),
        **dict.fromkeys(others, (ItemStatus.PENDING, None, None)),
    }
    assert await progress(domain, actor, run) == (1, 3, 8)
