"""Many items at once, and what the failure of one means to the others."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from prefect import State, flow
from prefect.client.schemas.objects import StateType

from domain.fqn import Fqn
from domain.profiles.model import Measured, Method, Reading, TableProfile
from domain.runs.model import ItemStatus, RunStatus, RunType, WorkflowRun
from flows.crew import Crew
from flows.failures import ModelKeyRejected, TableFailed
from flows.fan_out import fan_out
from flows.runtime import open_run, table_runner
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run
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

    @flow(name="probe", task_runner=table_runner(Crew("profiling")))
    async def probe(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:

            async def done(fqn: Fqn) -> None:
                await work(fqn)
                await worker.domain.items.finish(run.actor, run.record.id, fqn, {})

            await fan_out(run, await run.open_items(), done)
            return await run.close({})

    return probe


@pytest.mark.parametrize(
    ("width", "max_tasks"), [(1, 1000), (3, 1000), (TABLES, TABLES), (1, 1), (2, 3), (3, 3), (5, 6)]
)
async def test_as_many_tables_are_in_hand_at_once_as_are_configured(
    worker: Worker, run: WorkflowRun, width: int, max_tasks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_PROFILING_MAX_CONCURRENT_TABLES", str(width))
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", str(max_tasks))
    in_hand, peak, all_here = 0, 0, asyncio.Event()

    async def work(_: Fqn) -> None:
        nonlocal in_hand, peak
        in_hand += 1
        peak = max(peak, in_hand)
        if in_hand == width:
            all_here.set()
        await asyncio.wait_for(all_here.wait(), BOUND_SECONDS)
        await some_statements(worker, run)
        in_hand -= 1

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    assert (peak, state.is_completed(), ended.progress.completed) == (width, True, TABLES)


async def some_statements(worker: Worker, run: WorkflowRun) -> None:
    """What a table takes, so that one that is let in too many finds the others still there."""
    for _ in range(20):
        await worker.domain.read.runs.get(worker.actor.tenant, run.id)


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
    assert await worker.said(ended) == [
        "The run has begun: start 1.",
        f"{PUBLIC}.t3: It is locked.",
        "6 of 7 done, 1 failed.",
    ]


async def test_a_table_that_fails_in_a_batch_fails_alone_and_its_task_says_so(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", "2")
    begun: list[str] = []

    async def work(fqn: Fqn) -> None:
        begun.append(fqn.name)
        if fqn.name in {"t4", "t5"}:
            raise TableFailed(f"{fqn.name} is locked.")

    state, ended = await worker.call(flow_that_does(worker, work), run.id)

    statuses = {name: item.status for name, item in (await worker.items(ended)).items()}
    tasks = {task.name: task.state for task in await worker.tasks_in_prefect(state, 2) if task.state}
    first, second = (f"{PUBLIC}.t0 … {PUBLIC}.t2 · 3 tables", f"{PUBLIC}.t3 … {PUBLIC}.t6 · 4 tables")
    assert [name for name, status in statuses.items() if status is ItemStatus.FAILED] == ["t4", "t5"]
    assert ([name for name in begun if name < "t3"], [name for name in begun if name >= "t3"]) == (
        ["t0", "t1", "t2"],
        ["t3", "t4", "t5", "t6"],
    )
    assert {name: one.type for name, one in tasks.items()} == {first: StateType.COMPLETED, second: StateType.FAILED}
    assert f"2 of 4 failed.\n{PUBLIC}.t4: t4 is locked.\n{PUBLIC}.t5: t5 is locked." in (tasks[second].message or "")
    assert state.message == "5 of 7 done, 2 failed."


async def test_a_batch_that_is_tried_again_holds_only_what_is_left(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", "1")
    begun: list[str] = []
    broken = {"t2", "t5"}

    async def work(fqn: Fqn) -> None:
        begun.append(fqn.name)
        if fqn.name in broken:
            raise TableFailed("It is locked.")

    probe = flow_that_does(worker, work)
    await worker.call(probe, run.id)
    begun.clear()
    broken.clear()

    state, _ = await worker.call(probe, run.id)

    assert (begun, state.message) == (["t2", "t5"], "7 of 7 done, 0 failed.")


async def test_a_run_that_is_cancelled_ends_its_batches_at_once(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", "2")
    begun: list[str] = []
    both_here = asyncio.Event()

    async def work(fqn: Fqn) -> None:
        begun.append(fqn.name)
        if len(begun) == 2:
            both_here.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(BOUND_SECONDS), asyncio.TaskGroup() as group:
        called = group.create_task(worker.call(flow_that_does(worker, work), run.id))
        await both_here.wait()
        await report(worker.domain, worker.actor, run.id, RunStatus.CANCELLING, worker.domain.clock())
    state, ended = called.result()

    statuses = {name: item.status for name, item in (await worker.items(ended)).items()}
    assert state.message == "The process was told to end. 0 of 7 done, 0 failed."
    assert (sorted(begun), statuses.pop("t0"), statuses.pop("t3")) == (["t0", "t3"], *[ItemStatus.RUNNING] * 2)
    assert set(statuses.values()) == {ItemStatus.PENDING}


async def test_a_table_that_was_large_when_it_was_last_profiled_keeps_a_task_of_its_own(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", "4")
    monkeypatch.setenv("ASSAY_RUNS_LARGE_TABLE_ROWS", "5000")
    await add_profiles(worker, t2=5000, t3=9000, t6=4999)
    await add_profiles(worker, t3=10)

    async def work(_: Fqn) -> None:
        return

    state, _ = await worker.call(flow_that_does(worker, work), run.id)

    assert sorted(task.name for task in await worker.tasks_in_prefect(state, 4)) == [
        f"{PUBLIC}.t0 … {PUBLIC}.t1 · 2 tables",
        f"{PUBLIC}.t2",
        f"{PUBLIC}.t3 … {PUBLIC}.t4 · 2 tables",
        f"{PUBLIC}.t5 … {PUBLIC}.t6 · 2 tables",
    ]


async def add_profiles(worker: Worker, **rows: int) -> None:
    earlier = await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)
    await worker.domain.items.open_items(worker.actor, earlier.id)
    for name, count in rows.items():
        reading = Reading(Method.EXACT, count, count)
        measured = Measured(count, Method.EXACT)
        profile = TableProfile(PUBLIC.child(name), worker.domain.clock(), measured, reading, ())
        await worker.domain.items.finish_profiled(worker.actor, earlier.id, profile)


async def test_a_task_is_named_as_its_table_whatever_that_is_called(worker: Worker, run: WorkflowRun) -> None:
    odd = {"{fqn}", "a{", "}b", "{{0}}"}
    await add_tables(worker.domain, worker.actor, *odd)
    again = await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)

    async def work(_: Fqn) -> None:
        return

    state, _ = await worker.call(flow_that_does(worker, work), again.id)

    assert {task.name for task in await worker.tasks_in_prefect(state, len(odd))} == {f"{PUBLIC}.{one}" for one in odd}


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
