"""What is scored: dimensions and their metrics."""

from decimal import Decimal
from typing import Self

import strawberry

from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import field
from api.graphql.mirror import mirror
from domain.metrics import model
from domain.metrics.model import AssessmentType

describe(
    AssessmentType,
    "What is assessed.",
    {
        AssessmentType.METADATA: "What is said about the data: descriptions, owners, classes, keys.",
        AssessmentType.DATA_QUALITY: "The data itself, by its rules.",
    },
)


@strawberry.type(description="What is measured on an asset, for a dimension.")
class Metric:
    name: str = strawberry.field(description="Unique in the project.")
    assessment_type: AssessmentType = strawberry.field(description="What is assessed.")
    description: str = strawberry.field(description="What the share is of.")
    target: Decimal | None = strawberry.field(description="The score to reach, 0 to 1; null where none is set.")
    version: int = strawberry.field(description="Grows with each change.")


@strawberry.type(description="A side of quality that is scored.")
class Dimension:
    name: str = strawberry.field(description="Unique in the project.")
    assessment_type: AssessmentType = strawberry.field(description="What is assessed.")
    weight: Decimal = strawberry.field(description="How much it counts in a scorecard; 0 leaves it out.")
    description: str = strawberry.field(description="When it is good.")
    version: int = strawberry.field(description="Grows with each change.")

    @classmethod
    def of(cls, dimension: model.Dimension) -> Self:
        return mirror(cls, dimension)

    @field("The metrics that feed it; a short list.")
    async def metrics(self, info: Info) -> list[Metric]:
        return [mirror(Metric, metric) for metric in await info.context.loaders.metrics_of.load(self.name) or ()]


async def dimension_named(info: Info, name: str) -> Dimension | None:
    found = await info.context.loaders.dimensions.load(name)
    return Dimension.of(found) if found else None


async def metric_named(info: Info, name: str) -> Metric | None:
    found = await info.context.loaders.metrics.load(name)
    return mirror(Metric, found) if found else None


@strawberry.type
class MetricQueries:
    @field("The dimensions of scorecards, in their order; a short list.")
    async def dimensions(self, info: Info) -> list[Dimension] | None:
        return [Dimension.of(found) for found in await info.context.read.scorecards.dimensions(info.context.tenant)]
