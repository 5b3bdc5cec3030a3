"""One process at a time carries out a run, whatever else was started for it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from domain.bootstrap import Domain
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import Begin, ItemStatus, RunStatus, RunTaken, RunType, WorkflowRun
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run

pytestmark = pytest.mark.db

FLOW_RUN = new_id()
CARD = PUBLIC.child("card")

Write = Callable[[Domain, Actor, WorkflowRun], Awaitable[object]]


@pytest.fixture
async def run(domain: Domain, actor: Actor) -> WorkflowRun:
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")
    return await request_run(domain, actor, RunType.PROFILING, PUBLIC)


async def claimed(domain: Domain, actor: Actor, run: WorkflowRun, start: int) -> Actor:
    return await domain.claims.claim(actor, run.id, Begin(FLOW_RUN, start), new_id())


async def test_of_two_processes_of_one_start_the_first_carries_out_the_run(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    first = await claimed(domain, actor, run, 1)

    with pytest.raises(RunTaken):
        await claimed(domain, actor, run, 1)

    assert await domain.items.open_items(first, run.id) == [CARD]
    said = (await domain.read.runs.log_lines(actor.tenant, run.id, PageRequest())).items
    assert [line.message for _, line in said] == ["The run has begun: start 1."]


async def test_a_process_that_did_not_hear_the_answer_claims_again(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    begin, process = Begin(FLOW_RUN, 1), new_id()
    first = await domain.claims.claim(actor, run.id, begin, process)

    assert await domain.claims.claim(actor, run.id, begin, process) == first


async def test_of_processes_that_claim_at_once_exactly_one_has_the_run(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    outcomes = await asyncio.gather(*(claimed(domain, actor, run, 1) for _ in range(5)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["Actor", *["RunTaken"] * 4]


async def test_a_process_of_an_earlier_start_that_comes_late_is_refused(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    await claimed(domain, actor, run, 2)

    with pytest.raises(RunTaken):
        await claimed(domain, actor, run, 1)


async def test_another_flow_run_for_the_same_run_takes_it_over(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    first = await claimed(domain, actor, run, 3)

    await domain.claims.claim(actor, run.id, Begin(new_id(), 1), new_id())

    with pytest.raises(RunTaken):
        await domain.runs.beat(first, run.id)


WRITES: list[tuple[str, Write]] = [
    ("what becomes of the run", lambda d, a, r: d.claims.heed(a, r.id)),
    ("its heartbeat", lambda d, a, r: d.runs.beat(a, r.id)),
    ("what is left to do", lambda d, a, r: d.items.open_items(a, r.id)),
    ("that an item is begun", lambda d, a, r: d.items.start(a, r.id, CARD)),
    ("that an item is done", lambda d, a, r: d.items.finish(a, r.id, CARD, {})),
    ("that an item failed", lambda d, a, r: d.items.fail(a, r.id, CARD, "X", "x")),
    ("that an item was not finished", lambda d, a, r: d.items.fail_unfinished(a, r.id, [CARD], "X", "x")),
    ("proposed changes", lambda d, a, r: d.items.finish_enriched(a, r.id, CARD, [], {}, [])),
    ("the summary", lambda d, a, r: d.runs.record_output(a, r.id, {"completed": 1})),
    ("why it failed", lambda d, a, r: d.runs.record_failure(a, r.id, "X", "x")),
]


@pytest.mark.parametrize(("what", "write"), WRITES)
async def test_a_process_that_lives_on_after_the_next_one_has_begun_stores_nothing(
    domain: Domain, actor: Actor, run: WorkflowRun, what: str, write: Write
) -> None:
    stale = await claimed(domain, actor, run, 1)
    await domain.items.open_items(stale, run.id)
    await claimed(domain, actor, run, 2)
    before = await domain.read.runs.get(actor.tenant, run.id)

    with pytest.raises(RunTaken):
        await write(domain, stale, run)

    assert await domain.read.runs.get(actor.tenant, run.id) == before, what
    items = (await domain.read.runs.items(actor.tenant, run.id, (), PageRequest())).items
    assert [(item.status, item.attempts) for _, item in items] == [(ItemStatus.PENDING, 0)]


async def test_a_process_that_acts_under_a_claim_hears_of_the_end_and_does_not_tell_that_the_run_lives(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    claimant = await claimed(domain, actor, run, 1)
    begun = await domain.read.runs.get(actor.tenant, run.id)
    await report(domain, actor, run.id, RunStatus.CANCELLING, domain.clock())

    heard = await domain.claims.heed(claimant, run.id)

    assert heard is RunStatus.CANCELLING
    assert (await domain.read.runs.get(actor.tenant, run.id)).heartbeat_at == begun.heartbeat_at


async def test_a_claim_on_one_run_is_no_bar_to_another(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    chain = await claimed(domain, actor, run, 1)
    step = await request_run(domain, actor, RunType.METADATA_ASSESSMENT, PUBLIC)
    await claimed(domain, actor, step, 1)

    assert (await domain.runs.cancel(chain, step.id)).id == step.id
