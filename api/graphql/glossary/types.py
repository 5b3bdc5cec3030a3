from datetime import datetime
from functools import partial
from typing import Self

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import BY_FQN
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import extends, field
from api.graphql.ids import Node, read_id, write_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, CountedConnection, First, Last
from domain.assets.model import AssetId
from domain.glossary import model
from domain.glossary.model import MAX_TERMS, TermId, TermStatus

KIND = "GlossaryTerm"

describe(
    TermStatus,
    "Where a term of the glossary stands.",
    {
        TermStatus.DRAFT: "It is still being written.",
        TermStatus.APPROVED: "People agreed on it; enrichment uses it.",
        TermStatus.DEPRECATED: "It is kept for what it meant, and takes no new links.",
    },
)


@strawberry.type(description="A word of the business, and what it means.")
class GlossaryTerm(Node):
    name: str = strawberry.field(description="The term; names that differ only in case are the same.")
    definition: str = strawberry.field(description="What it means.")
    synonyms: list[str] = strawberry.field(description="What else it is called.")
    status: TermStatus = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(description="Grows with each change of its words; give it as `expectedVersion`.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When its words last changed.")
    key: strawberry.Private[TermId]

    @classmethod
    def of(cls, term: model.GlossaryTerm) -> Self:
        return mirror(
            cls,
            term,
            id=write_id(KIND, term.id),
            key=term.id,
            definition=term.words.definition,
            synonyms=list(term.words.synonyms),
            status=term.words.status,
        )

    @field("The assets that it is about, ordered by the text of their FQN; without those that their source lost.")
    async def linked_assets(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> CountedConnection[Asset]:
        request = BY_FQN.request(first, after, last, before)
        read, tenant = info.context.read.glossary, info.context.tenant
        page = await read.linked(tenant, self.key, request)
        return BY_FQN.count(page, Asset.of, partial(read.count_linked, tenant, self.key))


@extends(Asset, f"The terms of the glossary that are about it, by name; at most {MAX_TERMS}.")
async def glossary_terms(root: strawberry.Parent[Asset], info: Info) -> list[GlossaryTerm]:
    found = await info.context.loaders.terms_of.load(AssetId(read_id("Asset", root.id)))
    return [GlossaryTerm.of(term) for term in found or ()]
