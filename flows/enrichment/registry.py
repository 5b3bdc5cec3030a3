"""Which enricher the settings ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.settings import EnrichmentSettings
from flows.enrichment.by_model import ModelEnricher
from flows.enrichment.enricher import Enricher
from flows.enrichment.offline import OfflineEnricher
from flows.llm.budget import CallBudget
from flows.llm.ledger import EarlierAnswers, LedgeredModel
from flows.llm.registry import open_model


@asynccontextmanager
async def open_enricher(settings: EnrichmentSettings, earlier: EarlierAnswers) -> AsyncIterator[Enricher]:
    """The offline one, or one that asks the configured provider within one budget of calls for the whole run."""
    model = open_model(settings)
    if model is None:
        yield OfflineEnricher()
        return
    try:
        yield ModelEnricher(LedgeredModel(model, CallBudget(settings.max_concurrent_llm_calls), earlier))
    finally:
        await model.close()
