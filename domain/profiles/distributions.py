"""How far two distributions lie apart, when of each only some shares are known.

A profile keeps bars, quantiles and frequent values. What it does not keep lies between two ends, and a distance that
rests on a guess inside them could be one that is not there. So each distance comes with what it is at the least.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from domain.profiles.model import NumberFacts

LEAST_SHARE = 0.0001
"""A part without rows counts as so much: else a value that is new would make the index infinite."""
PARTS = 10
"""Of about as many rows each: the usual ten of the population stability index."""
BEYOND_CHANCE = 3.09
"""Standard deviations of the normal distribution beyond which one in a thousand lies."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of the values that lie in one part: the best guess, and the ends between which it is."""

    value: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Share:
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the values and its shares in both distributions."""

    before: Share
    after: Share
    name: str | None = None
    """A value or a shape; None for a range, and for all that is not named."""
    low: float | None = None
    """Where a range begins; None where it has no beginning."""
    high: float | None = None


def population_stability_index(parts: Iterable[Part]) -> float:
    """The sum of (after - before) * ln(after / before), 0 or more: Jeffreys' divergence (Siddiqi 2006, Jeffreys 1946).

    The same in both directions. Below 0.1 is commonly read as stable, from 0.25 on as shifted.
    """
    return math.fsum(_index(part.before.value, part.after.value) for part in parts)


def least_stability_index(parts: Iterable[Part]) -> float:
    """What the index is at the least, wherever the shares lie between their ends."""
    return math.fsum(_index(*_nearest(part.before, part.after)) for part in parts)


def jensen_shannon_distance(parts: Iterable[Part]) -> float:
    """The root of the divergence from the mean of both, in bits: 0 where all is equal, 1 where nothing is shared.

    A metric, the same in both directions (Lin 1991; Endres and Schindelin 2003).
    """
    shares = [(part.before.value, part.after.value) for part in parts]
    divergence = math.fsum(_surprise(p, (p + q) / 2) + _surprise(q, (p + q) / 2) for p, q in shares) / 2
    return math.sqrt(min(max(divergence, 0.0), 1.0))


def index_by_chance(parts: int, rows_before: float, rows_after: float) -> float:
    """What the index of two samples of the same values exceeds once in a thousand times.

    Divided by the sum of one over the rows it follows chi-squared with one degree of freedom less than there are parts
    (Yurdakul 2018), whose quantile is approximated after Wilson and Hilferty (1931).
    """
    degrees = max(parts - 1, 1)
    spread = 2 / (9 * degrees)
    quantile = degrees * (1 - spread + BEYOND_CHANCE * math.sqrt(spread)) ** 3
    return quantile * (1 / rows_before + 1 / rows_after)


def _index(before: float, after: float) -> float:
    p, q = max(before, LEAST_SHARE), max(after, LEAST_SHARE)
    return (q - p) * math.log(q / p)


def _surprise(share: float, middle: float) -> float:
    return share * math.log2(share / middle) if share > 0 else 0.0


def _nearest(before: Share, after: Share) -> tuple[float, float]:
    """Where the two lie closest to each other."""
    if before.high < after.low:
        return before.high, after.low
    if after.high < before.low:
        return before.low, after.high
    return before.low, before.low


class Cumulative:
    """The share of the values below a number: exact at the beginnings of bars, and held between quantiles elsewhere."""

    def __init__(self, facts: NumberFacts) -> None:
        counted = list(accumulate((bar.count for bar in facts.histogram), initial=0))
        self._exact = {bar.low: below / counted[-1] for bar, below in zip(facts.histogram, counted, strict=False)}
        at_most, reached = {facts.max: 1.0}, {facts.max: 1.0}
        for share, value in facts.quantiles.items():
            at_most[value] = min(float(share), at_most.get(value, 1.0))
            reached[value] = max(float(share), reached.get(value, 0.0))
        for edge, below in self._exact.items():
            at_most[edge] = below
            reached[edge] = max(below, reached.get(edge, 0.0))
        self.known_at = sorted(at_most)
        self._lows = [*accumulate((reached[knot] for knot in self.known_at), max, initial=0.0)]
        self._highs = [*accumulate((at_most[knot] for knot in reversed(self.known_at)), min, initial=1.0)][::-1]

    def at(self, number: float) -> Share:
        if number in self._exact:
            return Share.exactly(self._exact[number])
        place = bisect_left(self.known_at, number)
        low = self._lows[place]
        high = max(low, self._highs[place])
        return Share(low + (high - low) * self._way(place, number), low, high)

    def _way(self, place: int, number: float) -> float:
        """How far the number lies on the way from the place known before it to the next one."""
        if not 0 < place < len(self.known_at):
            return 0.0
        begin, end = self.known_at[place - 1] / 2, self.known_at[place] / 2  # halved: their span may be no double
        return (number / 2 - begin) / (end - begin) if begin < end else 1.0


class Ranges:
    """Two distributions of numbers, cut at the same places: all at which something is known of either."""

    def __init__(self, before: Cumulative, after: Cumulative) -> None:
        self._cuts = sorted({*before.known_at, *after.known_at})
        self._below = [(before.at(cut), after.at(cut)) for cut in self._cuts]

    def parts(self) -> list[Part]:
        """About ten, each with as many values of both together."""
        ends = [_BEGIN, *self._even_cuts(), _END]
        return [
            Part(_within(begin.before, end.before), _within(begin.after, end.after), low=begin.at, high=end.at)
            for begin, end in pairwise(ends)
        ]

    def least_stability_index(self) -> float:
        """Of these parts, or of two, wherever they are cut: parts that are put together never lie farther apart."""
        divided = (_nearest(*below) for below in self._below)
        of_two = [_index(before, after) + _index(1 - before, 1 - after) for before, after in divided]
        return max(least_stability_index(self.parts()), *of_two)

    def least_distance(self) -> float:
        """Kolmogorov's and Smirnov's: the largest difference of the shares below a number, as far as it is certain."""
        return max(abs(after - before) for before, after in (_nearest(*below) for below in self._below))

    def _even_cuts(self) -> list[_Cut]:
        chosen: list[_Cut] = []
        wanted = 1
        for cut, (before, after) in zip(self._cuts, self._below, strict=True):
            reached = (before.value + after.value) / 2
            if wanted / PARTS <= reached < 1:
                chosen.append(_Cut(before, after, cut))
                wanted = math.floor(reached * PARTS) + 1
        return chosen


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place, and the shares below it."""

    before: Share
    after: Share
    at: float | None


_BEGIN = _Cut(Share.exactly(0.0), Share.exactly(0.0), None)
_END = _Cut(Share.exactly(1.0), Share.exactly(1.0), None)


def _within(begin: Share, end: Share) -> Share:
    return Share(max(end.value - begin.value, 0.0), max(end.low - begin.high, 0.0), min(end.high - begin.low, 1.0))
