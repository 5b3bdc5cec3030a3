"""The facts of a column computed the plain way: in Python, row by row, without DuckDB."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from domain.profiles.model import ValueCount

SPACES = " \t\n\r\f\v\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def quantile(values: Sequence[float], share: str) -> float:
    ordered = sorted(values)
    return ordered[math.ceil(Decimal(share) * len(ordered)) - 1]


def outliers(values: Sequence[float]) -> int:
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return sum(abs(value - mean) > 2 * deviation for value in values)


def is_near_the_outlier_bound(values: Sequence[float]) -> bool:
    """Where the last bit of a sum decides, no answer is more right than the other."""
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return any(math.isclose(abs(value - mean), 2 * deviation, rel_tol=1e-9, abs_tol=1e-9) for value in values)


def top(values: Sequence[str]) -> tuple[ValueCount, ...]:
    counted = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0].encode()))
    return tuple(ValueCount(value, count, count / len(values)) for value, count in counted[:10])


def entropy(values: Sequence[object]) -> float:
    shares = [count / len(values) for count in Counter(values).values()]
    return -sum(share * math.log2(share) for share in shares)


def standardized_moment(values: Sequence[float], power: int) -> float:
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return statistics.fmean([((value - mean) / deviation) ** power for value in values])


def shares(values: Sequence[str]) -> dict[str, float]:
    return {value: count / len(values) for value, count in Counter(values).items()}


def empty_days(values: Sequence[datetime], sentinels: Sequence[str]) -> list[int]:
    """How many between each day with a value and the next."""
    days = sorted({value.date() for value in values if value.date().isoformat() not in sentinels})
    return [(later - earlier).days - 1 for earlier, later in pairwise(days)]


def is_blank(value: str) -> bool:
    return value.strip(SPACES) == ""


def is_padded(value: str) -> bool:
    return value != value.strip(SPACES)


def shape(value: str) -> str:
    return "".join(_mask(character) for character in value)


def _mask(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "9" if character.isdecimal() else character


def age_seconds(values: Sequence[datetime], now: datetime) -> float:
    return (now - max(value for value in values if value <= now)).total_seconds()
