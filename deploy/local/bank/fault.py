from dataclasses import dataclass
from enum import StrEnum

from domain.rules.model import RuleKind


class FaultKind(StrEnum):
    MISSING = "missing"
    BLANK = "blank"
    PLACEHOLDER = "placeholder"
    DUPLICATE = "duplicate"
    BROKEN_REFERENCE = "broken_reference"
    MALFORMED = "malformed"
    WRONG_CHECK_DIGITS = "wrong_check_digits"
    INVALID_CODE = "invalid_code"
    WRONG_CASE = "wrong_case"
    WHITESPACE = "whitespace"
    IMPOSSIBLE_DATE = "impossible_date"
    OUTLIER = "outlier"
    CONTRADICTION = "contradiction"
    MIXED_UNITS = "mixed_units"
    NEGATIVE = "negative"
    WRONG_TOTAL = "wrong_total"
    STALE = "stale"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """What is wrong in `row_count` rows, which are `share` of the table.

    A rule of any of the kinds sees it; without a kind, no rule of the language can say yet what is wrong.
    """

    id: str
    kind: FaultKind
    schema: str
    table: str
    columns: tuple[str, ...]
    row_count: int
    share: float
    rule_kinds_that_should_find_it: tuple[RuleKind, ...]
    description: str
