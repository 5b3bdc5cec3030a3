from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.assets.model import FoundTable
from domain.fqn import SCHEMA_DEPTH, Fqn
from domain.settings import Settings
from flows.crew import Crew, source_connections
from flows.item_work import Work
from flows.profiling.engine import MEASURED_AT_ONCE, ProfilingEngine, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.plan import Sampling, plan_profile
from flows.runtime import Run, open_run, patiently, table_runner, tables_of
from flows.sources.base import Source
from flows.spread import spread

CREW = Crew("profiling", (source_connections,))


@flow(name="profile-database", task_runner=table_runner(CREW))
async def profile_database(run_id: UUID) -> State[None]:
    """Measure every table of the run's targets."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({})


@asynccontextmanager
async def _bench(run: Run, tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source, _engine(run.settings) as engine:
        known = await tables_of(source, _schemas_of(run)) if tables else {}
        yield partial(_profile, run, source, engine, known)


def _engine(settings: Settings) -> AbstractAsyncContextManager[ProfilingEngine]:
    """With room for as many tables as can be read from the source at once."""
    workspaces = max(MEASURED_AT_ONCE, settings.source.copy_connections)
    return open_engine(settings.profiling.memory_limit_mb, workspaces)


def _schemas_of(run: Run) -> list[Fqn]:
    """Of all targets, whichever tables are worked on here: a relationship may lead from one schema to another."""
    targets = run.record.targets
    return [schema for target in targets if (schema := target if target.depth == SCHEMA_DEPTH else target.parent)]


async def _profile(
    run: Run, source: Source, engine: ProfilingEngine, known: Mapping[Fqn, FoundTable], fqn: Fqn
) -> None:
    table = known.get(fqn) or await source.describe_table(fqn)
    sampling = Sampling(**run.record.parameters)
    plan = plan_profile(table, run.settings.profiling, sampling)
    profile = await profile_table(source, engine, plan, [other for other in known.values() if other.fqn != fqn])
    await patiently(lambda: run.domain.items.finish_profiled(run.actor, run.record.id, profile))
