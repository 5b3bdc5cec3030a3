"""Which rules the profile, the declarations, the meaning and a few rows of a table speak for."""

from collections.abc import Callable, Iterator, Mapping

from domain.assets.model import AssetField, FoundTable
from domain.profiles.model import TableProfile
from flows.rulegen.accepted import accepted_value_candidates
from flows.rulegen.candidate import Candidate
from flows.rulegen.completeness import completeness_candidates
from flows.rulegen.declared import is_guaranteed
from flows.rulegen.dependencies import dependency_candidates
from flows.rulegen.evidence import TableEvidence, gather
from flows.rulegen.formats import format_candidates
from flows.rulegen.moments import moment_candidates
from flows.rulegen.pairs import pair_candidates
from flows.rulegen.ranges import range_candidates
from flows.rulegen.sample_rows import SampleRows
from flows.rulegen.structure import reference_candidates, row_count_candidates
from flows.rulegen.uniqueness import uniqueness_candidates

_MAKERS: tuple[Callable[[TableEvidence], Iterator[Candidate]], ...] = (
    completeness_candidates,
    uniqueness_candidates,
    format_candidates,
    accepted_value_candidates,
    range_candidates,
    moment_candidates,
    pair_candidates,
    reference_candidates,
    dependency_candidates,
    row_count_candidates,
)


def candidates(
    table: FoundTable,
    profile: TableProfile,
    fields: Mapping[str, Mapping[AssetField, str]],
    rows: SampleRows | None = None,
) -> list[Candidate]:
    """Pure. `fields` maps a column to what is known of its meaning; without `rows` only the profile speaks."""
    evidence = gather(table, profile, fields, rows or SampleRows())
    found = (candidate for make in _MAKERS for candidate in make(evidence))
    return [candidate for candidate in found if not is_guaranteed(table, candidate.definition)]
