from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.runs.model import TRIAL
from flows.assessment.active_rules import run_active_rules, try_rule
from flows.fan_out import fan_out
from flows.runtime import open_run, table_runner


@flow(name="execute-dq-rules", task_runner=table_runner("dq_rules"))
async def execute_dq_rules(run_id: UUID) -> State[None]:
    """Evaluate the active rules of the run's targets: results and violations, no scores. Or try one rule."""
    async with open_run(run_id) as run, run.source() as source:
        tables = await run.open_items()
        tries = TRIAL in run.record.parameters
        work = partial(try_rule, run, source) if tries else partial(run_active_rules, run, source, scored=False)
        await fan_out(run, tables, work)
        return await run.close({})
