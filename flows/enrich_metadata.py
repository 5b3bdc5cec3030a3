from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.fqn import Fqn
from domain.runs.model import Include
from flows.answers import KeptAnswers
from flows.crew import Crew, model_calls
from flows.enrichment.context import EnrichmentContext, Term
from flows.enrichment.enricher import Enricher, Enrichment
from flows.enrichment.registry import enricher_for
from flows.item_work import Work
from flows.llm.ledger import LedgeredModel
from flows.llm.run_model import open_run_model
from flows.neighbourhood import Neighbourhood, neighbourhood_of
from flows.runtime import Run, open_run, patiently, table_runner
from flows.spread import spread

CREW = Crew("enrichment", (model_calls,))


@flow(name="enrich-metadata", task_runner=table_runner(CREW))
async def enrich_metadata(run_id: UUID) -> State[None]:
    """Suggest what the tables of the run's targets, and their columns, mean."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({"provider": run.settings.enrichment.provider})


@asynccontextmanager
async def _bench(run: Run, tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with _model_of(run) as model:
        around, terms = await neighbourhood_of(run, tables), await _terms_of(run)
        yield partial(_enrich, run, enricher_for(model), around, terms)


def _model_of(run: Run) -> AbstractAsyncContextManager[LedgeredModel | None]:
    settings = run.settings.enrichment
    return open_run_model(settings, settings.max_concurrent_llm_calls, KeptAnswers(run))


async def _terms_of(run: Run) -> tuple[Term, ...]:
    """Read once for all tables."""
    terms = await patiently(lambda: run.domain.read.glossary.approved(run.actor.tenant))
    return tuple(Term(term.name, term.words.definition, term.words.synonyms) for term in terms)


async def _enrich(run: Run, enricher: Enricher, around: Neighbourhood, terms: tuple[Term, ...], fqn: Fqn) -> None:
    context = await _context_of(run, around, terms, fqn)
    asked = run.record.parameters.get("include")
    enrichment = await enricher.enrich(context, frozenset(map(Include, asked)) if asked else frozenset(Include))
    versions = {asset.fqn: asset.version for asset in (context.assets.table, *context.assets.columns)}
    await _report(run, fqn, enrichment)
    await patiently(
        lambda: run.domain.items.finish_enriched(
            run.actor, run.record.id, fqn, enrichment.suggestions, versions, enrichment.calls
        )
    )


async def _report(run: Run, fqn: Fqn, enrichment: Enrichment) -> None:
    for skipped in enrichment.skipped:
        await run.say(f"{skipped.asset} was left out: {skipped.message}", level="WARNING")
    if enrichment.dropped:
        # Their number, not their names: those are the model's words.
        count = len(enrichment.dropped)
        await run.say(f"{fqn}: {count} entries of the answer are about columns that do not exist.", level="WARNING")


async def _context_of(run: Run, around: Neighbourhood, terms: tuple[Term, ...], fqn: Fqn) -> EnrichmentContext:
    """What the catalogue knows about a table and its surroundings."""
    read, tenant = run.domain.read, run.actor.tenant
    assets = await patiently(lambda: read.assets.table(tenant, fqn))
    profiles = await patiently(lambda: read.profiles.newest(tenant, [fqn]))
    neighbours = tuple(one for schema in around if schema.covers(fqn) for one in around[schema] if one.fqn != fqn)
    return EnrichmentContext(assets, profiles.get(fqn), neighbours, terms)
