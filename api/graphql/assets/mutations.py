# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Conflict
from domain.assets.model import MAX_FIELD_LENGTH, AssetField, PiiClass, Sensitivity
from domain.errors import Invalid
from domain.fqn import Fqn

TEXT = f"At most {MAX_FIELD_LENGTH:,} characters."


@strawberry.input(description="A person's own words about an asset. What is left out or null stays as it is.")
class AssetWordsInput:
    description: str | None = strawberry.field(default=UNSET, description=f"What it is. {TEXT}")
    business_name: str | None = strawberry.field(default=UNSET, description=f"What people call it. {TEXT}")
    business_definition: str | None = strawberry.field(default=UNSET, description=f"What it means exactly. {TEXT}")
    semantic_type: str | None = strawberry.field(default=UNSET, description=f"What its values are. {TEXT}")
    pii_class: PiiClass | None = strawberry.field(default=UNSET, description="The kind of personal data.")
    sensitivity: Sensitivity | None = strawberry.field(default=UNSET, description="How far it may travel.")
    domain: str | None = strawberry.field(default=UNSET, description=f"Part of the business. {TEXT}")
    owner: str | None = strawberry.field(
        default=UNSET, description="All owners, one a line.", deprecation_reason="Use `assignOwners`."
    )
    steward: str | None = strawberry.field(
        default=UNSET, description="All stewards, one a line.", deprecation_reason="Use `assignOwners`."
    )

    def read(self) -> dict[AssetField, str]:
        values = {name: given(getattr(self, name.value)) for name in AssetField if hasattr(self, name.value)}
        said = {
            name: value.value if isinstance(value, PiiClass | Sensitivity) else value for name, value in values.items()
        }
        return {name: value for name, value in said.items() if value is not None}


@strawberry.input(description="What updateAsset needs.")
class UpdateAssetInput:
    fqn: Fqn = strawberry.field(description="The asset.")
    values: AssetWordsInput = strawberry.field(description="The fields to write; at least one.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")


@strawberry.input(description="What releaseField needs.")
class ReleaseFieldInput:
    fqn: Fqn = strawberry.field(description="The asset.")
    field: AssetField = strawberry.field(description="The field to release.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")


@strawberry.input(description="What recordAssetCreated needs: the event `asset.created`.")
class RecordAssetCreatedInput:
    connection: str = strawberry.field(description="Name of the connection.")
    event_id: str = strawberry.field(description="The caller's own id of the event, 1 to 200 characters; handled once.")
    fqn: Fqn | None = strawberry.field(
        default=UNSET, description="The service or its database; the connection's service when left out."
    )


@strawberry.type(description="The asset was changed.")
class UpdateAssetSuccess:
    asset: Asset = strawberry.field(description="The asset at its new version.")


@strawberry.type(description="The field was released.")
class ReleaseFieldSuccess:
    asset: Asset = strawberry.field(description="The asset at its new version.")


@strawberry.type(description="The event was taken in.")
class RecordAssetCreatedSuccess:
    is_new: bool = strawberry.field(
        description="False when this event id was handled before: then nothing was changed and nothing starts."
    )
    asset: Asset = strawberry.field(description="The service or database that the event is about.")


UpdateAssetResult: TypeAlias = Annotated[
    UpdateAssetSuccess | Conflict | CallProblem,
    strawberry.union("UpdateAssetResult", description="What updateAsset answers."),
]
ReleaseFieldResult: TypeAlias = Annotated[
    ReleaseFieldSuccess | Conflict | CallProblem,
    strawberry.union("ReleaseFieldResult", description="What releaseField answers."),
]
RecordAssetCreatedResult: TypeAlias = Annotated[
    RecordAssetCreatedSuccess | CallProblem,
    strawberry.union("RecordAssetCreatedResult", description="What recordAssetCreated answers."),
]


@strawberry.type
class AssetMutations:
    @mutation("Say in a person's words what an asset is; no generated value replaces them. Needs the right WRITE.")
    async def update_asset(self, info: Info, input: UpdateAssetInput) -> UpdateAssetResult | None:
        values = input.values.read()
        if not values:
            raise Invalid("values", "Give at least one field to write; releaseField lets go of one.")
        assets, actor = info.context.domain.assets, info.context.actor
        return UpdateAssetSuccess(asset=Asset.of(await assets.update(actor, input.fqn, values, input.expected_version)))

    @mutation("Let go of a person's words, so that generation may replace them again. Needs the right WRITE.")
    async def release_field(self, info: Info, input: ReleaseFieldInput) -> ReleaseFieldResult | None:
        assets, actor = info.context.domain.assets, info.context.actor
        released = await assets.release(actor, input.fqn, input.field, input.expected_version)
        return ReleaseFieldSuccess(asset=Asset.of(released))

    @mutation("Tell that a service or database exists, so that all its schemas are ingested. Needs the right RUN.")
    async def record_asset_created(self, info: Info, input: RecordAssetCreatedInput) -> RecordAssetCreatedResult | None:
        context, fqn = info.context, given(input.fqn) or Fqn.of(input.connection)
        registered = await context.domain.assets.register(context.actor, input.connection, fqn, input.event_id)
        asset = await context.loaders.assets.load(registered.fqn)
        assert asset is not None
        return RecordAssetCreatedSuccess(is_new=registered.is_new, asset=Asset.of(asset))
