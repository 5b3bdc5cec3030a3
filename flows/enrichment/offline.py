"""The enricher that needs no network and no key: the same context always gives the same answer."""

from __future__ import annotations

from collections.abc import Iterator

from domain.assets.model import AssetField, Suggestion
from domain.runs.model import Include
from flows.enrichment.context import EnrichmentContext
from flows.enrichment.enricher import Enrichment
from flows.enrichment.meaning import understand
from flows.enrichment.suggest_columns import suggest_for_column
from flows.enrichment.suggest_tables import suggest_for_table


class OfflineEnricher:
    async def enrich(self, context: EnrichmentContext, include: frozenset[Include]) -> Enrichment:
        return Enrichment(suggestions=tuple(_suggest(context, include)))


def _suggest(context: EnrichmentContext, include: frozenset[Include]) -> Iterator[Suggestion]:
    table = understand(context)
    everything = [*suggest_for_table(table)]
    for column in table.columns:
        everything += suggest_for_column(column, table)
    return (found for found in everything if INCLUDED_BY[found.field] in include)


INCLUDED_BY = {
    AssetField.DESCRIPTION: Include.DESCRIPTIONS,
    AssetField.BUSINESS_NAME: Include.DESCRIPTIONS,
    AssetField.BUSINESS_DEFINITION: Include.DESCRIPTIONS,
    AssetField.SEMANTIC_TYPE: Include.SEMANTIC_TYPES,
    AssetField.PII_CLASS: Include.PII,
    AssetField.SENSITIVITY: Include.SENSITIVITY,
    AssetField.DOMAIN: Include.DOMAIN,
    AssetField.STEWARD: Include.DOMAIN,
    AssetField.RELATIONSHIP_SUMMARY: Include.RELATIONSHIPS,
    AssetField.DQ_TAGS: Include.DQ_TAGS,
}
"""What has to be asked for to get a suggestion for a field."""
