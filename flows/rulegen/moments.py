"""Dates and times: NOT_IN_FUTURE, ORDERED_PAIR, plausible years, FRESHNESS."""
# ruff: noqa: SIM905 - sets of words read best as words

import math
from collections.abc import Iterator
from datetime import timedelta

from domain.profiles.model import DateFacts
from domain.rules.model import RuleKind, Severity
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_VALUES = 30
SELDOM = 0.02
PLANNED = frozenset(
    "due expiry expires expiration valid until to end planned scheduled next renewal maturity target deadline "
    "estimated forecast delivery departure arrival start begin from effective".split()
)
"""Dates that may well lie ahead."""
OLDEST_PERSON_YEARS = 125
SENTINEL_END = "1902-01-01"
"""Stand-ins for `unknown` (1900-01-01, 1901-01-01, year 1) lie before it."""
LIVE = timedelta(days=3)
FRESHNESS_SLACK = 4
MOST_DAYS = 30
DAY_SECONDS = 86_400


def moment_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        dates = column.profile.dates
        if dates and column.profile.non_null >= FEWEST_VALUES:
            yield from _not_in_future(evidence, column, dates)
            yield from _plausible(evidence, column, dates)
    yield from _freshness(evidence)


def _not_in_future(evidence: TableEvidence, column: ColumnEvidence, dates: DateFacts) -> Iterator[Candidate]:
    share = 1 - dates.future / column.profile.non_null
    if share < 1 - SELDOM or column.words & PLANNED:
        return
    yield Candidate(
        evidence.rule(RuleKind.NOT_IN_FUTURE, column),
        f"{share:.1%} of the values are not in the future, and nothing in the name speaks of a plan.",
        support(share, column.profile.non_null, prior=0.97),
        {"future": dates.future, "values": column.profile.non_null},
        tolerance=2 * SELDOM,
    )


def _plausible(evidence: TableEvidence, column: ColumnEvidence, dates: DateFacts) -> Iterator[Candidate]:
    """A birth date by what people live to be; any other date where a stand-in for `unknown` was seen."""
    if "birth" in column.words:
        low = (evidence.profile.observed_at - timedelta(days=365.25 * OLDEST_PERSON_YEARS)).date().isoformat()
        reason = f"Nobody lives to be more than {OLDEST_PERSON_YEARS} years old."
    elif dates.min.date().isoformat() < SENTINEL_END:
        low, reason = SENTINEL_END, "Some dates are so old that they only stand for an unknown one."
    else:
        return
    yield Candidate(
        evidence.rule(RuleKind.VALUE_RANGE, column, min=low),
        reason,
        0.93,
        {"sentinels": dates.sentinels, "values": column.profile.non_null},
        tolerance=2 * SELDOM,
    )


def _freshness(evidence: TableEvidence) -> Iterator[Candidate]:
    """Only for a table that is alive while it is read, with ample room: an old extract promises nothing."""
    recorded = [
        (dates.age_seconds, column)
        for column in evidence.columns
        if (dates := column.profile.dates) and _is_recorded(column)
    ]
    age, column = min(recorded, key=lambda found: found[0], default=(math.inf, None))
    if column is None or column.profile.dates is None or not 0 <= age <= LIVE.total_seconds():
        return
    dates = column.profile.dates
    gap = (dates.max - dates.min).total_seconds() / max(1, column.profile.distinct.value)
    days = max(1, math.ceil(FRESHNESS_SLACK * max(age, gap) / DAY_SECONDS))
    if days <= MOST_DAYS:
        yield Candidate(
            evidence.rule(RuleKind.FRESHNESS, column, severity=Severity.LOW, max_age_seconds=days * DAY_SECONDS),
            f"Rows arrive about every {gap / 3_600:.3g} hours; {days} days without one would be a break.",
            0.8,
            {"age_seconds": age, "mean_gap_seconds": gap},
        )


def _is_recorded(column: ColumnEvidence) -> bool:
    """The column says of nearly every row when it came about."""
    is_usual = column.profile.non_null >= max(FEWEST_VALUES, (1 - SELDOM) * column.profile.rows)
    return is_usual and not column.words & (PLANNED | {"birth"})
