"""How far the values alone speak for a column referring to a key, in bits: how unlikely it is that they only happen to.

Numbers that are given out in order, 1 to n, hold every smaller 1 to m: that such a column is contained says nothing.
What speaks there is where the values end, and that they reach over the whole key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, log2, sqrt

from domain.profiles.model import ColumnProfile, TextFacts, ValueOrder
from flows.profiling.reference_keys import Family, KeyFacts

_INNER = (("0.01", "0.99"), ("0.05", "0.95"))
_MOST_BITS = 64.0
_BITS_OF_A_UUID = 8.0
_MOST_BITS_OF_A_TEXT = 4.0
"""Texts of one kind are alike, so that one more found says less than its length would have it."""
_BITS_OF_A_LETTER, _BITS_OF_A_DIGIT = 4.7, 3.3
_LONGEST_KEY = 64.0
_WIDEST_GAP = 8.0
"""At an end of the key, in distances between the column's values: a wider one has a chance of 1 in 3,000."""
_LEAST_REACH = 0.3
"""Of as many keys as rows that refer at random would reach."""
_FEWEST_A_KEY = 1.5
"""Rows that refer, for each row that there is to refer to."""
MOST_DANGLING = 0.02
"""Share of the rows that may have no parent where the values alone speak for one."""
CONCLUSIVE_BITS = 16.0
"""Being contained in a key with gaps may say so much that it does not matter where the values end."""


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """The values of a column that may refer. `low`, `high` and `mean` are those of whole numbers, else None.

    `inner` are ends further in, without the outermost hundredth of the rows and without the outermost twentieth: what
    dangles may lie beyond them.
    """

    rows: int
    distinct: int
    low: float | None
    high: float | None
    mean: float | None
    inner: Sequence[tuple[float, float]]
    bits_of_a_value: float
    is_out_of_order: bool
    """Whether they are known not to follow the table's own key."""

    @classmethod
    def of(cls, profile: ColumnProfile) -> ColumnValues:
        numbers = profile.numbers if profile.numbers and profile.numbers.is_integer else None
        return cls(
            rows=profile.non_null,
            distinct=profile.distinct.value,
            low=numbers.min if numbers else None,
            high=numbers.max if numbers else None,
            mean=numbers.mean if numbers else None,
            inner=[(numbers.quantiles[low], numbers.quantiles[high]) for low, high in _INNER] if numbers else (),
            bits_of_a_value=_bits_of_text(profile.text) if profile.text else 0.0,
            is_out_of_order=profile.order is ValueOrder.NONE,
        )

    def without_strays(self, facts: KeyFacts) -> ColumnValues:
        """Between inner ends wherever the outer ones lie beyond the key's."""
        if self.low is None or self.high is None or facts.low is None or facts.high is None:
            return self
        lows, highs = [self.low, *(low for low, _ in self.inner)], [self.high, *(high for _, high in self.inner)]
        low = next((end for end in lows if end >= facts.low), self.low)
        high = next((end for end in highs if end <= facts.high), self.high)
        return replace(self, low=low, high=high)

    @property
    def is_unique(self) -> bool:
        return self.distinct == self.rows


def surprise(values: ColumnValues, facts: KeyFacts, *, is_key_like: bool) -> float:
    """Bits that the values, all contained in the key, speak for a reference to it. 0 where they speak against it.

    Where numbers that are not called a key end says something only if they repeat, as references to a table do.
    """
    if not 0 < values.distinct <= facts.rows + _strays(values):
        return 0.0
    values = values.without_strays(facts)
    match facts.key.families[0]:
        case Family.UUID:
            bits = _BITS_OF_A_UUID * values.distinct
        case Family.TEXT:
            bits = values.distinct * min(_MOST_BITS_OF_A_TEXT, values.bits_of_a_value - log2(facts.rows))
        case Family.INTEGER if _lies_within(values, facts):
            bits = _surprise_of_gaps(values, facts)
            if is_plausible(values, facts) and (is_key_like or values.rows >= _FEWEST_A_KEY * facts.rows):
                bits += _surprise_of_ends(values, facts)
        case _:
            bits = 0.0
    return max(0.0, min(_MOST_BITS, bits))


def is_plausible(values: ColumnValues, facts: KeyFacts) -> bool:
    """Whether numbers reach over the key as those of rows would that refer to it at random."""
    values = values.without_strays(facts)
    if values.low is None or values.high is None or facts.low is None or facts.high is None:
        return True
    if _surprise_of_gaps(values, facts) >= CONCLUSIVE_BITS:
        return True
    widest = _WIDEST_GAP * (facts.high - facts.low + 1) / (values.distinct + 1) + 1
    return values.low - facts.low <= widest and facts.high - values.high <= widest and _reaches(values, facts)


def share_not_below(values: ColumnValues, facts: KeyFacts) -> float | None:
    """Of rows whose number would not lie below that of their own key, had the two nothing to do with each other.

    None where this does not tell whether rows refer to earlier rows of their own table: for numbers that may follow the
    key, or end long before it, as those of another table do.
    """
    values = values.without_strays(facts)
    if values.mean is None or values.high is None or facts.low is None or facts.high is None:
        return None
    span = facts.high - facts.low + 1
    if not values.is_out_of_order or not _lies_within(values, facts):
        return None
    if facts.high - values.high > _WIDEST_GAP * span / sqrt(values.distinct):
        return None
    return (values.mean - facts.low) / span


def surprise_of_order(expected: float, seen: int) -> float:
    """Bits against chance when so few rows do not lie below their own key (Chernoff's bound for a Poisson)."""
    if seen >= expected:
        return 0.0
    spared = seen * log(seen / expected) if seen else 0.0
    return min(_MOST_BITS, (expected - seen + spared) / log(2))


def _strays(values: ColumnValues) -> float:
    """The most different values that may dangle."""
    return MOST_DANGLING * values.rows


def _lies_within(values: ColumnValues, facts: KeyFacts) -> bool:
    if values.low is None or values.high is None or facts.low is None or facts.high is None:
        return False
    return facts.low <= values.low and values.high <= facts.high


def _reaches(values: ColumnValues, facts: KeyFacts) -> bool:
    expected = facts.rows * (1 - exp(-values.rows / max(facts.rows, 1)))
    return values.distinct >= _LEAST_REACH * expected


def _surprise_of_gaps(values: ColumnValues, facts: KeyFacts) -> float:
    return -values.distinct * log2(facts.density) if 0 < facts.density < 1 else 0.0


def _surprise_of_ends(values: ColumnValues, facts: KeyFacts) -> float:
    if values.low is None or values.high is None or facts.low is None or facts.high is None:
        return 0.0
    high = _bits_of_end(facts.high, facts.high - values.high)
    return high + _bits_of_end(facts.low, values.low - facts.low)


def _bits_of_end(end: float, gap: float) -> float:
    """How seldom numbers would end so close to where the key does; a key that begins at 1 does not surprise."""
    return max(0.0, log2(end / (gap + 1))) if end > 1 else 0.0


def _bits_of_text(text: TextFacts) -> float:
    if text.mean_length > _LONGEST_KEY:
        return 0.0
    is_number = bool(text.shapes) and not text.shapes[0].value.strip("9")
    return text.mean_length * (_BITS_OF_A_DIGIT if is_number else _BITS_OF_A_LETTER)
