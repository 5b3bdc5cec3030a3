"""Columns that follow one another: ORDERED_PAIR, by their names and types."""

from collections.abc import Iterator
from itertools import permutations

from domain.rules.model import RuleKind
from flows.enrichment.names import words
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_ROWS = 20
BY_NAME = 0.93
"""Confidence."""
_BOUNDS = (
    ("start", "end"), ("start", "finish"), ("begin", "end"), ("from", "to"), ("from", "until"), ("since", "until"),
    ("open", "close"), ("opened", "closed"), ("minimum", "maximum"), ("low", "high"), ("first", "last"),
    ("issue", "expiry"), ("issued", "expiry"), ("issued", "expires"), ("effective", "expiry"),
    ("checkin", "checkout"), ("departure", "arrival"),
)  # fmt: skip
"""Words that open and close one thing: what else the names say has to be the same."""
_STEPS = (
    ("created", "updated"), ("created", "modified"), ("created", "closed"), ("created", "deleted"),
    ("create", "update"), ("order", "shipped"), ("order", "delivered"), ("ordered", "shipped"),
    ("shipped", "delivered"), ("hire", "termination"), ("hired", "terminated"), ("rental", "return"),
    ("rented", "returned"), ("sent", "received"), ("received", "closed"), ("registered", "closed"),
    ("opened", "updated"), ("started", "completed"), ("booked", "settled"), ("booking", "value"),
    ("authorized", "settled"), ("invoice", "paid"),
)  # fmt: skip
"""Words of one event after the other in the life of a row."""
_FILLERS = frozenset({"date", "time", "timestamp", "at", "on", "day"})


def pair_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    if evidence.rows_read < FEWEST_ROWS:
        return
    for first, last in permutations(evidence.columns, 2):
        if _comparable(first, last) and (reason := _reason(first, last)):
            yield _candidate(evidence, first, last, reason)


def _candidate(evidence: TableEvidence, first: ColumnEvidence, last: ColumnEvidence, reason: str) -> Candidate:
    """The names alone speak for it; an order that was measured too speaks louder."""
    definition = evidence.rule(RuleKind.ORDERED_PAIR, first, last)
    names = {"first": first.name, "last": last.name}
    found = evidence.profile.together.ordered_pairs if evidence.profile.together else ()
    for pair in found:
        if (pair.first, pair.last) == (first.name, last.name):
            shown = f"{reason} It holds in {pair.share:.1%} of {pair.rows} rows."
            confidence = max(BY_NAME, support(pair.share, pair.rows, prior=0.97))
            return Candidate(definition, shown, confidence, {**names, "share": pair.share, "rows": pair.rows})
    return Candidate(definition, reason, BY_NAME, names)


def _comparable(first: ColumnEvidence, last: ColumnEvidence) -> bool:
    both_moments = first.kind.is_moment and last.kind.is_moment
    return both_moments or (first.kind.is_number and last.kind.is_number)


def _reason(first: ColumnEvidence, last: ColumnEvidence) -> str | None:
    if any(_differ_only_in(first, last, pair) for pair in _BOUNDS):
        return "The names are those of a beginning and its end."
    if not first.kind.is_moment:
        return None
    if "birth" in first.words and "birth" not in last.words:
        return "Nothing happens to a person before birth."
    if any(early in first.words and late in last.words for early, late in _STEPS):
        return "The names are those of two steps that follow one another."
    return None


def _differ_only_in(first: ColumnEvidence, last: ColumnEvidence, pair: tuple[str, str]) -> bool:
    early, late = (_meant_words(column) for column in (first, last))
    return pair[0] in early and pair[1] in late and early - {pair[0]} == late - {pair[1]}


def _meant_words(column: ColumnEvidence) -> frozenset[str]:
    return frozenset(words(column.name)) - _FILLERS
