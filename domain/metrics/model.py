"""What is scored, how a score is put together, and when it says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.errors import Invalid
from domain.fqn import Fqn


class AssessmentType(StrEnum):
    METADATA = "METADATA"
    DATA_QUALITY = "DATA_QUALITY"


class ScoreState(StrEnum):
    """PENDING: invalidated by a Save and not assessed since. NOT_ASSESSED: never measured. Neither has a score."""

    SCORED = "SCORED"
    PENDING = "PENDING"
    NOT_ASSESSED = "NOT_ASSESSED"


@dataclass(frozen=True, slots=True)
class Score:
    """A share of what was good. Its value is exact to 28 digits."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise Invalid("numerator", f"{self.numerator} is not between 0 and {self.denominator}.")

    @property
    def value(self) -> Decimal | None:
        """None means N/A: a tombstone, or nothing to measure. Never zero."""
        return Decimal(self.numerator) / Decimal(self.denominator) if self.denominator else None

    @property
    def missing(self) -> int:
        """How many were not good."""
        return self.denominator - self.numerator

    def __add__(self, other: Score) -> Score:
        return Score(self.numerator + other.numerator, self.denominator + other.denominator)


NOTHING = Score(0, 0)
"""The score of a tombstone."""


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    assessment_type: AssessmentType
    weight: Decimal
    description: str
    version: int


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    dimension: str
    assessment_type: AssessmentType
    description: str
    target: Decimal | None
    """The score to reach, 0 to 1; None where none is set."""
    version: int


