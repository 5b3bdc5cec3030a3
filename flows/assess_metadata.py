from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.clock import utc_now
from domain.fqn import Fqn
from flows.assessment.metadata import assess_metadata as checks_of
from flows.fan_out import fan_out
from flows.runtime import Run, open_run, patiently, table_runner


@flow(name="assess-metadata", task_runner=table_runner("dq_rules"))
async def assess_metadata(run_id: UUID) -> State[None]:
    """Score how well the tables of the run's targets, and their columns, are documented and classified."""
    async with open_run(run_id) as run:
        tables = await run.open_items()
        await fan_out(run, tables, partial(_assess, run))
        return await run.close({})


async def _assess(run: Run, fqn: Fqn) -> None:
    observed_at = utc_now()
    context = await patiently(lambda: run.domain.read.assets.table(run.actor.tenant, fqn))
    checks = checks_of(context.table, context.columns)
    await patiently(lambda: run.domain.assessments.finish_metadata(run.actor, run.record.id, fqn, observed_at, checks))
