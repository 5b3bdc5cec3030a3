"""Many items at once, and what the failure of one means to the others."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from prefect import State, flow

from domain.fqn import Fqn
from domain.runs.model import ItemStatus, RunType, WorkflowRun
from flows.failures import ModelKeyRejected, TableFailed
from flows.fan_out import fan_out
from flows.runtime import open_run, table_runner
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run
from tests.flows.worker import Called, Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

CANARY = "canary-4711"
TABLES = 7
BOUND_SECONDS = 20.0

Work = Callable[[Fqn], Awaitable[None]]


@pytest.fixture
async def run(worker: Worker) -> WorkflowRun:
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, *(f"t{number}" for number in range(TABLES)))
    return await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)


def flow_that_does(worker: Worker, work: Work) -> Called:
    """As wide as the settings say at this moment; a worker imports a flow anew for each run."""

    @flow(name="probe", task_runner=table_runner("profiling"))
    async def probe(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:

            async def done(fqn: Fqn) -> None:
                await work(fqn)
                await worker.domain.items.finish(run.actor, run.record.id, fqn, {})

            await fan_out(run, await run.open_items(), done)
            return await run.close({})

    return probe


@pytest.mark.parametrize("width", [1, 3, TABLES])
async def test_as_many_tables_are_in_hand_at_once_as_are_configured(
    worker: Worker, run: WorkflowRun, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PROFILING_MAX_CONCURRENT_TABLES", str(width))
    in_hand, peak, all_here = 0, 0, asyncio.Event()

    async def work(_: Fqn) -> None:
        nonlocal in_hand, peak
        in_hand += 1
        peak = max(peak, in_hand)
        if in_hand == width:
            all_here.set()
        await asyncio.wait_for(all_here.wait(), BOUND_SECONDS)
        in_hand -= 1

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    assert (peak, state.is_completed(), ended.progress.completed) == (width, True, TABLES)


async def test_a_table_that_fails_is_recorded_and_the_others_go_on(worker: Worker, run: WorkflowRun) -> None:
    async def work(fqn: Fqn) -> None:
        if fqn.name == "t3":
            raise TableFailed("It is locked.")

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    items = await worker.items(ended)
    assert (state.is_completed(), state.message) == (True, "6 of 7 done, 1 failed.")
    assert (ended.progress.completed, ended.progress.failed, ended.error_code) == (6, 1, None)
    assert (items["t3"].status, items["t3"].attempts) == (ItemStatus.FAILED, 1)
    assert (items["t3"].error_code, items["t3"].error_message) == ("TABLE_FAILED", "It is locked.")
    assert await worker.said(ended) == [f"{PUBLIC}.t3: It is locked.", "6 of 7 done, 1 failed."]


async def test_a_run_of_which_every_table_failed_has_failed(worker: Worker, run: WorkflowRun) -> None:
    async def work(_: Fqn) -> None:
        raise TableFailed("It is locked.")

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    assert state.is_failed()
    assert (ended.error_code, ended.error_message) == ("ALL_ITEMS_FAILED", "All 7 items failed; each says why.")
    assert (ended.progress.completed, ended.progress.failed) == (0, 7)


async def test_a_run_that_is_tried_again_does_only_what_is_left(worker: Worker, run: WorkflowRun) -> None:
    begun: list[str] = []
    broken = {"t2", "t5"}

    async def work(fqn: Fqn) -> None:
        begun.append(fqn.name)
        if fqn.name in broken:
            raise TableFailed("It is locked.")

    probe = flow_that_does(worker, work)
    await worker.call(probe, run.id)
    first, begun[:] = set(begun), []
    broken.clear()

    state, ended = await worker.call(probe, run.id)

    assert (len(first), sorted(begun)) == (7, ["t2", "t5"])
    assert (state.message, ended.progress.failed) == ("7 of 7 done, 0 failed.", 0)
    assert {name: item.attempts for name, item in (await worker.items(ended)).items() if item.attempts > 1} == {
        "t2": 2,
        "t5": 2,
    }


async def test_what_concerns_the_run_ends_it_and_later_tables_are_never_begun(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PROFILING_MAX_CONCURRENT_TABLES", "1")
    begun: list[str] = []

    async def work(fqn: Fqn) -> None:
        begun.append(fqn.name)
        raise ModelKeyRejected("The provider refuses the key.")

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    assert state.is_failed()
    assert (ended.error_code, ended.error_message) == ("MODEL_KEY_REJECTED", "The provider refuses the key.")
    assert begun == ["t0"]
    assert {item.status for name, item in (await worker.items(ended)).items() if name != "t0"} == {ItemStatus.PENDING}


async def test_the_text_of_an_unforeseen_error_is_shown_nowhere(
    worker: Worker, run: WorkflowRun, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def work(fqn: Fqn) -> None:
        if fqn.name == "t3":
            raise ValueError(f"invalid input: {CANARY}")

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    item = (await worker.items(ended))["t3"]
    assert (item.error_code, item.error_message) == (
        "INTERNAL",
        "An unexpected ValueError; the log of the flow run says where.",
    )
    printed = capsys.readouterr()
    everything = [*await worker.said(ended), await worker.told_to_prefect(state, TABLES), caplog.text, *printed]
    assert "ValueError" in printed.out + printed.err
    assert CANARY not in "\n".join(everything)
