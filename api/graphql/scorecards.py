"""Scorecards: the newest scores of all below a scope, and what they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import extends, field
from api.graphql.metrics import Dimension, Metric, metric_named
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing, given
from api.graphql.scalars import BigInt
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.metrics import model
from domain.metrics.model import AssessmentType, ScoreLine, ScoreState

CELLS = Listing("cell", str)
INVALIDATED = Listing("invalidated", int)

describe(
    ScoreState,
    "Whether there is a score, and why not.",
    {
        ScoreState.SCORED: "There is a score.",
        ScoreState.PENDING: "Invalidated by a save and not assessed since; the score is null.",
        ScoreState.NOT_ASSESSED: "Never measured; the score is null.",
    },
)


@strawberry.interface(description="A share of what is good, with all that tells how far it can be trusted.")
class ScoredLine:
    score: Decimal | None = strawberry.field(
        description="0 to 1, exact to 28 digits; null unless SCORED, never 0 then."
    )
    state: ScoreState = strawberry.field(description="Whether there is a score, and why not.")
    numerator: BigInt = strawberry.field(description="What was good.")
    denominator: BigInt = strawberry.field(description="What was looked at; 0 means that there is no score.")
    assets_assessed: int = strawberry.field(description="Cells with a score in it.")
    assets_pending: int = strawberry.field(description="Cells that wait for the next assessment.")
    observed_at: datetime | None = strawberry.field(description="When the newest of its data was read; null if none.")
    age_seconds: float | None = strawberry.field(
        description="Seconds from then to the time of the scorecard; null if there is no score."
    )


def _line(line: ScoreLine, as_of: datetime) -> Mapping[str, object]:
    return {
        "score": line.score.value,
        "state": line.state,
        "numerator": line.score.numerator,
        "denominator": line.score.denominator,
        "assets_assessed": line.assets_assessed,
        "assets_pending": line.assets_pending,
        "observed_at": line.observed_at,
        "age_seconds": (as_of - line.observed_at).total_seconds() if line.observed_at else None,
    }


@strawberry.type(description="The score of one metric in a scope.")
class MetricScore(ScoredLine):
    metric: Metric = strawberry.field(description="What is measured.")

    @classmethod
    def of(cls, score: model.MetricScore, as_of: datetime) -> Self:
        return mirror(cls, score, metric=mirror(Metric, score.metric), **_line(score.line, as_of))


@strawberry.type(description="The score of one dimension in a scope: its metrics added up, never averaged.")
class DimensionScore(ScoredLine):
    dimension: Dimension = strawberry.field(description="What is scored.")
    assessment_type: AssessmentType = strawberry.field(description="What is assessed.")
    weight: Decimal = strawberry.field(description="How much it counts in this scorecard, after overrides.")
    metrics: list[MetricScore] = strawberry.field(description="The scores of its metrics.")

    @classmethod
    def of(cls, score: model.DimensionScore, as_of: datetime) -> Self:
        return mirror(
            cls,
            score,
            dimension=Dimension.of(score.dimension),
            assessment_type=score.dimension.assessment_type,
            metrics=[MetricScore.of(metric, as_of) for metric in score.metrics],
            **_line(score.line, as_of),
        )


@strawberry.type(description="The newest measurement of one metric on one asset.")
class ScorecardCell:
    asset_fqn: Fqn = strawberry.field(description="FQN of the asset.")
    score: Decimal | None = strawberry.field(description="0 to 1; null when a save invalidated it.")
    state: ScoreState = strawberry.field(description="SCORED, or PENDING when a save invalidated it.")
    numerator: BigInt = strawberry.field(description="What was good.")
    denominator: BigInt = strawberry.field(description="What was looked at; 0 when a save invalidated it.")
    observed_at: datetime = strawberry.field(description="When the data was read, or the save was made.")
    snapshot: strawberry.Private[model.Snapshot]

    @classmethod
    def of(cls, cell: model.Snapshot) -> Self:
        return mirror(
            cls,
            cell.score,
            asset_fqn=cell.asset,
            score=cell.score.value,
            state=ScoreState.PENDING if cell.is_tombstone else ScoreState.SCORED,
            observed_at=cell.observed_at,
            snapshot=cell,
        )

    @field("The asset; null when the catalogue does not hold it any more.")
    async def asset(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.asset_fqn)
        return Asset.of(found) if found else None

    @field("The metric; null when there is no such metric any more.")
    async def metric(self, info: Info) -> Metric | None:
        return await metric_named(info, self.snapshot.metric)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a scorecard was asked for, so that its parts are read likewise. Now: None."""

    as_of: datetime | None
    weights: Mapping[str, Decimal]


