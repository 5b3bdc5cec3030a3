"""Which references are worth a check, by names and by what is known of the values, before any rows are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.assets.model import AssetType, FoundTable
from domain.profiles.model import ColumnProfile
from flows.profiling.name_evidence import CLEAR_NAME
from flows.profiling.named_references import named_references
from flows.profiling.neighbours import Neighbours
from flows.profiling.possible_references import Candidate, promise
from flows.profiling.reference_keys import TableNames
from flows.profiling.valued_references import valued_references


async def find_candidates(
    table: FoundTable, neighbours: Neighbours, columns: Sequence[ColumnProfile]
) -> list[Candidate]:
    """The most promising first. The columns of a view refer to nothing of their own."""
    if table.type is AssetType.VIEW:
        return []
    child = TableNames(table)
    profiles = {profile.name: profile for profile in columns}
    named = await named_references(child, neighbours, profiles)
    strong = {name for one in named if one.confidence >= CLEAR_NAME and len(one.columns) == 1 for name in one.columns}
    valued = await valued_references(child, neighbours, {name: profiles[name] for name in profiles.keys() - strong})
    suggested = {one.reference: one for one in valued}
    for one in named:
        by_values = suggested.get(one.reference)
        suggested[one.reference] = replace(by_values, confidence=one.confidence) if by_values else one
    return sorted(suggested.values(), key=promise)
