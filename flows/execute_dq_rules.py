from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.fqn import Fqn
from domain.runs.model import TRIAL
from flows.assessment.active_rules import run_active_rules, try_rule
from flows.crew import Crew, source_connections
from flows.item_work import Work
from flows.runtime import Run, open_run, table_runner
from flows.spread import spread

CREW = Crew("dq_rules", (source_connections,))


@flow(name="execute-dq-rules", task_runner=table_runner(CREW))
async def execute_dq_rules(run_id: UUID) -> State[None]:
    """Evaluate the active rules of the run's targets: results and violations, no scores. Or try one rule."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({})


@asynccontextmanager
async def _bench(run: Run, _tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source:
        tries = TRIAL in run.record.parameters
        yield partial(try_rule, run, source) if tries else partial(run_active_rules, run, source, scored=False)
