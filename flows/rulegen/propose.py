"""Rules for one table: looked for, merged, tried."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.assets.model import AssetField, FoundTable
from domain.profiles.model import TableProfile
from domain.rules.model import RuleDefinition, RuleProposal
from flows.rulegen.candidate import Candidate
from flows.rulegen.candidates import candidates
from flows.rulegen.evidence import gather
from flows.rulegen.merge import merge
from flows.rulegen.sample_rows import SampleRows, read_rows
from flows.rulegen.trial import tried
from flows.sources.base import Source

Fields = Mapping[str, Mapping[AssetField, str]]
"""By column name: what enrichment or a person said about the column."""


class Suggester(Protocol):
    """A model that proposes rules in our language."""

    async def suggest(
        self, table: FoundTable, profile: TableProfile, fields: Fields, known: Sequence[RuleDefinition]
    ) -> Sequence[Candidate]:
        """Rules beyond the `known` ones; what it cannot use of an answer it leaves out and records."""


async def propose_rules(
    source: Source,
    table: FoundTable,
    profile: TableProfile,
    fields: Fields,
    existing: Sequence[RuleDefinition],
    observed_at: datetime,
    suggest: Suggester | None = None,
) -> tuple[RuleProposal, ...]:
    """Proposals that hold on the data apart from faults, and repeat neither a constraint nor an existing rule."""
    rows = await read_rows(source, table, profile.row_count.value)
    own = await asyncio.to_thread(candidates, table, profile, fields, rows)  # counts pairs of columns: seconds
    known = [*existing, *(candidate.definition for candidate in own)]
    suggested = await suggest.suggest(table, profile, fields, known) if suggest else ()
    masked = frozenset(c.name for c in gather(table, profile, fields, SampleRows()).columns if c.is_personal)
    return await tried(source, table, merge([*own, *suggested], existing), observed_at, masked)
