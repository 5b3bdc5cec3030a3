# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.assets.results import AssetResult
from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.glossary.types import KIND, GlossaryTerm
from api.graphql.ids import read_id
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Conflict
from domain.fqn import Fqn
from domain.glossary.linking import MAX_LINKS
from domain.glossary.model import MAX_DEFINITION_LENGTH, MAX_NAME_LENGTH, MAX_SYNONYMS, TermEdit, TermId, TermStatus

ASSETS = f"FQNs of 1 to {MAX_LINKS:,} assets, of any level."


@strawberry.input(description="What upsertGlossaryTerm needs. What is left out or null stays as it is.")
class UpsertGlossaryTermInput:
    name: str = strawberry.field(description=f"1 to {MAX_NAME_LENGTH} characters on one line; names the term.")
    definition: str = strawberry.field(description=f"What it means: 1 to {MAX_DEFINITION_LENGTH:,} characters.")
    synonyms: list[str] | None = strawberry.field(
        default=UNSET, description=f"What else it is called: all of it, at most {MAX_SYNONYMS}. None for a new term."
    )
    status: TermStatus | None = strawberry.field(
        default=UNSET, description="Where it is to stand: DRAFT for a new term, and never again afterwards."
    )
    term_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The term to change, when `name` is a new name for it."
    )
    expected_version: int | None = strawberry.field(
        default=UNSET, description="The version that the change is based on; left out for a new term."
    )

    def read(self) -> TermEdit:
        synonyms = given(self.synonyms)
        return TermEdit(self.name, self.definition, None if synonyms is None else tuple(synonyms), given(self.status))

    def key(self) -> TermId | None:
        text = given(self.term_id)
        return None if text is None else TermId(read_id(KIND, text))


@strawberry.input(description="What deleteGlossaryTerm needs.")
class DeleteGlossaryTermInput:
    term_id: strawberry.ID = strawberry.field(description="Id of a term that is a DRAFT.")
    expected_version: int = strawberry.field(description="The version that the caller has seen.")


@strawberry.input(description="What linkGlossaryTerm needs.")
class LinkGlossaryTermInput:
    term_id: strawberry.ID = strawberry.field(description="Id of the term, which is not DEPRECATED.")
    assets: list[Fqn] = strawberry.field(description=ASSETS)


@strawberry.input(description="What unlinkGlossaryTerm needs.")
class UnlinkGlossaryTermInput:
    term_id: strawberry.ID = strawberry.field(description="Id of the term.")
    assets: list[Fqn] = strawberry.field(description=ASSETS)


@strawberry.type(description="The term says this now.")
class UpsertGlossaryTermSuccess:
    term: GlossaryTerm = strawberry.field(description="The new or changed term.")


@strawberry.type(description="The term was deleted, with its links.")
class DeleteGlossaryTermSuccess:
    term: GlossaryTerm = strawberry.field(description="The term as it was; it has no links any more.")


@strawberry.type(description="Each asset that allows it is linked now.")
class LinkGlossaryTermSuccess:
    results: list[AssetResult] = strawberry.field(description="One for each FQN, in their order.")


@strawberry.type(description="The assets are not linked any more.")
class UnlinkGlossaryTermSuccess:
    results: list[AssetResult] = strawberry.field(description="One for each FQN, in their order.")


UpsertGlossaryTermResult: TypeAlias = Annotated[
    UpsertGlossaryTermSuccess | Conflict | CallProblem,
    strawberry.union("UpsertGlossaryTermResult", description="What upsertGlossaryTerm answers."),
]
DeleteGlossaryTermResult: TypeAlias = Annotated[
    DeleteGlossaryTermSuccess | Conflict | CallProblem,
    strawberry.union("DeleteGlossaryTermResult", description="What deleteGlossaryTerm answers."),
]
LinkGlossaryTermResult: TypeAlias = Annotated[
    LinkGlossaryTermSuccess | Conflict | CallProblem,
    strawberry.union("LinkGlossaryTermResult", description="What linkGlossaryTerm answers."),
]
UnlinkGlossaryTermResult: TypeAlias = Annotated[
    UnlinkGlossaryTermSuccess | CallProblem,
    strawberry.union("UnlinkGlossaryTermResult", description="What unlinkGlossaryTerm answers."),
]


@strawberry.type
class GlossaryMutations:
    @mutation("Make the term of this name, or change it. Needs the right WRITE.")
    async def upsert_glossary_term(self, info: Info, input: UpsertGlossaryTermInput) -> UpsertGlossaryTermResult | None:
        glossary, actor, expected = info.context.domain.glossary, info.context.actor, given(input.expected_version)
        return UpsertGlossaryTermSuccess(
            term=GlossaryTerm.of(await glossary.upsert(actor, input.read(), expected, input.key()))
        )

    @mutation("Delete a draft with its links; deprecate what people know. Needs the right ADMINISTER.")
    async def delete_glossary_term(self, info: Info, input: DeleteGlossaryTermInput) -> DeleteGlossaryTermResult | None:
        key = TermId(read_id(KIND, input.term_id))
        deleted = await info.context.domain.glossary.delete(info.context.actor, key, input.expected_version)
        return DeleteGlossaryTermSuccess(term=GlossaryTerm.of(deleted))

    @mutation("Say that a term is about assets; a link that is there stays. Needs the right WRITE.")
    async def link_glossary_term(self, info: Info, input: LinkGlossaryTermInput) -> LinkGlossaryTermResult | None:
        key = TermId(read_id(KIND, input.term_id))
        results = await info.context.domain.glossary_links.link(info.context.actor, key, input.assets)
        return LinkGlossaryTermSuccess(results=[AssetResult.of(result) for result in results])

    @mutation("Let assets go from a term; one that is not linked stays so. Needs the right WRITE.")
    async def unlink_glossary_term(self, info: Info, input: UnlinkGlossaryTermInput) -> UnlinkGlossaryTermResult | None:
        key = TermId(read_id(KIND, input.term_id))
        results = await info.context.domain.glossary_links.unlink(info.context.actor, key, input.assets)
        return UnlinkGlossaryTermSuccess(results=[AssetResult.of(result) for result in results])
