"""Values that should be there: NOT_NULL, NOT_BLANK, NO_MISSING_TOKENS."""
# ruff: noqa: SIM905 - sets of words read best as words

from collections.abc import Iterator

from domain.rules.model import RuleKind, Severity
from flows.enrichment.type_kinds import Kind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_ROWS = 20
COMPLETE_ENOUGH = 0.98
ESSENTIAL_COMPLETE_ENOUGH = 0.95
"""With fewer values a column is taken to be optional."""
MISSING_TOKENS = (
    "n/a", "#n/a", "n.a.", "null", "<null>", "(null)", "[null]", "nan", "#null!", "undefined", "-", "--", "?", "??",
)  # fmt: skip
"""Texts that stand for a missing value in any column."""
ESSENTIAL = frozenset("amount price currency status type created transaction email".split())
"""Words of columns that the others are understood or reached by."""
OPTIONAL = frozenset(
    "return returned end closed close deleted cancelled finished completed shipped delivered paid settled until to "
    "terminated termination death left resolved parent manager supervisor previous next".split()
)
"""Words of what has not happened yet, or has nothing before or above it, in some rows: their gaps are no faults."""
MOST_TOKENS = 0.5
"""With more of them, the token is how the column is meant to be."""


def completeness_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        if column.profile.rows >= FEWEST_ROWS:
            yield from _not_null(evidence, column)
            yield from _not_blank(evidence, column)
            yield from _no_missing_tokens(evidence, column)


def _not_null(evidence: TableEvidence, column: ColumnEvidence) -> Iterator[Candidate]:
    """A column that was never empty gets the rule only where a gap would hurt: else each column would have one."""
    tokens, values = _tokens(evidence, column)
    stand_ins = sum(tokens.values()) / values if values else 0.0
    share = column.filled / column.profile.rows - stand_ins
    is_essential = column.is_key_like or bool(column.words & ESSENTIAL)
    if column.words & OPTIONAL or not (is_essential or column.profile.nulls):
        return
    if share >= (ESSENTIAL_COMPLETE_ENOUGH if is_essential else COMPLETE_ENOUGH):
        yield Candidate(
            evidence.rule(RuleKind.NOT_NULL, column, severity=_severity(column)),
            f"{share:.1%} of the rows have a value, so the column is meant to be filled.",
            support(share, column.profile.rows),
            {"completeness": share, "rows": column.profile.rows},
        )


def _not_blank(evidence: TableEvidence, column: ColumnEvidence) -> Iterator[Candidate]:
    """Only where blanks were seen: elsewhere NOT_NULL says enough."""
    text = column.profile.text
    if not text or not text.blank:
        return
    share = column.filled / column.profile.non_null
    if share >= COMPLETE_ENOUGH:
        yield Candidate(
            evidence.rule(RuleKind.NOT_BLANK, column, severity=_severity(column)),
            f"Only {text.blank} of {column.profile.non_null} texts are blank, so blank is not a usual value.",
            support(share, column.profile.non_null),
            {"blank": text.blank, "values": column.profile.non_null},
        )


def _no_missing_tokens(evidence: TableEvidence, column: ColumnEvidence) -> Iterator[Candidate]:
    if column.kind is not Kind.TEXT or not column.profile.non_null:
        return
    found, rows = _tokens(evidence, column)
    share = sum(found.values()) / rows if rows else 0.0
    if 0 < share <= MOST_TOKENS:
        yield Candidate(
            evidence.rule(RuleKind.NO_MISSING_TOKENS, column, tokens=list(MISSING_TOKENS)),
            f"{share:.1%} of the values only stand for a missing one ({', '.join(sorted(found))}); a null says that.",
            0.9,
            {"share": share, "tokens": sorted(found)},
            tolerance=MOST_TOKENS,
        )


def _tokens(evidence: TableEvidence, column: ColumnEvidence) -> tuple[dict[str, int], int]:
    """The tokens found with their counts, and how many values were looked at."""
    counts = evidence.rows.counts(column.name)
    rows = counts.total()
    if not counts:
        counts.update({value.value: value.count for value in column.profile.top})
        rows = column.profile.non_null
    found: dict[str, int] = {}
    for value, count in counts.items():
        if (token := value.strip().lower()) in MISSING_TOKENS:
            found[token] = found.get(token, 0) + count
    return found, rows


def _severity(column: ColumnEvidence) -> Severity:
    return Severity.HIGH if column.is_key_like else Severity.MEDIUM
