"""Which enricher a run works with."""

from __future__ import annotations

from flows.enrichment.by_model import ModelEnricher
from flows.enrichment.enricher import Enricher
from flows.enrichment.offline import OfflineEnricher
from flows.llm.ledger import LedgeredModel


def enricher_for(model: LedgeredModel | None) -> Enricher:
    """The one that asks the run's model, or the offline one when there is none."""
    return ModelEnricher(model) if model else OfflineEnricher()
