"""Short closed lists whose rare members look like faults: ACCEPTED_VALUES."""

from collections import Counter
from collections.abc import Iterator

from domain.assets.model import AssetField, PiiClass
from domain.rules.model import RuleKind
from flows.enrichment.type_kinds import Kind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.completeness import MISSING_TOKENS
from flows.rulegen.evidence import ColumnEvidence, TableEvidence
from flows.rulegen.misspellings import is_variant, slips_of_short_codes
from flows.rulegen.outsiders import outsiders

FEWEST_VALUES = 50
LONGEST_LIST = 40
ROWS_PER_VALUE = 25
"""A list is closed only where every member came up again and again."""
ESTABLISHED = 3
UNEXPLAINED = 0.002
TOLERANCE = 0.08


def accepted_value_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        if column.kind is Kind.TEXT and _may_be_listed(column):
            yield from _listed(evidence, column)


def _may_be_listed(column: ColumnEvidence) -> bool:
    return not column.is_personal or column.fields.get(AssetField.PII_CLASS) == PiiClass.GENDER


def _listed(evidence: TableEvidence, column: ColumnEvidence) -> Iterator[Candidate]:
    counts = _counts(evidence, column)
    total, faulty = counts.total(), slips_of_short_codes(counts) | outsiders(counts)
    accepted = _members(counts, faulty)
    covered = sum(counts[value] for value in accepted) / max(1, total)
    if not _is_short_list(accepted, total) or covered < 1 - TOLERANCE or _are_numbers(accepted):
        return
    if _unexplained(counts, accepted, faulty) > UNEXPLAINED * total:
        return
    yield Candidate(
        evidence.rule(RuleKind.ACCEPTED_VALUES, column, values=sorted(accepted)),
        f"{len(accepted)} values make up {covered:.1%} of the rows; the others look like faulty spellings of them."
        if covered < 1
        else f"All of {total} values are among the same {len(accepted)}.",
        support(covered, total, prior=0.96),
        {"covered": covered, "values": len(accepted), "rows": total},
        tolerance=TOLERANCE,
    )


def _is_short_list(accepted: list[str], total: int) -> bool:
    return total >= FEWEST_VALUES and 0 < len(accepted) <= min(LONGEST_LIST, total // ROWS_PER_VALUE)


def _counts(evidence: TableEvidence, column: ColumnEvidence) -> Counter[str]:
    """Of the sampled rows, or else the most frequent ones; none where the column has more values than were seen."""
    top = Counter({value.value: value.count for value in column.profile.top})
    counts = evidence.rows.counts(column.name) or top
    return counts if column.profile.distinct.value <= len(counts) else Counter()


def _members(counts: Counter[str], faulty: frozenset[str]) -> list[str]:
    accepted: list[str] = []
    for value, count in counts.most_common(4 * LONGEST_LIST):
        if count >= ESTABLISHED and value not in faulty and not _is_fault(value, accepted, counts):
            accepted.append(value)
    return accepted


def _unexplained(counts: Counter[str], accepted: list[str], faulty: frozenset[str]) -> int:
    """Rows that hold neither a member of the list nor what looks like a fault."""
    rare = (value for value, count in counts.items() if count < ESTABLISHED and value not in faulty)
    return sum(counts[value] for value in rare if not _is_fault(value, accepted, counts))


def _is_fault(value: str, accepted: list[str], counts: Counter[str]) -> bool:
    """A blank is no fault of this kind: whether it may be is another rule's question."""
    return value.strip().lower() in MISSING_TOKENS or any(is_variant(value, usual, counts) for usual in accepted)


def _are_numbers(accepted: list[str]) -> bool:
    return sum(value.strip().lstrip("+-").replace(".", "", 1).isdigit() for value in accepted) > len(accepted) / 2
