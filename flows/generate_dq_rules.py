from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.clock import utc_now
from domain.fqn import Fqn
from domain.rules.model import RuleState
from flows.failures import TableFailed
from flows.fan_out import fan_out
from flows.rulegen.propose import Fields, propose_rules
from flows.runtime import Run, open_run, patiently, table_runner
from flows.sources.base import Source


@flow(name="generate-dq-rules", task_runner=table_runner("dq_rules"))
async def generate_dq_rules(run_id: UUID) -> State[None]:
    """Propose rules from the newest profile of each table, and try each on the data."""
    async with open_run(run_id) as run, run.source() as source:
        tables = await run.open_items()
        await fan_out(run, tables, partial(_generate, run, source))
        return await run.close({})


async def _generate(run: Run, source: Source, fqn: Fqn) -> None:
    read, tenant = run.domain.read, run.actor.tenant
    profile = (await patiently(lambda: read.profiles.newest(tenant, [fqn]))).get(fqn)
    if profile is None:
        raise TableFailed("The table has no profile that rules could be made from; run profiling first.")
    table = await source.describe_table(fqn)
    states = (RuleState.DRAFT, RuleState.ACTIVE, RuleState.PAUSED)
    existing = await patiently(lambda: read.rules.of_table(tenant, fqn, *states))
    proposals = await propose_rules(
        source, table, profile, await fields_of(run, fqn), [rule.definition for rule in existing], utc_now()
    )
    await patiently(lambda: run.domain.items.finish_generated(run.actor, run.record.id, fqn, proposals, ()))


async def fields_of(run: Run, fqn: Fqn) -> Fields:
    """What the catalogue says about the columns of a table, by column name."""
    context = await patiently(lambda: run.domain.read.assets.table(run.actor.tenant, fqn))
    return {column.fqn.name: {name: value.value for name, value in column.fields.items()} for column in context.columns}
