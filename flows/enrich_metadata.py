from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.assets.captured import foreign_keys
from domain.assets.model import Asset, TableContext
from domain.fqn import Fqn
from domain.runs.model import Include
from flows.answers import KeptAnswers
from flows.enrichment.context import EnrichmentContext, Neighbour
from flows.enrichment.enricher import Enricher
from flows.enrichment.registry import enricher_for
from flows.fan_out import fan_out
from flows.llm.run_model import open_run_model
from flows.runtime import Run, open_run, patiently, table_runner


@flow(name="enrich-metadata", task_runner=table_runner("enrichment"))
async def enrich_metadata(run_id: UUID) -> State[None]:
    """Suggest what the tables of the run's targets, and their columns, mean."""
    async with open_run(run_id) as run, open_run_model(run.settings.enrichment, KeptAnswers(run)) as model:
        tables = await run.open_items()
        await fan_out(run, tables, partial(_enrich, run, enricher_for(model)))
        return await run.close({"provider": run.settings.enrichment.provider})


async def _enrich(run: Run, enricher: Enricher, fqn: Fqn) -> None:
    context = await patiently(lambda: context_of(run, fqn))
    asked = run.record.parameters.get("include")
    enrichment = await enricher.enrich(context, frozenset(map(Include, asked)) if asked else frozenset(Include))
    versions = {asset.fqn: asset.version for asset in (context.assets.table, *context.assets.columns)}
    for skipped in enrichment.skipped:
        await run.say(f"{skipped.asset} was left out: {skipped.message}", level="WARNING")
    await patiently(
        lambda: run.domain.items.finish_enriched(
            run.actor, run.record.id, fqn, enrichment.suggestions, versions, enrichment.calls
        )
    )


async def context_of(run: Run, fqn: Fqn) -> EnrichmentContext:
    """What the catalogue knows about a table and its surroundings."""
    read, tenant = run.domain.read, run.actor.tenant
    table = await read.assets.table(tenant, fqn)
    profiles = await read.profiles.newest(tenant, [fqn])
    siblings = [asset for asset in await read.assets.siblings(tenant, fqn) if asset.fqn != fqn]
    columns = await read.assets.children(tenant, [asset.fqn for asset in siblings])
    neighbours = tuple(_neighbour(asset, columns[asset.fqn]) for asset in siblings)
    return EnrichmentContext(TableContext(table.table, table.columns), profiles.get(fqn), neighbours)


def _neighbour(table: Asset, columns: list[Asset]) -> Neighbour:
    return Neighbour(table.fqn, tuple(column.fqn.name for column in columns), foreign_keys(dict(table.captured)))
