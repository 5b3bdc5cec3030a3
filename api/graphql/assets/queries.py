# ruff: noqa: A002 - resolver arguments bear the names of the schema
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.assets.types import Asset, load_asset
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.pages import After, Before, Connection, CountedConnection, First, Last, Listing, given
from domain.assets.model import AssetType
from domain.assets.queries import AssetFilter as WantedAssets
from domain.errors import Invalid
from domain.fqn import Fqn

BY_FQN = Listing("asset", str)
MAX_SEARCH_LENGTH = 200

Scope: TypeAlias = Annotated[
    Fqn | None,
    strawberry.argument(
        description="Only what this FQN holds: itself and all below it, part by part; s.card never holds s.cardtypes."
    ),
]


@strawberry.input(description="Which assets to list. Conditions are joined by AND, the values of one by OR.")
class AssetFilter:
    types: list[AssetType] | None = strawberry.field(default=UNSET, description="Of one of these levels.")
    text: str | None = strawberry.field(
        default=UNSET, description="Whose FQN, description or source comment holds this text, in any case."
    )
    include_deleted: bool = strawberry.field(default=False, description="Whether also those that the source lost.")

    def read(self) -> WantedAssets:
        return WantedAssets(tuple(given(self.types) or ()), self.include_deleted, given(self.text) or None)


@strawberry.type(description="A page of the assets that a search found.")
class AssetSearchConnection(Connection[Asset]):
    pass


@strawberry.type
class AssetQueries:
    @field("The asset of this FQN, also one that its source has lost; null when there is none.")
    async def asset(
        self,
        info: Info,
        fqn: Annotated[Fqn, strawberry.argument(description="The exact FQN.")],
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="The asset as it was then; null when the catalogue did not hold it yet."),
        ] = UNSET,
    ) -> Asset | None:
        found = await load_asset(info, fqn, given(as_of))
        return Asset.of(found, given(as_of)) if found else None

    @field("Assets, ordered by the text of their FQN.")
    async def assets(
        self,
        info: Info,
        scope: Scope = UNSET,
        filter: Annotated[AssetFilter | None, strawberry.argument(description="Which assets to list.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[Asset] | None:
        request = BY_FQN.request(first, after, last, before)
        read, tenant = info.context.read.assets, info.context.tenant
        wanted = (given(filter) or AssetFilter()).read()
        page = await read.page(tenant, given(scope), wanted, request)
        return BY_FQN.count(page, Asset.of, partial(read.count_matching, tenant, given(scope), wanted))

    @field("Assets whose FQN, description or source comment holds a text, in any case; ordered by FQN.")
    async def search(
        self,
        info: Info,
        text: Annotated[
            str, strawberry.argument(description=f"What to look for: 1 to {MAX_SEARCH_LENGTH} characters.")
        ],
        scope: Scope = UNSET,
        types: Annotated[
            list[AssetType] | None, strawberry.argument(description="Only assets of these levels.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
    ) -> AssetSearchConnection | None:
        if not 1 <= len(text.strip()) <= MAX_SEARCH_LENGTH:
            raise Invalid("text", f"Give 1 to {MAX_SEARCH_LENGTH} characters to look for.")
        wanted = WantedAssets(tuple(given(types) or ()), text=text.strip())
        request = BY_FQN.request(first, after)
        page = BY_FQN.connect(
            await info.context.read.assets.page(info.context.tenant, given(scope), wanted, request), Asset.of
        )
        return AssetSearchConnection(edges=page.edges, page_info=page.page_info)
