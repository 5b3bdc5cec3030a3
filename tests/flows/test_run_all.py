"""The chain of the main job: the test plays Prefect, and reports how each step ends."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest

from domain.pages import PageRequest
from domain.runs.model import RunStatus, RunType, WorkflowRun
from domain.runs.queries import RunFilter
from flows import run_all as run_all_module
from flows.run_all import STEPS
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import complete, report, request_run
from tests.flows.worker import Worker
from tests.waiting import eventually

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

BOUND_SECONDS = 30


@pytest.fixture
async def chain(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> WorkflowRun:
    monkeypatch.setattr(run_all_module, "LOOK_SECONDS", 0.02)
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, "card")
    return await request_run(worker.domain, worker.actor, RunType.RUN_ALL, PUBLIC)


async def steps_of(worker: Worker) -> Mapping[RunType, WorkflowRun]:
    page = await worker.domain.read.runs.page(worker.actor.tenant, None, RunFilter(types=STEPS), PageRequest(first=20))
    return {run.type: run for _, run in page.items}


async def requested(worker: Worker, step: RunType) -> WorkflowRun:
    async def is_there() -> bool:
        return step in await steps_of(worker)

    await eventually(is_there)
    return (await steps_of(worker))[step]


@asynccontextmanager
async def carried_out(worker: Worker, chain: WorkflowRun) -> AsyncIterator["asyncio.Task[WorkflowRun]"]:
    async def ended() -> WorkflowRun:
        return (await worker.carry_out(chain))[1]

    async with asyncio.timeout(BOUND_SECONDS), asyncio.TaskGroup() as group:
        yield group.create_task(ended())


async def succeed(worker: Worker, step: RunType) -> None:
    run = await requested(worker, step)
    await complete(worker.domain, worker.actor, run.id)
    if step.needs_approval:
        await worker.domain.approvals.approve(worker.actor, run.id)


async def test_each_step_waits_for_the_end_and_the_save_of_the_one_before(worker: Worker, chain: WorkflowRun) -> None:
    async with carried_out(worker, chain) as ending:
        for place, step in enumerate(STEPS, start=1):
            await requested(worker, step)
            assert list(await steps_of(worker))[::-1] == list(STEPS[:place])
            await succeed(worker, step)

    assert ending.result().output["runs"] == {str(step): str(run.id) for step, run in (await steps_of(worker)).items()}


async def test_a_step_that_fails_ends_the_chain_and_a_second_try_repeats_that_step(
    worker: Worker, chain: WorkflowRun, sql: asyncpg.Connection
) -> None:
    async with carried_out(worker, chain) as ending:
        await succeed(worker, RunType.PROFILING)
        failed = await requested(worker, RunType.METADATA_ENRICHMENT)
        await report(worker.domain, worker.actor, failed.id, RunStatus.FAILED, worker.domain.clock(), "No key.")
    assert ending.result().error_message == "metadata-enrichment ended FAILED: No key."

    async with carried_out(worker, chain) as ending:
        await eventually(lambda: is_wished_again(sql))
        for step in STEPS[1:]:
            await succeed(worker, step)

    assert set(ending.result().output["runs"]) == set(STEPS)
    assert (await steps_of(worker))[RunType.METADATA_ENRICHMENT].id == failed.id


async def is_wished_again(sql: asyncpg.Connection) -> bool:
    return bool(await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'run.retry_requested'"))


async def test_a_step_that_is_rejected_ends_the_chain(worker: Worker, chain: WorkflowRun) -> None:
    async with carried_out(worker, chain) as ending:
        run = await requested(worker, RunType.PROFILING)
        await complete(worker.domain, worker.actor, run.id)
        await worker.domain.approvals.reject(worker.actor, run.id, "Not now.")

    assert (ending.result().error_code, ending.result().error_message) == (
        "STEP_FAILED",
        "profiling was rejected, and the next steps build on what it suggested.",
    )
