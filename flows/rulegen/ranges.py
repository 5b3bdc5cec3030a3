"""Numbers that cannot be, and numbers that hardly can: VALUE_RANGE and NO_OUTLIERS."""
# ruff: noqa: SIM905 - sets of words read best as words

from collections.abc import Iterator
from dataclasses import dataclass

from domain.assets.model import AssetField
from domain.profiles.model import NumberFacts
from domain.rules.model import RuleKind, Severity
from flows.enrichment.type_kinds import Kind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence
from flows.rulegen.number_samples import numbers_of

FEWEST_VALUES = 50
FEWEST_FOR_FENCES = 200
FEWEST_DISTINCT = 20
COUNTER_UNIQUENESS = 0.98
LABELS = frozenset({"phone", "mobile", "fax", "postal", "ssn", "card", "iban", "routing"})
SELDOM = 0.02
FENCE = 3.0
"""Distance of a fence from the 5 % and 95 % quantiles, in lengths from there to the median: 6.6 standard deviations
of a normal distribution."""
NEVER_NEGATIVE = frozenset(
    "amount price cost quantity count size length width height weight duration volume distance salary wage fee "
    "capacity stock limit rate age population area total".split()
)
SIGNED = frozenset("balance change difference delta offset profit loss net adjustment temperature variance".split())


@dataclass(frozen=True, slots=True)
class Limits:
    """What a quantity of a name can be at all."""

    low: float
    high: float
    needs: float
    """The range is meant only where the middle of the values lies below this: `rate` may be a share or an amount."""


_MEANT = {
    "percent": (Limits(0, 1, 1), Limits(0, 100, 100)),
    "percentage": (Limits(0, 1, 1), Limits(0, 100, 100)),
    "probability": (Limits(0, 1, 1),),
    "latitude": (Limits(-90, 90, 90),),
    "longitude": (Limits(-180, 180, 180),),
    "age": (Limits(0, 120, 100),),
    "month": (Limits(1, 12, 12),),
    "hour": (Limits(0, 24, 24),),
    "minute": (Limits(0, 60, 60),),
    "weekday": (Limits(0, 7, 7),),
    "year": (Limits(1000, 2200, 2100),),
}


def range_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        numbers = column.profile.numbers or numbers_of(evidence, column)
        if not numbers or column.profile.non_null < FEWEST_VALUES or _is_label(column, numbers):
            continue
        meant = _meant(evidence, column, numbers) or _never_negative(evidence, column, numbers)
        if meant:
            yield meant
        yield from _no_outliers(evidence, column, numbers)


def _is_label(column: ColumnEvidence, numbers: NumberFacts) -> bool:
    """Digits that name something measure nothing."""
    is_whole = numbers.is_integer and column.kind is not Kind.DECIMAL
    is_counter = is_whole and (column.profile.uniqueness or 0.0) >= COUNTER_UNIQUENESS
    return column.is_key_like or is_counter or bool(column.words & LABELS)


def _meant(evidence: TableEvidence, column: ColumnEvidence, numbers: NumberFacts) -> Candidate | None:
    known = (column.last_word, column.fields.get(AssetField.SEMANTIC_TYPE, ""))
    word = next((word for word in known if word in _MEANT), "")
    for limits in _MEANT.get(word, ()):
        if limits.low <= numbers.quantiles["0.05"] and numbers.quantiles["0.95"] <= min(limits.high, limits.needs):
            return Candidate(
                evidence.rule(RuleKind.VALUE_RANGE, column, min=limits.low, max=limits.high),
                f"It is a {word}, which lies between {limits.low:g} and {limits.high:g}.",
                0.95,
                {"meaning": word},
                tolerance=2 * SELDOM,
            )
    return None


def _never_negative(evidence: TableEvidence, column: ColumnEvidence, numbers: NumberFacts) -> Candidate | None:
    values = column.profile.non_null
    share = 1 - numbers.negatives / values
    if share < 1 - SELDOM or not column.words & NEVER_NEGATIVE or column.words & SIGNED:
        return None
    return Candidate(
        evidence.rule(RuleKind.VALUE_RANGE, column, min=0),
        f"{share:.1%} of {values} numbers are not negative, as a quantity is.",
        support(share, values, prior=0.98),
        {"negatives": numbers.negatives, "values": values},
        tolerance=2 * SELDOM,
    )


def _no_outliers(evidence: TableEvidence, column: ColumnEvidence, numbers: NumberFacts) -> Iterator[Candidate]:
    if column.profile.non_null < FEWEST_FOR_FENCES or column.profile.distinct.value < FEWEST_DISTINCT:
        return
    fences = _fences(numbers)
    if fences is None or (fences[0] <= numbers.min and numbers.max <= fences[1]):
        return
    yield Candidate(
        evidence.rule(
            RuleKind.NO_OUTLIERS, column, severity=Severity.LOW, min=_short(fences[0]), max=_short(fences[1])
        ),
        "Some numbers lie far outside of what nine in ten of the rows span.",
        0.8,
        {"fence_factor": FENCE, "outside_two_deviations": numbers.outliers},
        tolerance=2 * SELDOM,
    )


def _fences(numbers: NumberFacts) -> tuple[float, float] | None:
    """From the inner nine tenths, which a few faults cannot move; on a log scale where the values are skewed."""
    low, middle, high = (numbers.quantiles[key] for key in ("0.05", "0.5", "0.95"))
    if not low < middle < high:
        return None
    if low > 0 and high - middle > 2 * (middle - low):
        upper = high * (high / middle) ** FENCE
        return -upper if numbers.negatives else 0.0, upper
    fence = low - FENCE * (middle - low)
    return fence if numbers.negatives else max(fence, 0.0), high + FENCE * (high - middle)


def _short(bound: float) -> float:
    """Three digits: a fence is no exact thing."""
    return float(f"{bound:.3g}")
