from typing import Self

import strawberry

from api.graphql.assets.types import Asset
from api.graphql.problems import Error, problem_of
from domain.assets import model
from domain.fqn import Fqn


@strawberry.type(description="What became of one asset of a bulk: itself, or the reason why it stayed as it was.")
class AssetResult:
    fqn: Fqn = strawberry.field(description="The FQN that was given.")
    asset: Asset | None = strawberry.field(description="The asset as it is now; null when this was refused.")
    error: Error | None = strawberry.field(description="Why it was refused; null when it was not.")

    @classmethod
    def of(cls, result: model.AssetResult) -> Self:
        return cls(
            fqn=result.fqn,
            asset=Asset.of(result.asset) if result.asset else None,
            error=problem_of(result.error) if result.error else None,
        )
