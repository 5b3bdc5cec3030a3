"""The model that one run shares among all of its tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.settings import EnrichmentSettings
from flows.llm.budget import CallBudget
from flows.llm.ledger import EarlierAnswers, LedgeredModel
from flows.llm.registry import open_model


@asynccontextmanager
async def open_run_model(
    settings: EnrichmentSettings, max_calls: int, earlier: EarlierAnswers
) -> AsyncIterator[LedgeredModel | None]:
    """One client for the whole run, and so many calls at once; None for the offline provider."""
    client = open_model(settings)
    if client is None:
        yield None
        return
    try:
        yield LedgeredModel(client, CallBudget(max_calls), earlier)
    finally:
        await client.close()
