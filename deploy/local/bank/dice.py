from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import TypeVar
from uuid import UUID

Option = TypeVar("Option")


class Dice:
    """Every chance of the sample, drawn from `random()` alone.

    It is the one sequence that Python promises to keep for a seed; `choice` or `randint` may change with a version.
    Each purpose has a sequence of its own, so a new column in one table leaves the other tables as they are.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        digest = sha256(f"{seed}/{purpose}".encode()).digest()
        self._draw = Random(int.from_bytes(digest[:8], "big")).random  # noqa: S311 - sample data, nothing to guess

    def below(self, limit: int) -> int:
        return int(self._draw() * limit)

    def between(self, low: int, high: int) -> int:
        """Both ends included."""
        return low + self.below(high - low + 1)

    def happens(self, probability: float) -> bool:
        return self._draw() < probability

    def pick(self, options: Sequence[Option]) -> Option:
        return options[self.below(len(options))]

    def sample(self, options: Sequence[Option], count: int) -> list[Option]:
        pool = list(options)
        for place in range(count):
            other = self.between(place, len(pool) - 1)
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:count]

    def money(self, low_cents: int, high_cents: int) -> Decimal:
        """Small amounts are frequent and large ones rare; products only, because a power may differ by platform."""
        share = self._draw() * self._draw()
        return hundredths(low_cents + int((high_cents - low_cents) * share))

    def digits(self, count: int) -> str:
        return "".join(str(self.below(10)) for _ in range(count))

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(), UTC) + timedelta(milliseconds=self.below(86_400_000))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.between(0, (last - first).days))

    def uuid(self) -> UUID:
        parts = (self.below(2**32) << shift for shift in (96, 64, 32, 0))
        return UUID(int=sum(parts), version=4)


def hundredths(count: int) -> Decimal:
    return Decimal(count).scaleb(-2)


def spread(serial: int, digits: int) -> str:
    """Turn 1, 2, 3 … into numbers without an order to see; no two serials meet, for the factor is coprime to 10."""
    return f"{serial * 2_971_215_073 % 10**digits:0{digits}d}"
