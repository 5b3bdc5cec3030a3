"""Scores by hand: the whole log is searched for every answer, and fractions are never rounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from domain.fqn import Fqn
from domain.metrics.model import AssessmentType, ScoreState
from domain.metrics.seeds import METRICS

DIMENSION_OF = {metric: dimension for metric, dimension, _ in METRICS}
METADATA = frozenset({"described", "owned", "classified", "keyed"})
QUALITY = frozenset(DIMENSION_OF) - METADATA
METRICS_OF = {AssessmentType.METADATA: METADATA, AssessmentType.DATA_QUALITY: QUALITY}
Save = tuple[int, int]
"""The number of a run, and how often it had been decided when it was saved."""


@dataclass(frozen=True)
class Noted:
    """One line of the log; `of` nothing is a tombstone, which a Save left."""

    place: int
    metric: str
    asset: Fqn
    good: int
    of: int
    at: datetime
    save: Save | None = None


@dataclass(frozen=True)
class Line:
    good: int = 0
    of: int = 0
    assessed: int = 0
    pending: int = 0
    newest: datetime | None = None

    @property
    def state(self) -> ScoreState:
        if self.of:
            return ScoreState.SCORED
        return ScoreState.PENDING if self.pending else ScoreState.NOT_ASSESSED


@dataclass(frozen=True)
class Card:
    """By dimension; those that were never measured are left out."""

    lines: Mapping[str, Line]
    weights: Mapping[str, Fraction]

    @property
    def value(self) -> Fraction | None:
        weights = self._scored_weights()
        total = sum(weights.values(), Fraction(0))
        shares = (weight * Fraction(self.lines[name].good, self.lines[name].of) for name, weight in weights.items())
        return sum(shares, Fraction(0)) / total if total else None

    def lost_to(self, part: Card) -> Fraction:
        weights = self._scored_weights()
        total = sum(weights.values(), Fraction(0))
        bad = (
            weight * Fraction(part.lines[name].of - part.lines[name].good, self.lines[name].of)
            for name, weight in weights.items()
            if name in part.lines
        )
        return sum(bad, Fraction(0)) / total if total else Fraction(0)

    def _scored_weights(self) -> dict[str, Fraction]:
        return {name: self.weights.get(name, Fraction(1)) for name, line in self.lines.items() if line.of}


class PlainScores:
    def __init__(self) -> None:
        self.log: list[Noted] = []
        self.withdrawn: dict[Save, datetime] = {}
        self._weights: list[tuple[datetime, str, Fraction]] = []

    def note(self, metric: str, asset: Fqn, good: int, of: int, at: datetime, save: Save | None = None) -> None:
        self.log.append(Noted(len(self.log), metric, asset, good, of, at, save))

    def weigh(self, dimension: str, weight: Fraction, now: datetime) -> None:
        self._weights.append((now, dimension, weight))

    def weights(self, moment: datetime | None) -> dict[str, Fraction]:
        return {name: weight for since, name, weight in self._weights if moment is None or since <= moment}

    def cells(self, moment: datetime | None = None, known_at: datetime | None = None) -> dict[tuple[str, Fqn], Noted]:
        """The newest line of each metric and asset; Saves that were undone by `known_at` (the moment) left nothing."""
        undone_by = moment if known_at is None else known_at
        found: dict[tuple[str, Fqn], Noted] = {}
        for one in sorted(self.log, key=lambda one: (one.at, one.place)):
            if (moment is None or one.at <= moment) and not self._is_withdrawn(one, undone_by):
                found[one.metric, one.asset] = one
        return found

    def _is_withdrawn(self, one: Noted, undone_by: datetime | None) -> bool:
        at = self.withdrawn.get(one.save) if one.save else None
        return at is not None and (undone_by is None or at <= undone_by)

    def card(self, cells: Iterable[Noted], scope: Fqn, weights_at: datetime | None) -> Card:
        by_dimension: defaultdict[str, list[Noted]] = defaultdict(list)
        for cell in cells:
            if scope.covers(cell.asset):
                by_dimension[DIMENSION_OF[cell.metric]].append(cell)
        lines = {name: added_up(own) for name, own in by_dimension.items()}
        return Card(lines, self.weights(weights_at))


def added_up(cells: Iterable[Noted]) -> Line:
    every = list(cells)
    scored = [cell for cell in every if cell.of]
    return Line(
        good=sum(cell.good for cell in scored),
        of=sum(cell.of for cell in scored),
        assessed=len(scored),
        pending=len(every) - len(scored),
        newest=max((cell.at for cell in scored), default=None),
    )
