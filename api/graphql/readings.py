"""How the rows behind measured values were read."""

import strawberry

from api.graphql.enums import describe
from api.graphql.scalars import BigInt
from domain.profiles.model import Method

describe(
    Method,
    "How a value was got.",
    {
        Method.EXACT: "All rows were read.",
        Method.SAMPLED: "Computed on a sample of the rows.",
        Method.SKETCH: "Approximate, over all rows.",
        Method.ESTIMATED: "The engine's own statistics; no row was read for it.",
    },
)


@strawberry.type(description="How the rows behind a set of values were read.")
class Reading:
    method: Method = strawberry.field(description="How the values were got, unless one says otherwise.")
    rows_read: BigInt = strawberry.field(description="Number of rows read.")
    population: BigInt = strawberry.field(description="Number of rows of the table, counted or estimated.")
    seed: int | None = strawberry.field(description="Seed of the sample; null when nothing was sampled.")
