"""Rules about the table as a whole and its place among others: ROW_COUNT and REFERENCE_EXISTS."""

from collections.abc import Iterator

from domain.profiles.model import InferredRelationship
from domain.rules.model import RuleKind, Severity
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import TableEvidence

CONTAINED = 0.97
CREDIBLE = 0.5
SHRINKAGE = 0.5
"""A table that lost half of its rows was emptied, not tidied."""
SMALL_TABLE = 100


def row_count_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    rows = evidence.profile.row_count.value
    if rows == 0:
        return
    least = 1 if rows < SMALL_TABLE else int(rows * SHRINKAGE)
    yield Candidate(
        evidence.rule(RuleKind.ROW_COUNT, severity=Severity.HIGH, min=least),
        f"The table holds {rows:,} rows; fewer than {least:,} would mean that a load failed.",
        0.95,
        {"rows": rows},
    )


def reference_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for found in evidence.profile.relationships:
        if found.containment >= CONTAINED and found.confidence >= CREDIBLE:
            yield _reference(evidence, found)


def _reference(evidence: TableEvidence, found: InferredRelationship) -> Candidate:
    columns = [column for name in found.columns for column in evidence.columns if column.name == name]
    return Candidate(
        evidence.rule(
            RuleKind.REFERENCE_EXISTS,
            *columns,
            severity=Severity.HIGH,
            referenced_table=str(found.referenced_table),
            referenced_columns=list(found.referenced_columns),
        ),
        f"{found.containment:.1%} of the rows refer to one that exists in {found.referenced_table.name}.",
        support(found.containment, evidence.rows_read, prior=found.confidence),
        {"containment": found.containment, "orphans": found.orphans},
        tolerance=2 * (1 - CONTAINED),
    )
