"""The main job as a chain: each step is a run of its own, saved when it has something to save."""

import asyncio
from contextlib import suppress
from uuid import UUID

from prefect import State, flow

from domain.errors import Conflict
from domain.runs.model import ApprovalStatus, RunRequest, RunStatus, RunType, WorkflowRun, parameters_for
from flows.failures import RunFailure
from flows.runtime import Run, open_run, patiently

STEPS = (
    RunType.PROFILING,
    RunType.METADATA_ENRICHMENT,
    RunType.DQ_RULE_GENERATION,
    RunType.METADATA_ASSESSMENT,
    RunType.DQ_ASSESSMENT,
)
LOOK_SECONDS = 0.5


class StepFailed(RunFailure):
    code = "STEP_FAILED"


@flow(name="run-all")
async def run_all(run_id: UUID) -> State[None]:
    """Profile, enrich, generate rules, assess; a step that fails ends the chain."""
    async with open_run(run_id) as run:
        steps = {}
        for step in STEPS:
            child = await _begin(run, step)
            steps[step.value] = str(child.id)
            await run.say(f"{step}: run {child.id}")
            await _finished(run, child)
            if run.work.has_to_end:
                break
        return await run.close({"runs": steps})


async def _begin(run: Run, step: RunType) -> WorkflowRun:
    """The step's run; a chain that is tried again finds the runs of the first try, and repeats the one that failed."""
    request = RunRequest(
        step,
        run.connection.name,
        run.record.targets,
        parameters_for(step, run.record.parameters),
        save_all=step.needs_approval,
        idempotency_key=f"{run.record.id}:{step}",
    )
    child = await patiently(lambda: run.domain.runs.request(run.actor, request, run.record.id))
    if _has_failed(child):
        return await patiently(lambda: run.domain.runs.retry(run.actor, child.id))
    return child


async def _finished(run: Run, child: WorkflowRun) -> None:
    read, tenant = run.domain.read.runs, run.actor.tenant
    while True:
        now = await patiently(lambda: read.get(tenant, child.id))
        if run.work.has_to_end:
            await _cancel(run, now)
            return
        if _has_failed(now):
            raise StepFailed(f"{child.type} ended {now.status}: {now.error_message or 'see its items'}")
        if now.status is RunStatus.COMPLETED and await _is_saved(run, now):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _has_failed(child: WorkflowRun) -> bool:
    return child.status.is_terminal and child.status is not RunStatus.COMPLETED


async def _cancel(run: Run, child: WorkflowRun) -> None:
    """A chain that ends takes the step that it waits for with it, unless that has just ended by itself."""
    await patiently(lambda: run.domain.runs.beat(run.actor, run.record.id))  # refused if the chain is another process's
    with suppress(Conflict):
        await patiently(lambda: run.domain.runs.cancel(run.actor, child.id))


async def _is_saved(run: Run, child: WorkflowRun) -> bool:
    if not child.save_all:
        return True
    approvals = await patiently(lambda: run.domain.read.runs.approvals(run.actor.tenant, [child.id]))
    if approvals[child.id].status is ApprovalStatus.REJECTED:
        raise StepFailed(f"{child.type} was rejected, and the next steps build on what it suggested.")
    return approvals[child.id].status is ApprovalStatus.APPROVED