@dataclass(frozen=True, slots=True)
class Invalidation:
    """What saving a run of this type makes stale."""

    run_type: str
    assessment_types: tuple[AssessmentType, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a scorecard is made by."""

    dimensions: Sequence[Dimension]
    metrics: Sequence[Metric]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One measurement of one metric on one asset. Numerator and denominator 0 make it a tombstone."""

    id: int | None
    """Its place in the log; None while it is not stored."""
    metric: str
    asset: Fqn
    score: Score
    observed_at: datetime
    run_id: UUID | None

    @property
    def is_tombstone(self) -> bool:
        return self.score.denominator == 0


@dataclass(frozen=True, slots=True)
class MetadataCheck:
    """One metadata metric measured on one asset: `numerator` of `denominator` things are there."""

    asset: Fqn
    metric: str
    numerator: int
    denominator: int
    problem: str | None = None
    """What is missing and how to mend it; None when nothing is."""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score with everything that tells how far it can be trusted."""

    score: Score
    assets_assessed: int
    assets_pending: int
    observed_at: datetime | None

    @property
    def state(self) -> ScoreState:
        if self.score.denominator:
            return ScoreState.SCORED
        return ScoreState.PENDING if self.assets_pending else ScoreState.NOT_ASSESSED


@dataclass(frozen=True, slots=True)
class MetricScore:
    metric: Metric
    line: ScoreLine


@dataclass(frozen=True, slots=True)
class DimensionScore:
    dimension: Dimension
    weight: Decimal
    """After overrides."""
    line: ScoreLine
    metrics: tuple[MetricScore, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    scope: Fqn
    as_of: datetime
    dimensions: tuple[DimensionScore, ...]

    @property
    def value(self) -> Decimal | None:
        """The mean of the scored dimensions by weight, weights renormalised; None when none is scored."""
        return weighted_mean((line.weight, line.line.score.value) for line in self.dimensions)

    @property
    def state(self) -> ScoreState:
        states = {line.line.state for line in self.dimensions if line.weight}
        for state in (ScoreState.SCORED, ScoreState.PENDING):
            if state in states:
                return state
        return ScoreState.NOT_ASSESSED

    def lost_to(self, part: Scorecard) -> Decimal:
        """How much of the score a part of the scope takes away: what all parts take adds up to 1 - score."""
        weights = sum((line.weight for line in self.dimensions if line.line.score.denominator), Decimal(0))
        lost = Decimal(0)
        for own, other in zip(self.dimensions, part.dimensions, strict=True):
            if own.line.score.denominator:
                lost += own.weight * other.line.score.missing / own.line.score.denominator
        return lost / weights if weights else Decimal(0)


@dataclass(frozen=True, slots=True)
class Child:
    """A part of a scope, with what it takes away from the scope's score (0 to 1)."""

    card: Scorecard
    lost: Decimal


MAX_BUCKETS = 200


def ticks(begin: datetime, end: datetime, buckets: int) -> Sequence[datetime]:
    """The ends of so many equal parts of a period."""
    if begin >= end:
        raise Invalid("from", f"The period ends at {end.isoformat()}, which is not after its begin.")
    if not 1 <= buckets <= MAX_BUCKETS:
        raise Invalid("buckets", f"buckets lies between 1 and {MAX_BUCKETS}, not {buckets}.")
    return [begin + (end - begin) * place / buckets for place in range(1, buckets)] + [end]


def weighted_mean(weighted: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """Leaves out what has no value; None when no weight is left."""
    total, weights = Decimal(0), Decimal(0)
    for weight, value in weighted:
        if value is not None:
            total += weight * value
            weights += weight
    return total / weights if weights else None


def roll_up(
    scope: Fqn,
    as_of: datetime,
    definitions: Definitions,
    lines: Mapping[str, ScoreLine],
    overrides: Mapping[str, Decimal],
) -> Scorecard:
    """The scorecard from one line a metric: numerators and denominators are added, percentages never averaged."""
    check_overrides(overrides, definitions.dimensions)
    scored = []
    for dimension in definitions.dimensions:
        own = tuple(
            MetricScore(metric, lines.get(metric.name, EMPTY_LINE))
            for metric in definitions.metrics
            if metric.dimension == dimension.name and metric.assessment_type is dimension.assessment_type
        )
        weight = overrides.get(dimension.name, dimension.weight)
        scored.append(DimensionScore(dimension, weight, _sum(own), own))
    return Scorecard(scope, as_of, tuple(scored))


def check_overrides(overrides: Mapping[str, Decimal], dimensions: Sequence[Dimension]) -> None:
    known = {dimension.name: dimension.weight for dimension in dimensions}
    for name in overrides:
        if name not in known:
            raise Invalid("weightOverrides", f"There is no dimension {name!r}; known are {', '.join(sorted(known))}.")
    check_weights("weightOverrides", {**known, **overrides})


def check_weights(field: str, weights: Mapping[str, Decimal]) -> None:
    """Refuse weights that no mean can be made with."""
    for name, weight in weights.items():
        if not weight.is_finite() or weight < 0:
            raise Invalid(field, f"The weight of {name} is negative or not finite; weights are 0 or more.")
    if weights and not any(weights.values()):
        raise Invalid(field, "All weights are zero; at least one dimension has to count.")


def check_target(target: Decimal | None) -> Decimal | None:
    if target is not None and not (target.is_finite() and 0 <= target <= 1):
        raise Invalid("target", f"A target is a share from 0 to 1, not {target}.")
    return target


MAX_DESCRIPTION = 1000


def check_description(description: str) -> str:
    if not 1 <= len(description.strip()) <= MAX_DESCRIPTION:
        raise Invalid("description", f"A description has 1 to {MAX_DESCRIPTION:,} characters.")
    return description


EMPTY_LINE = ScoreLine(NOTHING, 0, 0, None)


def _sum(metrics: Sequence[MetricScore]) -> ScoreLine:
    total = NOTHING
    for metric in metrics:
        total += metric.line.score
    times = [metric.line.observed_at for metric in metrics if metric.line.observed_at]
    return ScoreLine(
        total,
        sum(metric.line.assets_assessed for metric in metrics),
        sum(metric.line.assets_pending for metric in metrics),
        max(times, default=None),
    )


INVALIDATED_BY: Mapping[str, AssessmentType] = {
    "profiling": AssessmentType.DATA_QUALITY,
    "dq-rule-generation": AssessmentType.DATA_QUALITY,
    "metadata-enrichment": AssessmentType.METADATA,
}
"""What a Save of a run of this type makes stale: the seed of the mapping, which is data."""
