"""What texts can be read as: READS_AS, for numbers and dates that are kept as text."""
# ruff: noqa: SIM905 - sets of words read best as words

import re

from domain.rules.model import RuleKind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.completeness import MISSING_TOKENS
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_VALUES = 30
NUMERIC = 0.95
UNITS = frozenset(
    "ounces ounce oz grams gram kg kilograms pounds lbs liters litres ml cm mm meters metres inches km miles celsius "
    "fahrenheit percent percentage minutes hours seconds days euros dollars cents bytes watts volts".split()
)
"""A column named by its unit holds bare numbers: the unit need not be said again in each value."""
UNIT_TOLERANCE = 1.0
MAJORITY, MOSTLY, NEARLY_ALL = 0.6, 0.9, 0.97
_BARE = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)")
_NUMBER_FIRST = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+) ?[^\W\d]{0,8}[%.°]?")


def reading_candidate(evidence: TableEvidence, column: ColumnEvidence) -> Candidate | None:
    return (
        _date(evidence, column)
        or _number(evidence, column)
        or _bare_number(evidence, column)
        or _mixed_units(evidence, column)
    )


def _date(evidence: TableEvidence, column: ColumnEvidence) -> Candidate | None:
    patterns = column.profile.text.patterns if column.profile.text else {}
    share = column.share_of_filled(patterns.get("iso_date", 0.0) + patterns.get("iso_timestamp", 0.0))
    if share < MOSTLY:
        return None
    return Candidate(
        evidence.rule(RuleKind.READS_AS, column, type="date"),
        f"{share:.1%} of the texts are written as dates.",
        support(share, column.filled, prior=0.98),
        {"type": "date", "share": share},
    )


def _number(evidence: TableEvidence, column: ColumnEvidence) -> Candidate | None:
    types = column.profile.actual_types
    whole = column.share_of_filled(types.get("integer", 0.0))
    number = column.share_of_filled(types.get("integer", 0.0) + types.get("decimal", 0.0))
    share, reading = (whole, "integer") if whole == number else (number, "number")
    if share < NUMERIC:
        return None
    return Candidate(
        evidence.rule(RuleKind.READS_AS, column, type=reading),
        f"{share:.1%} of the texts are numbers.",
        support(share, column.filled, prior=0.97),
        {"type": reading, "share": share},
    )


def _bare_number(evidence: TableEvidence, column: ColumnEvidence) -> Candidate | None:
    """Values that all carry the unit of the column's name are consistent, and still wrong as a whole."""
    unit = next((word for word in (column.name.lower(), column.last_word) if word in UNITS), None)
    if unit is None or not _carry_numbers(column):
        return None
    return Candidate(
        evidence.rule(RuleKind.READS_AS, column, type="number"),
        "The name says the unit of measure, so the value is a number; the texts repeat the unit.",
        0.7,
        {"unit": unit},
        tolerance=UNIT_TOLERANCE,
    )


def _carry_numbers(column: ColumnEvidence) -> bool:
    top = column.profile.top
    return bool(top) and sum(value.value.lstrip()[:1].isdigit() for value in top) >= MOSTLY * len(top)


def _mixed_units(evidence: TableEvidence, column: ColumnEvidence) -> Candidate | None:
    """Mostly bare numbers, and the others numbers too, but with something behind them: two ways to say one thing."""
    counts = evidence.rows.counts(column.name)
    filled = {value: count for value, count in counts.items() if value.strip() and value not in MISSING_TOKENS}
    total = sum(filled.values())
    bare = sum(count for value, count in filled.items() if _BARE.fullmatch(value.strip()))
    number_first = sum(count for value, count in filled.items() if _NUMBER_FIRST.fullmatch(value.strip()))
    if total < FEWEST_VALUES or bare < MAJORITY * total or number_first < NEARLY_ALL * total:
        return None
    return Candidate(
        evidence.rule(RuleKind.READS_AS, column, type="number"),
        f"{bare / total:.1%} of the values are bare numbers; the others carry a unit or a sign that those do without.",
        0.9,
        {"bare": bare, "with_unit": number_first - bare, "values": total},
        tolerance=1 - MAJORITY,
    )
