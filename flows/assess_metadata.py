from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.clock import utc_now
from domain.fqn import Fqn
from flows.assessment.metadata import assess_metadata as checks_of
from flows.crew import Crew
from flows.item_work import Work
from flows.runtime import Run, open_run, patiently, table_runner
from flows.spread import spread

CREW = Crew("dq_rules")


@flow(name="assess-metadata", task_runner=table_runner(CREW))
async def assess_metadata(run_id: UUID) -> State[None]:
    """Score how well the tables of the run's targets, and their columns, are documented and classified."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({})


@asynccontextmanager
async def _bench(run: Run, _tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    yield partial(_assess, run)


async def _assess(run: Run, fqn: Fqn) -> None:
    observed_at = utc_now()
    context = await patiently(lambda: run.domain.read.assets.table(run.actor.tenant, fqn))
    checks = checks_of(context.table, context.columns)
    await patiently(lambda: run.domain.assessments.finish_metadata(run.actor, run.record.id, fqn, observed_at, checks))
