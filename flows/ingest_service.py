from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.errors import Invalid
from domain.fqn import Fqn
from flows.fan_out import fan_out
from flows.runtime import Run, open_run, patiently, table_runner
from flows.sources.base import Source


@flow(name="ingest-service", task_runner=table_runner("profiling"))
async def ingest_service(run_id: UUID) -> State[None]:
    """Read schemas into the catalogue: the listed ones, or all of the connection's database when none is listed."""
    async with open_run(run_id) as run, run.source() as source:
        schemas = await run.open_items(await _wanted(run, source))
        await fan_out(run, schemas, partial(_ingest, run, source))
        return await run.close({})


async def _wanted(run: Run, source: Source) -> list[Fqn]:
    listed = run.record.parameters.get("schemas") or ()
    existing = await source.schemas()
    if missing := sorted(set(listed) - set(existing)):
        raise Invalid("schemas", f"{run.connection.database} has no schema {', '.join(missing)}.")
    return [run.connection.database.child(name) for name in listed or existing]


async def _ingest(run: Run, source: Source, schema: Fqn) -> None:
    found = await source.describe_schema(schema)
    await patiently(lambda: run.domain.items.finish_ingested(run.actor, run.record.id, found))
