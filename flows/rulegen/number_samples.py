"""Number facts of a text column whose sampled values are numbers."""

from statistics import fmean, pstdev, quantiles

from domain.profiles.model import NumberFacts
from flows.enrichment.type_kinds import Kind
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

FEWEST_VALUES = 50
MOSTLY = 0.9
_HUNDREDTHS = {"0.01": 0, "0.05": 4, "0.25": 24, "0.5": 49, "0.75": 74, "0.95": 94, "0.99": 98}


def numbers_of(evidence: TableEvidence, column: ColumnEvidence) -> NumberFacts | None:
    if column.kind is not Kind.TEXT:
        return None
    filled = [value for value in evidence.rows.columns.get(column.name, ()) if value and value.strip()]
    numbers = [number for number in map(_number, filled) if number is not None]
    if len(numbers) < FEWEST_VALUES or len(numbers) < MOSTLY * len(filled):
        return None
    return _facts(numbers)


def _number(text: str) -> float | None:
    plain = text.strip()
    if not plain or plain.strip("0123456789+-.eE") or _is_code(plain):
        return None
    try:
        return float(plain)
    except ValueError:
        return None


def _is_code(plain: str) -> bool:
    """00421 is no number, 0.421 is one."""
    bare = plain.lstrip("+-")
    return len(bare) > 1 and bare[0] == "0" and bare[1].isdigit()


def _facts(numbers: list[float]) -> NumberFacts:
    cuts, mean, deviation = quantiles(numbers, n=100, method="inclusive"), fmean(numbers), pstdev(numbers)
    return NumberFacts(
        min=min(numbers),
        max=max(numbers),
        mean=mean,
        sum=sum(numbers),
        standard_deviation=deviation,
        quantiles={key: cuts[place] for key, place in _HUNDREDTHS.items()},
        histogram=(),
        zeros=numbers.count(0.0),
        negatives=sum(number < 0 for number in numbers),
        outliers=sum(abs(number - mean) > 2 * deviation for number in numbers),
        is_integer=all(number.is_integer() for number in numbers),
    )
