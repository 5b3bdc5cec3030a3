from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.errors import Invalid
from domain.fqn import Fqn
from flows.crew import Crew, source_connections
from flows.item_work import Work
from flows.runtime import Run, open_run, patiently, table_runner
from flows.sources.base import Source
from flows.spread import spread

CREW = Crew("profiling", (source_connections,))


@flow(name="ingest-service", task_runner=table_runner(CREW))
async def ingest_service(run_id: UUID) -> State[None]:
    """Read schemas into the catalogue: the listed ones, or all of the connection's database when none is listed."""
    async with open_run(run_id) as run:
        listed = run.record.parameters.get("schemas") or ()
        async with run.source() as source:
            found = await (_listed(run, source, listed) if listed else _all(run, source))
        await spread(run, await run.open_items(found), _bench, CREW)
        if not listed:
            async with run.source() as source:
                await _forget_vanished(run, source)
        return await run.close({})


@asynccontextmanager
async def _bench(run: Run, _schemas: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source:
        yield partial(_ingest, run, source)


async def _all(run: Run, source: Source) -> list[Fqn]:
    return [run.connection.database.child(name) for name in await source.schemas()]


async def _listed(run: Run, source: Source, names: Sequence[str]) -> list[Fqn]:
    """Those that are asked for by name, which may be the engine's own."""
    if missing := sorted(set(names).difference(await source.schemas(with_system=True))):
        raise Invalid("schemas", f"{run.connection.database} has no schema {', '.join(missing)}.")
    return [run.connection.database.child(name) for name in names]


async def _ingest(run: Run, source: Source, schema: Fqn) -> None:
    found = await source.describe_schema(schema)
    await patiently(lambda: run.domain.items.finish_ingested(run.actor, run.record.id, found))


async def _forget_vanished(run: Run, source: Source) -> None:
    database = run.connection.database
    present = [database.child(name) for name in await source.schemas(with_system=True)]
    await patiently(lambda: run.domain.items.forget_schemas(run.actor, run.record.id, database, present))
