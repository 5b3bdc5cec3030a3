"""A part of a run as another process carries it out, though here it is the process of the test."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from prefect.logging import disable_run_logger

from domain.bootstrap import Domain
from domain.errors import Conflict, Invalid
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import Begin, ItemStatus, RunStatus, RunType, WorkflowRun
from domain.settings import Settings
from flows.failures import ModelKeyRejected, RunFailure, TableFailed
from flows.item_work import Bench, Work
from flows.run_part import Part, PartNotOpened, work_on_part
from flows.runtime import Run
from flows.work_in_hand import RunEnding
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run

pytestmark = pytest.mark.db

CANARY = "canary-4711"
BOUND_SECONDS = 20.0
PROCESS, FLOW_RUN = new_id(), new_id()
T0, T1 = PUBLIC.child("t0"), PUBLIC.child("t1")


@pytest.fixture(autouse=True)
def environment(database_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ASSAY_DATABASE_URL", database_settings.database_url())
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    with disable_run_logger():  # outside of a flow there is none
        yield


@pytest.fixture
async def run(domain: Domain, actor: Actor) -> WorkflowRun:
    """At work: a process has claimed it."""
    await add_connection(domain, actor)
    await add_tables(domain, actor, "t0", "t1")
    requested = await request_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.claims.claim(actor, requested.id, Begin(FLOW_RUN, 1), PROCESS)
    await domain.items.open_items(actor, requested.id)
    return requested


def part_of(run: WorkflowRun, process: UUID = PROCESS) -> Part:
    return Part(run.id, process, 1, [T0, T1])


def bench_of(work: Work) -> Bench:
    @asynccontextmanager
    async def bench(_run: Run, _items: Sequence[Fqn]) -> AsyncIterator[Work]:
        yield work

    return bench


async def outcomes(domain: Domain, actor: Actor, run: WorkflowRun) -> list[tuple[ItemStatus, int]]:
    page = await domain.read.runs.items(actor.tenant, run.id, (), PageRequest())
    return [(item.status, item.attempts) for _, item in page.items]


async def test_a_part_that_is_given_out_twice_does_only_what_is_left(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    begun = []

    @asynccontextmanager
    async def bench(run: Run, _items: Sequence[Fqn]) -> AsyncIterator[Work]:
        async def work(fqn: Fqn) -> None:
            begun.append(fqn)
            await run.domain.items.finish(run.actor, run.record.id, fqn, {})

        yield work

    await domain.items.finish(actor, run.id, T0, {})

    await work_on_part(part_of(run), bench)
    await work_on_part(part_of(run), bench)

    assert begun == [T1]


async def test_a_part_of_a_process_that_another_has_followed_stores_nothing(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    async def work(_: Fqn) -> None:
        raise AssertionError("nothing may be worked on")

    await domain.claims.claim(actor, run.id, Begin(FLOW_RUN, 2), new_id())

    with pytest.raises(RunEnding, match="Another process carries out the run"):
        await work_on_part(part_of(run), bench_of(work))

    assert await outcomes(domain, actor, run) == [(ItemStatus.PENDING, 0)] * 2


@pytest.mark.parametrize(
    ("case", "news"), [("cancelled", RunStatus.CANCELLING), ("taken over", None), ("ended", RunStatus.FAILED)]
)
async def test_a_part_ends_its_work_in_order_when_the_run_has_to_end(
    domain: Domain, actor: Actor, run: WorkflowRun, case: str, news: RunStatus | None
) -> None:
    begun, steps = asyncio.Event(), []

    @asynccontextmanager
    async def bench(_run: Run, _items: Sequence[Fqn]) -> AsyncIterator[Work]:
        async def work(_: Fqn) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                steps.append("the work is cancelled")

        yield work
        steps.append("the bench is closed")

    await report(domain, actor, run.id, RunStatus.RUNNING, domain.clock())
    working = asyncio.create_task(work_on_part(part_of(run), bench))
    async with asyncio.timeout(BOUND_SECONDS):
        await begun.wait()
        if news is None:
            await domain.claims.claim(actor, run.id, Begin(FLOW_RUN, 2), new_id())
        else:
            await report(domain, actor, run.id, news, domain.clock())
        with pytest.raises(RunEnding):
            await working

    assert steps == ["the work is cancelled"], case


@pytest.mark.parametrize(
    ("failure", "kind", "code", "message"),
    [
        (TableFailed("It is gone."), PartNotOpened, "TABLE_FAILED", "It is gone."),
        (Invalid("schemas", "There is none."), PartNotOpened, "INVALID", "There is none."),
        (
            ValueError(CANARY),
            PartNotOpened,
            "INTERNAL",
            "An unexpected ValueError; the log of the flow run says where.",
        ),
        (ModelKeyRejected("The key is refused."), ModelKeyRejected, "MODEL_KEY_REJECTED", "The key is refused."),
    ],
)
async def test_a_bench_that_cannot_be_opened_fails_the_run_and_no_item(
    domain: Domain,
    actor: Actor,
    run: WorkflowRun,
    failure: Exception,
    kind: type[RunFailure],
    code: str,
    message: str,
) -> None:
    def bench(_run: Run, _items: Sequence[Fqn]) -> AbstractAsyncContextManager[Work]:
        raise failure

    with pytest.raises(RunFailure) as raised:
        await work_on_part(part_of(run), bench)

    sent = pickle.loads(pickle.dumps(raised.value))
    assert (type(sent), sent.code, sent.message) == (kind, code, message)
    assert await outcomes(domain, actor, run) == [(ItemStatus.PENDING, 0)] * 2


async def test_what_fails_with_an_error_that_cannot_be_sent_is_told_by_one_that_can(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    async def work(_: Fqn) -> None:
        raise Conflict("Somebody was faster.")

    one = Part(run.id, PROCESS, 1, [T0])
    with pytest.raises(RunFailure) as raised:
        await work_on_part(one, bench_of(work))

    assert (type(raised.value), pickle.loads(pickle.dumps(raised.value)).message) == (
        RunFailure,
        "Somebody was faster.",
    )
    assert await outcomes(domain, actor, run) == [(ItemStatus.FAILED, 1), (ItemStatus.PENDING, 0)]


async def test_a_part_works_with_its_share_of_the_limits(
    domain: Domain, actor: Actor, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_SOURCE_MAX_CONNECTIONS", "9")
    shares = []

    @asynccontextmanager
    async def bench(run: Run, _items: Sequence[Fqn]) -> AsyncIterator[Work]:
        shares.append(run.settings.source.max_connections)
        yield partial(asyncio.sleep, 0)

    await work_on_part(Part(run.id, PROCESS, 4, [T0]), bench)

    assert shares == [2]
