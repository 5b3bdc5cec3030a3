from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.assets.model import FoundTable
from domain.fqn import SCHEMA_DEPTH, Fqn
from domain.runs.budget import IN_OUTPUT, Grant, Limits
from domain.settings import Settings
from flows.crew import Crew, source_connections
from flows.failures import LeftOut
from flows.item_work import Work
from flows.profiling.allowance import Allowance
from flows.profiling.engine import MEASURED_AT_ONCE, ProfilingEngine, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import ProfilePlan, Sampling, limits_of, plan_profile
from flows.runtime import Run, open_run, patiently, table_runner, tables_of
from flows.sources.base import Source
from flows.spread import spread

CREW = Crew("profiling", (source_connections,))


@flow(name="profile-database", task_runner=table_runner(CREW))
async def profile_database(run_id: UUID) -> State[None]:
    """Measure every table of the run's targets."""
    async with open_run(run_id) as run:
        items, limits = await run.open_items(), _limits_of(run)
        if limits.are_set:
            await patiently(lambda: run.domain.spending.begin(run.actor, run.record.id, limits))
        await spread(run, items, _bench, CREW)
        return await _close(run, limits)


async def _close(run: Run, limits: Limits) -> State[None]:
    if not limits.are_set:
        return await run.close({})
    account = await patiently(lambda: run.domain.spending.account(run.actor, run.record.id))
    return await run.close({IN_OUTPUT: asdict(limits), **account.written()})


def _limits_of(run: Run) -> Limits:
    return limits_of(run.settings.profiling, run.record.parameters)


@asynccontextmanager
async def _bench(run: Run, tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source, _engine(run.settings) as engine:
        known = await tables_of(source, _schemas_of(run)) if tables else {}
        yield partial(_profile, run, source, engine, Neighbours(source, known.values()), known)


def _engine(settings: Settings) -> AbstractAsyncContextManager[ProfilingEngine]:
    """With room for as many tables as can be read from the source at once."""
    workspaces = max(MEASURED_AT_ONCE, settings.source.copy_connections)
    return open_engine(settings.profiling.memory_limit_mb, workspaces)


def _schemas_of(run: Run) -> list[Fqn]:
    """Of all targets, whichever tables are worked on here: a relationship may lead from one schema to another."""
    targets = run.record.targets
    return [schema for target in targets if (schema := target if target.depth == SCHEMA_DEPTH else target.parent)]


async def _profile(
    run: Run,
    source: Source,
    engine: ProfilingEngine,
    neighbours: Neighbours,
    known: Mapping[Fqn, FoundTable],
    fqn: Fqn,
) -> None:
    table = known.get(fqn) or await source.describe_table(fqn)
    plan = plan_profile(table, run.settings.profiling, Sampling.of(run.record.parameters))
    allowance = None
    if _limits_of(run).are_set:
        grant = await _grant(run, plan)
        plan, allowance = plan.within(grant.rows), Allowance(grant.seconds)
    profile = await profile_table(source, engine, plan, neighbours, allowance)
    await patiently(lambda: run.domain.items.finish_profiled(run.actor, run.record.id, profile))
    if profile.unmeasured:
        await run.say(f"{fqn}: {len(profile.unmeasured):,} columns were left out.", level="WARNING")


async def _grant(run: Run, plan: ProfilePlan) -> Grant:
    """From the budget that all tables of the run share."""
    fqn, spending = plan.table.fqn, run.domain.spending
    grant = await patiently(lambda: spending.reserve(run.actor, run.record.id, fqn, plan.rows))
    if grant.refusal:
        raise LeftOut(grant.refusal)
    return grant
