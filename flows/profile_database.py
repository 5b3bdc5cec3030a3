from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from domain.settings import Settings
from flows.fan_out import fan_out
from flows.profiling.engine import MEASURED_AT_ONCE, ProfilingEngine, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.plan import Sampling, plan_profile
from flows.runtime import Run, open_run, patiently, table_runner, tables_of
from flows.sources.base import Source


@flow(name="profile-database", task_runner=table_runner("profiling"))
async def profile_database(run_id: UUID) -> State[None]:
    """Measure every table of the run's targets."""
    async with open_run(run_id) as run, run.source() as source:
        tables = await run.open_items()
        known = await tables_of(source, [schema for table in tables if (schema := table.parent)])
        async with _engine(run.settings) as engine:
            await fan_out(run, tables, partial(_profile, run, source, engine, known))
        return await run.close({})


def _engine(settings: Settings) -> AbstractAsyncContextManager[ProfilingEngine]:
    """With room for as many tables as can be read from the source at once."""
    workspaces = max(MEASURED_AT_ONCE, settings.source.copy_connections)
    return open_engine(settings.profiling.memory_limit_mb, workspaces)


async def _profile(
    run: Run, source: Source, engine: ProfilingEngine, known: Mapping[Fqn, FoundTable], fqn: Fqn
) -> None:
    table = known.get(fqn) or await source.describe_table(fqn)
    sampling = Sampling(**run.record.parameters)
    plan = plan_profile(table, run.settings.profiling, sampling)
    profile = await profile_table(source, engine, plan, [other for other in known.values() if other.fqn != fqn])
    await patiently(lambda: run.domain.items.finish_profiled(run.actor, run.record.id, profile))
