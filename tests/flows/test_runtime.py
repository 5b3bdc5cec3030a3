"""A run as a whole: how it begins, why it cannot, how it is ended."""

import asyncio
import time
from uuid import UUID

import pytest
from prefect import State, flow
from prefect.exceptions import Abort
from prefect.runtime import flow_run

from deploy.local.ports import free_port
from domain.connections.model import ConnectionStatus
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.runs.model import Begin, ItemStatus, RunStatus, RunType, WorkflowRun
from domain.tracing import span
from flows.fan_out import fan_out
from flows.runtime import open_run
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import report, request_run
from tests.flows.worker import PASSWORD_VARIABLE, Worker
from tests.traces import TRACEPARENT
from tests.waiting import eventually

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

PASSWORD = "canary-pa55word"
FAST_SECONDS = 10.0


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


async def test_a_source_that_cannot_be_reached_fails_the_run_fast_and_says_where_and_why(worker: Worker) -> None:
    port = free_port("127.0.0.1")
    await add_connection(worker.domain, worker.actor, host="127.0.0.1", port=port, secret="env:SHOP")
    await add_tables(worker.domain, worker.actor, "card")
    started = time.monotonic()

    state, run = await worker.run(RunType.PROFILING, PUBLIC, connection="bank")

    assert time.monotonic() - started < FAST_SECONDS
    assert state.is_failed()
    assert run.error_code == "SOURCE_UNREACHABLE"
    assert run.error_message == (
        f"127.0.0.1:{port}/main cannot be reached: the connection was refused; is the server running on this port?."
    )
    assert PASSWORD not in await worker.told_to_prefect(state, tasks=0)


async def test_a_check_of_a_source_that_cannot_be_reached_is_kept_with_the_connection(worker: Worker) -> None:
    port = free_port("127.0.0.1")
    await add_connection(worker.domain, worker.actor, host="127.0.0.1", port=port, secret="env:SHOP")

    state, run = await worker.run(RunType.CONNECTION_CHECK, connection="bank")

    connection = await worker.domain.read.connections.get(worker.actor.tenant, run.connection_id)
    assert state.is_failed()
    assert (connection.status, connection.status_message) == (ConnectionStatus.ERROR, run.error_message)


async def test_a_secret_that_is_missing_is_named_and_nothing_is_asked(worker: Worker) -> None:
    await add_connection(worker.domain, worker.actor, secret="env:ELSEWHERE")

    _, run = await worker.run(RunType.SERVICE_INGESTION, connection="bank")

    assert run.error_message == (
        "The secret env:ELSEWHERE is not there: set the environment variable ASSAY_SECRET_ELSEWHERE."
    )


async def test_the_text_of_an_unforeseen_error_of_the_run_is_shown_nowhere(worker: Worker) -> None:
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, "card")
    requested = await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)

    @flow(name="broken")
    async def broken(run_id: UUID) -> State[None]:
        async with open_run(run_id):
            raise KeyError(PASSWORD)

    state, run = await worker.call(broken, requested.id)

    assert (run.error_code, run.error_message) == (
        "INTERNAL",
        "An unexpected KeyError; the log of the flow run says where.",
    )
    assert PASSWORD not in await worker.told_to_prefect(state, tasks=0)


@pytest.fixture
async def hanging(worker: Worker) -> WorkflowRun:
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, "card", "account")
    return await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)


async def test_a_run_that_is_cancelled_ends_what_it_is_working_on(worker: Worker, hanging: WorkflowRun) -> None:
    begun, cancelled = asyncio.Event(), []

    async def work(fqn: Fqn) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(fqn.name)
            raise

    @flow(name="hangs")
    async def hangs(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:
            await fan_out(run, await run.open_items(), work)
            return await run.close({})

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        called = group.create_task(worker.call(hangs, hanging.id))
        await begun.wait()
        await report(worker.domain, worker.actor, hanging.id, RunStatus.CANCELLING, worker.domain.clock())
    state, run = called.result()

    assert state.is_crashed()  # Prefect itself was not asked, so to it the process just ended
    assert state.message == "The process was told to end. 0 of 2 done, 0 failed."
    assert sorted(cancelled) == ["account", "card"]
    assert {item.status for item in (await worker.items(run)).values()} == {ItemStatus.RUNNING}


async def test_a_process_whose_run_another_one_has_begun_since_ends_its_work_and_stores_nothing(
    worker: Worker, hanging: WorkflowRun
) -> None:
    all_begun, ended = asyncio.Barrier(3), []

    async def work(fqn: Fqn) -> None:
        await all_begun.wait()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(fqn.name)

    @flow(name="stale")
    async def stale(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:
            await fan_out(run, await run.open_items(), work)
            return await run.close({})

    async with asyncio.timeout(30):
        called = asyncio.create_task(worker.call(stale, hanging.id))
        await all_begun.wait()
        await worker.domain.claims.claim(worker.actor, hanging.id, Begin(new_id(), 1), new_id())
        with pytest.raises(Abort):  # with which Prefect's engine lets go of the flow run, and sets no state
            await called

    run = await worker.domain.read.runs.get(worker.actor.tenant, hanging.id)
    assert sorted(ended) == ["account", "card"]
    assert (run.error_code, run.output) == (None, {})
    assert {item.status for item in (await worker.items(run)).values()} == {ItemStatus.RUNNING}


async def test_a_second_process_of_one_start_touches_nothing(worker: Worker, hanging: WorkflowRun) -> None:
    @flow(name="second")
    async def second(run_id: UUID) -> State[None]:
        begin = Begin(UUID(str(flow_run.id)), flow_run.run_count)
        await worker.domain.claims.claim(worker.actor, hanging.id, begin, new_id())
        async with open_run(run_id) as run:
            await run.open_items()
            return await run.close({})

    with pytest.raises(Abort):
        await worker.call(second, hanging.id)

    run = await worker.domain.read.runs.get(worker.actor.tenant, hanging.id)
    assert (run.progress.total, run.error_code, run.output) == (0, None, {})


async def test_a_process_that_was_begun_past_the_queue_waits_for_its_place(
    worker: Worker, hanging: WorkflowRun
) -> None:
    await report(worker.domain, worker.actor, hanging.id, RunStatus.FAILED, worker.domain.clock())
    worked_on = []

    @flow(name="patient")
    async def patient(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:
            worked_on.append(await run.open_items())
            return await run.close({})

    async with asyncio.timeout(30):
        called = asyncio.create_task(worker.call(patient, hanging.id))
        await eventually(lambda: has_begun(worker, hanging))
        await report(worker.domain, worker.actor, hanging.id, RunStatus.RUNNING, worker.domain.clock())
        assert worked_on == []
        await worker.domain.places.fill(worker.actor, hanging.id)
        state, _ = await called

    assert (len(worked_on), state.is_completed()) == (1, True)


async def test_a_run_and_the_runs_that_it_asks_for_go_on_with_the_trace_of_its_request(worker: Worker) -> None:
    await add_connection(worker.domain, worker.actor)
    with span("request", TRACEPARENT):
        requested = await request_run(worker.domain, worker.actor, RunType.SERVICE_INGESTION)
    asked_for = []

    @flow(name="asking")
    async def asking(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:
            asked_for.append(await request_run(run.domain, worker.actor, RunType.SERVICE_INGESTION))
            return await run.close({})

    await worker.call(asking, requested.id)

    assert [run.traceparent for run in asked_for] == [TRACEPARENT]


async def has_begun(worker: Worker, run: WorkflowRun) -> bool:
    return "The run has begun: start 1." in await worker.said(run)
