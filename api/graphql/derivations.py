"""Where a number comes from."""

from decimal import Decimal
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last
from api.graphql.rules.types import DqRule
from api.graphql.runs.types import WorkflowRun
from api.graphql.scalars import BigInt
from api.graphql.scorecards import CELLS, MetricScore, Scorecard, ScorecardCell
from domain.errors import NotFound
from domain.runs import explanation
from domain.runs.model import RunId


@strawberry.type(description="What one version of a rule gave to a measurement.")
class RuleShare:
    rule_version: int = strawberry.field(description="The version that was evaluated.")
    meaning: str = strawberry.field(description="What it says, in plain words.")
    numerator: BigInt = strawberry.field(description="Rows that passed.")
    denominator: BigInt = strawberry.field(description="Rows that were evaluated.")
    share: strawberry.Private[explanation.RuleShare]

    @classmethod
    def of(cls, share: explanation.RuleShare) -> Self:
        score = share.score
        return mirror(cls, share, numerator=score.numerator, denominator=score.denominator, share=share)

    @field("The rule as it is now; null when there is no such rule any more.")
    async def rule(self, info: Info) -> DqRule | None:
        found = await info.context.loaders.rules.load(self.share.rule_id)
        return DqRule.of(found) if found else None


@strawberry.type(description="A measurement, and what it was made from.")
class DerivedCell:
    cell: ScorecardCell = strawberry.field(description="The measurement.")
    asset_version: int | None = strawberry.field(
        description="Version of the asset that was measured; null for one that the catalogue did not have."
    )
    rules: list[RuleShare] = strawberry.field(
        description="What its rules gave; empty for metadata and for what a save invalidated."
    )
    recomputed: Decimal | None = strawberry.field(
        description="The score again, added up from the rules; null where no rule measured it."
    )
    derived: strawberry.Private[explanation.CellDerivation]

    @classmethod
    def of(cls, derived: explanation.CellDerivation) -> Self:
        again = derived.recomputed
        return mirror(
            cls,
            derived,
            cell=ScorecardCell.of(derived.snapshot),
            rules=[RuleShare.of(share) for share in derived.rules],
            recomputed=again.value if again else None,
            derived=derived,
        )

    @field("The run that measured it, or whose save invalidated it; null when it is not known any more.")
    async def run(self, info: Info) -> WorkflowRun | None:
        key = self.derived.snapshot.run_id
        found = await info.context.loaders.runs.load(RunId(key)) if key else None
        return WorkflowRun.of(found) if found else None


@strawberry.type(description="A metric's score in a scope: numerators and denominators of its cells, added up.")
class Derivation:
    result: MetricScore = strawberry.field(description="The score.")
    card: strawberry.Private[Scorecard]

    @field("What is added up, by asset; cells that wait for the next assessment add nothing.")
    async def cells(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[DerivedCell]:
        request, metric, as_of = CELLS.request(first, after, last, before), self.result.metric, self.card.asked.as_of
        read, tenant = info.context.read.explanations, info.context.tenant
        found = await read.explain(tenant, self.card.scope, metric.name, as_of, request)
        return CELLS.connect(found.cells, DerivedCell.of)


@extends(Scorecard, "Where the score of a metric comes from, down to the versions of rules. NOT_FOUND names no metric.")
async def explain(
    root: strawberry.Parent[Scorecard],
    metric: Annotated[str, strawberry.argument(description="Name of the metric.")],
) -> Derivation | None:
    scores = {score.metric.name: score for dimension in root.dimensions for score in dimension.metrics}
    if metric not in scores:
        raise NotFound("metric", metric)
    return Derivation(result=scores[metric], card=root)
