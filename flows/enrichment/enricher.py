"""The seam of enrichment: what does this table, and what do its columns, mean?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.assets.model import Suggestion
from domain.fqn import Fqn
from domain.ledger.model import LlmCall
from domain.runs.model import Include
from flows.enrichment.context import EnrichmentContext


@dataclass(frozen=True, slots=True)
class Skipped:
    """An asset that got no suggestion; `reason` is the code of the failure (flows/failures.py)."""

    asset: Fqn
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The answer for one table. `dropped` names columns of an answer that the table does not have."""

    suggestions: tuple[Suggestion, ...]
    skipped: tuple[Skipped, ...] = ()
    calls: tuple[LlmCall, ...] = ()
    dropped: tuple[str, ...] = ()


class Enricher(Protocol):
    async def enrich(self, context: EnrichmentContext, include: frozenset[Include]) -> Enrichment:
        """Suggest what is included. Only a rejected key ends in an exception; all else ends in `skipped`."""
