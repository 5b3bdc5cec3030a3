"""Columns that tell rows apart: UNIQUE."""
# ruff: noqa: SIM905 - sets of words read best as words

from collections.abc import Iterator

from domain.profiles.model import Method
from domain.rules.model import RuleKind, Severity
from flows.enrichment.names import singular, words
from flows.enrichment.type_kinds import Kind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_VALUES = 20
UNIQUE_ENOUGH = 0.98
ALWAYS, NEVER = 1.0, 1.01
NATURAL_KEYS = frozenset("email iban ssn username login isbn sku vin".split())


def uniqueness_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        share = column.profile.uniqueness or 0.0
        if column.profile.non_null < FEWEST_VALUES or share < _needed(evidence, column):
            continue
        yield Candidate(
            evidence.rule(RuleKind.UNIQUE, column, severity=Severity.HIGH),
            f"{share:.1%} of the values are different, and the column identifies the rows of this table.",
            support(share, column.profile.non_null, prior=0.97),
            {"uniqueness": share, "values": column.profile.non_null},
            tolerance=2 * (1 - UNIQUE_ENOUGH) + 0.01,
        )


def _needed(evidence: TableEvidence, column: ColumnEvidence) -> float:
    """Many columns have no two equal values by accident; only a name or a gapless count makes it a promise."""
    if column.kind in {Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN, Kind.OTHER} or _refers(evidence, column):
        return NEVER
    is_own = _is_own(evidence, column)
    if column.last_word == "id" and not is_own:
        return NEVER
    if column.last_word in NATURAL_KEYS or _counts_up(column) or (column.is_key_like and is_own):
        return UNIQUE_ENOUGH
    return ALWAYS if column.is_key_like else NEVER


def _is_own(evidence: TableEvidence, column: ColumnEvidence) -> bool:
    """`customer_no` of `customer`, or plain `no`: what it numbers are the rows of this table."""
    named_after = {singular(word) for word in words(column.name)[:-1]}
    return named_after <= {singular(word) for word in words(evidence.table.fqn.name)}


def _refers(evidence: TableEvidence, column: ColumnEvidence) -> bool:
    targets = [key.columns for key in evidence.table.foreign_keys]
    targets += [found.columns for found in evidence.profile.relationships]
    return any(column.name in columns for columns in targets)


def _counts_up(column: ColumnEvidence) -> bool:
    numbers, distinct = column.profile.numbers, column.profile.distinct
    if not numbers or not numbers.is_integer or distinct.method is not Method.EXACT:
        return False
    return numbers.max - numbers.min + 1 <= distinct.value / UNIQUE_ENOUGH and numbers.min in {0, 1}
