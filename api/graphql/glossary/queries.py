# ruff: noqa: A002 - resolver arguments bear the names of the schema
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.glossary.types import GlossaryTerm
from api.graphql.pages import After, Before, CountedConnection, First, Last, Listing, given
from domain.glossary.model import TermStatus
from domain.glossary.queries import TermFilter

TERMS = Listing("term", str)


@strawberry.input(description="Which terms to list. Conditions are joined by AND, the values of one by OR.")
class GlossaryTermFilter:
    status: list[TermStatus] | None = strawberry.field(default=UNSET, description="Standing at one of these.")
    text: str | None = strawberry.field(
        default=UNSET, description="Whose name, synonyms or definition hold this text, in any case."
    )

    def read(self) -> TermFilter:
        return TermFilter(tuple(given(self.status) or ()), given(self.text) or None)


@strawberry.type
class GlossaryQueries:
    @field("The term of this name, in any case; null when there is none.")
    async def glossary_term(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The term's name.")]
    ) -> GlossaryTerm | None:
        found = await info.context.read.glossary.named(info.context.tenant, name)
        return GlossaryTerm.of(found) if found else None

    @field("The glossary, by name.")
    async def glossary_terms(
        self,
        info: Info,
        filter: Annotated[GlossaryTermFilter | None, strawberry.argument(description="Which terms to list.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[GlossaryTerm] | None:
        request = TERMS.request(first, after, last, before)
        read, tenant = info.context.read.glossary, info.context.tenant
        wanted = (given(filter) or GlossaryTermFilter()).read()
        page = await read.page(tenant, wanted, request)
        return TERMS.count(page, GlossaryTerm.of, partial(read.count, tenant, wanted))
