# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Tags, owners and stewards of many assets at once."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.assets.results import AssetResult
from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.pages import given
from api.graphql.problems import CallProblem
from domain.assets.curation import MAX_BULK, Assignment, Tagging
from domain.assets.people import MAX_PEOPLE, MAX_PERSON_LENGTH
from domain.assets.tags import MAX_JUSTIFICATION_LENGTH, MAX_TAG_LENGTH, TagDraft
from domain.fqn import Fqn

PEOPLE = (
    f"All of them, not only new ones: at most {MAX_PEOPLE} people or teams of at most {MAX_PERSON_LENGTH} characters. "
    "Left out or null: they stay. An empty list names nobody, so that a suggestion may."
)


@strawberry.input(description="A tag to put on an asset.")
class TagInput:
    name: str = strawberry.field(description=f"1 to {MAX_TAG_LENGTH} characters on one line, without a comma.")
    justification: str = strawberry.field(
        description=f"Why the asset has it: 1 to {MAX_JUSTIFICATION_LENGTH:,} characters."
    )

    def read(self) -> TagDraft:
        return TagDraft(self.name, self.justification)


@strawberry.input(description="Which tags to put on one asset, and which to take away.")
class AssetTagsInput:
    fqn: Fqn = strawberry.field(description="The asset, of any level.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")
    add: list[TagInput] | None = strawberry.field(
        default=UNSET, description="Tags to put on; one that is there gets the new justification."
    )
    remove: list[str] | None = strawberry.field(
        default=UNSET, description="Names of tags to take away, in any case; one that is not there changes nothing."
    )

    def read(self) -> Tagging:
        add = tuple(tag.read() for tag in given(self.add) or ())
        return Tagging(self.fqn, self.expected_version, add, tuple(given(self.remove) or ()))


@strawberry.input(description="Who answers for one asset, and who looks after it.")
class AssetOwnersInput:
    fqn: Fqn = strawberry.field(description="The asset, of any level.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")
    owners: list[str] | None = strawberry.field(default=UNSET, description=f"Who answers for it. {PEOPLE}")
    stewards: list[str] | None = strawberry.field(default=UNSET, description=f"Who looks after it. {PEOPLE}")

    def read(self) -> Assignment:
        owners, stewards = given(self.owners), given(self.stewards)
        return Assignment(
            self.fqn,
            self.expected_version,
            None if owners is None else tuple(owners),
            None if stewards is None else tuple(stewards),
        )


@strawberry.input(description="What tagAssets needs.")
class TagAssetsInput:
    assets: list[AssetTagsInput] = strawberry.field(description=f"1 to {MAX_BULK:,} assets, each with its own tags.")


@strawberry.input(description="What assignOwners needs.")
class AssignOwnersInput:
    assets: list[AssetOwnersInput] = strawberry.field(
        description=f"1 to {MAX_BULK:,} assets, each with its own people."
    )


@strawberry.type(description="The tags were changed on each asset that allows it.")
class TagAssetsSuccess:
    results: list[AssetResult] = strawberry.field(description="One for each asset, in their order.")


@strawberry.type(description="The people were named for each asset that allows it.")
class AssignOwnersSuccess:
    results: list[AssetResult] = strawberry.field(description="One for each asset, in their order.")


TagAssetsResult: TypeAlias = Annotated[
    TagAssetsSuccess | CallProblem,
    strawberry.union("TagAssetsResult", description="What tagAssets answers."),
]
AssignOwnersResult: TypeAlias = Annotated[
    AssignOwnersSuccess | CallProblem,
    strawberry.union("AssignOwnersResult", description="What assignOwners answers."),
]


@strawberry.type
class CurationMutations:
    @mutation("Put tags on assets and take tags away; each asset by itself. Needs the right WRITE.")
    async def tag_assets(self, info: Info, input: TagAssetsInput) -> TagAssetsResult | None:
        edits = [asset.read() for asset in input.assets]
        results = await info.context.domain.curation.tag(info.context.actor, edits)
        return TagAssetsSuccess(results=[AssetResult.of(result) for result in results])

    @mutation("Name owners and stewards, whom no suggestion replaces; each asset by itself. Needs the right WRITE.")
    async def assign_owners(self, info: Info, input: AssignOwnersInput) -> AssignOwnersResult | None:
        edits = [asset.read() for asset in input.assets]
        results = await info.context.domain.curation.assign(info.context.actor, edits)
        return AssignOwnersSuccess(results=[AssetResult.of(result) for result in results])
