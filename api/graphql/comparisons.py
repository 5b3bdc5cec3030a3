"""Scorecards side by side: the parts of a scope, and a scope over time."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.mirror import mirror
from api.graphql.pages import given
from api.graphql.scorecards import (
    DimensionScore,
    Scorecard,
    WeightOverrides,
    dimensions_of,
    read_weights,
)
from domain.fqn import Fqn
from domain.metrics import model
from domain.metrics.comparisons import MAX_CHILDREN
from domain.metrics.model import MAX_BUCKETS, ScoreState
from domain.pages import DEFAULT_PAGE

BUCKETS = 30


@strawberry.type(description="A part of a scope, with what it takes away from the scope's score.")
class ScorecardChild:
    scorecard: Scorecard = strawberry.field(description="The scorecard of the part.")
    lost: Decimal = strawberry.field(
        description="0 to 1; what all parts lose adds up to what the scope's score lacks to 1."
    )


@extends(
    Scorecard,
    "What stands directly below the scope and was ever assessed: first what pulls the scope down most. "
    "Read as the scorecard was: at the same time, by the same weights.",
)
async def children(
    root: strawberry.Parent[Scorecard],
    info: Info,
    first: Annotated[
        int | None, strawberry.argument(description=f"How many, 1 to {MAX_CHILDREN}; {DEFAULT_PAGE} when left out.")
    ] = UNSET,
) -> list[ScorecardChild]:
    limit = given(first)
    found = await info.context.read.comparisons.children(
        info.context.tenant, root.scope, root.asked.as_of, root.asked.weights, DEFAULT_PAGE if limit is None else limit
    )
    return [ScorecardChild(scorecard=Scorecard.of(child.card, root.asked), lost=child.lost) for child in found]


@strawberry.type(description="A scope's scores at one time of a period.")
class ScorecardPoint:
    at: datetime = strawberry.field(description="The time; what was measured later is left out.")
    score: Decimal | None = strawberry.field(
        description="Mean of the scored dimensions by weight, 0 to 1; null when none is scored."
    )
    state: ScoreState = strawberry.field(description="Whether there is a score, and why not.")
    dimensions: list[DimensionScore] = strawberry.field(description="All dimensions, in their order.")

    @classmethod
    def of(cls, card: model.Scorecard) -> Self:
        return mirror(cls, card, at=card.as_of, score=card.value, dimensions=dimensions_of(card))


@strawberry.type
class TrendQueries:
    @field(
        "A scope's scores at the ends of so many equal parts of a period. A save that was undone leaves no dent, and "
        "all points are weighted as at the end, so that they can be compared."
    )
    async def scorecard_trend(
        self,
        info: Info,
        scope: Annotated[Fqn, strawberry.argument(description="The asset, with all below it.")],
        begin: Annotated[datetime, strawberry.argument(name="from", description="When the period begins.")],
        to: Annotated[datetime, strawberry.argument(description="When it ends: the time of the last point.")],
        buckets: Annotated[
            int | None,
            strawberry.argument(description=f"How many points, 1 to {MAX_BUCKETS}; {BUCKETS} when left out."),
        ] = UNSET,
        weight_overrides: WeightOverrides = UNSET,
    ) -> list[ScorecardPoint] | None:
        count, weights = given(buckets), read_weights(given(weight_overrides))
        cards = await info.context.read.comparisons.trend(
            info.context.tenant, scope, begin, to, BUCKETS if count is None else count, weights
        )
        return [ScorecardPoint.of(card) for card in cards]