@strawberry.type(description="The scores of a scope as they were known at one time.")
class Scorecard:
    scope: Fqn = strawberry.field(description="All below this FQN counts, and itself.")
    as_of: datetime = strawberry.field(description="What was measured later is left out.")
    score: Decimal | None = strawberry.field(
        description="Mean of the scored dimensions by weight, 0 to 1; null when none is scored."
    )
    state: ScoreState = strawberry.field(description="Whether there is a score, and why not.")
    dimensions: list[DimensionScore] = strawberry.field(description="All dimensions, in their order.")
    asked: strawberry.Private[Asked]

    @classmethod
    def of(cls, card: model.Scorecard, asked: Asked) -> Self:
        return mirror(cls, card, score=card.value, dimensions=dimensions_of(card), asked=asked)

    @field("The newest measurement of each metric and asset in the scope, by asset and metric.")
    async def cells(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ScorecardCell]:
        request = CELLS.request(first, after, last, before)
        page = await info.context.read.scorecards.cells(info.context.tenant, self.scope, self.asked.as_of, request)
        return CELLS.connect(page, ScorecardCell.of)


def dimensions_of(card: model.Scorecard) -> list[DimensionScore]:
    return [DimensionScore.of(line, card.as_of) for line in card.dimensions]


@strawberry.input(description="Another weight for a dimension, in this answer only.")
class WeightOverride:
    dimension: str = strawberry.field(description="Name of the dimension.")
    weight: Decimal = strawberry.field(description="0 or more; 0 leaves the dimension out.")


AsOf = Annotated[datetime | None, strawberry.argument(description="As it was known at this moment; now when left out.")]
WeightOverrides = Annotated[
    list[WeightOverride] | None, strawberry.argument(description="Other weights, each dimension at most once.")
]


@strawberry.type
class ScorecardQueries:
    @field("The scorecard of a scope. A scope without measurements gives one that is NOT_ASSESSED.")
    async def scorecard(
        self,
        info: Info,
        scope: Annotated[Fqn, strawberry.argument(description="The asset, with all below it.")],
        as_of: AsOf = UNSET,
        weight_overrides: WeightOverrides = UNSET,
    ) -> Scorecard | None:
        return await read_scorecard(info, scope, given(as_of), given(weight_overrides))


@extends(Asset, "The scorecard of this asset and all below it.")
async def scorecard(
    root: strawberry.Parent[Asset], info: Info, as_of: AsOf = UNSET, weight_overrides: WeightOverrides = UNSET
) -> Scorecard:
    return await read_scorecard(info, root.fqn, given(as_of), given(weight_overrides))


async def read_scorecard(
    info: Info, scope: Fqn, as_of: datetime | None = None, overrides: list[WeightOverride] | None = None
) -> Scorecard:
    asked = Asked(as_of, read_weights(overrides))
    card = await info.context.read.scorecards.scorecard(info.context.tenant, scope, as_of, asked.weights)
    return Scorecard.of(card, asked)


def read_weights(overrides: list[WeightOverride] | None) -> Mapping[str, Decimal]:
    weights = {override.dimension: override.weight for override in overrides or ()}
    if len(weights) < len(overrides or ()):
        raise Invalid("weightOverrides", "A dimension is named twice; name each at most once.")
    return weights
