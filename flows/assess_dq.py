from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.fqn import Fqn
from flows.assessment.active_rules import run_active_rules
from flows.crew import Crew, source_connections
from flows.item_work import Work
from flows.runtime import Run, open_run, table_runner
from flows.spread import spread

CREW = Crew("dq_rules", (source_connections,))


@flow(name="assess-dq", task_runner=table_runner(CREW))
async def assess_dq(run_id: UUID) -> State[None]:
    """Evaluate the active rules of the run's targets and score the data by them."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({})


@asynccontextmanager
async def _bench(run: Run, _tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source:
        yield partial(run_active_rules, run, source, scored=True)
