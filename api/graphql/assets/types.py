from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry

import api.graphql.assets.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.ids import Node, write_id
from api.graphql.mirror import mirror
from api.graphql.profiles import AssetProfile, ColumnProfile, TableProfile
from domain.assets import model
from domain.assets.captured import foreign_keys
from domain.assets.history import Moment
from domain.assets.model import AssetField, AssetType, FieldOrigin, PiiClass, Sensitivity
from domain.fqn import Fqn

KIND = "Asset"


@strawberry.type(description="One described value of an asset, and where it comes from.")
class DescribedField:
    name: AssetField = strawberry.field(description="Which field it is.")
    value: str = strawberry.field(description="The value, as text.")
    origin: FieldOrigin = strawberry.field(description="Where it comes from.")
    confidence: float | None = strawberry.field(
        description="How sure the suggestion was, between 0 and 1; null for a person's own words."
    )


@strawberry.type(description="A short name that was put on an asset.")
class Tag:
    name: str = strawberry.field(description="The tag, as it was written; names that differ only in case are the same.")
    justification: str = strawberry.field(description="Why the asset has it.")
    origin: FieldOrigin = strawberry.field(description="Whether a person put it there.")
    added_by: str = strawberry.field(description="Who put it there.")
    added_at: datetime = strawberry.field(description="When it was put there.")

    @classmethod
    def of(cls, tag: model.Tag) -> Self:
        return mirror(cls, tag, added_by=tag.tagged_by, added_at=tag.tagged_at)


@strawberry.type(description="A declared reference from columns of a table to columns of another, or the same, table.")
class ForeignKey:
    name: str = strawberry.field(description="The constraint's name in the source.")
    columns: list[str] = strawberry.field(description="The columns that refer.")
    referenced_table: Fqn = strawberry.field(description="The table that they refer to.")
    referenced_columns: list[str] = strawberry.field(description="The columns that they refer to, in the same order.")

    @field("The table that is referred to; null when the catalogue does not hold it.")
    async def references(self, info: Info) -> "Asset | None":
        found = await info.context.loaders.assets.load(self.referenced_table)
        return Asset.of(found) if found else None


@strawberry.type(
    description=(
        "A node of the catalogue at its current version, or as it was at the moment that `asset(asOf:)` names: then "
        "parent, children and columns are of that moment, too; what was measured, found or linked is of today."
    )
)
class Asset(Node):
    fqn: Fqn = strawberry.field(description="Fully qualified name, as the source spells it.")
    name: str = strawberry.field(description="Last part of the FQN, without quotes.")
    type: AssetType = strawberry.field(description="Level of the catalogue.")
    version: int = strawberry.field(description="Grows with each change; give it as `expectedVersion`.")
    source_comment: str | None = strawberry.field(description="The comment in the source; null when there is none.")
    data_type: str | None = strawberry.field(description="A column's type as the source spells it; null for others.")
    nullable: bool | None = strawberry.field(description="Whether a column may be null; null for other assets.")
    primary_key: list[str] | None = strawberry.field(
        description="Columns of a table's declared primary key, empty when it has none; null for other assets."
    )
    foreign_keys: list[ForeignKey] | None = strawberry.field(
        description="A table's declared references; null for other assets."
    )
    description: str | None = strawberry.field(description="What it is; null while nobody said so.")
    business_name: str | None = strawberry.field(description="What people call it; null while nobody said so.")
    business_definition: str | None = strawberry.field(description="What it means exactly; null while nobody said so.")
    semantic_type: str | None = strawberry.field(description="What its values are; null while nobody said so.")
    pii_class: PiiClass | None = strawberry.field(
        description="Kind of personal data; NONE when judged to hold none, null while not judged."
    )
    sensitivity: Sensitivity | None = strawberry.field(description="How far it may travel; null while not judged.")
    domain: str | None = strawberry.field(description="Part of the business; null while nobody said so.")
    owners: list[str] = strawberry.field(description="People and teams who answer for it; empty while nobody does.")
    stewards: list[str] = strawberry.field(description="People and teams who look after it; empty while nobody does.")
    owner: str | None = strawberry.field(
        description="All owners, one a line; null while there is none.", deprecation_reason="Use `owners`."
    )
    steward: str | None = strawberry.field(
        description="All stewards, one a line; null while there is none.", deprecation_reason="Use `stewards`."
    )
    tags: list[Tag] = strawberry.field(description="Its tags by name, at most 50.")
    fields: list[DescribedField] = strawberry.field(description="All described values with their origins.")
    created_at: datetime | None = strawberry.field(description="When the catalogue first held it.")
    updated_at: datetime | None = strawberry.field(description="When it last changed.")
    deleted_at: datetime | None = strawberry.field(
        description="When the source was first seen without it; null while it exists."
    )
    as_of: strawberry.Private[datetime | None]

    @classmethod
    def of(cls, asset: model.Asset, as_of: datetime | None = None) -> Self:
        captured, said = dict(asset.captured), asset.value
        pii, sensitivity = said(AssetField.PII_CLASS), said(AssetField.SENSITIVITY)
        return mirror(
            cls,
            asset,
            id=write_id(KIND, asset.id),
            name=asset.fqn.name,
            source_comment=captured.get("comment"),
            data_type=captured.get("data_type"),
            nullable=captured.get("nullable"),
            primary_key=captured.get("primary_key"),
            foreign_keys=_references(captured) if asset.type.is_table_like else None,
            description=said(AssetField.DESCRIPTION),
            business_name=said(AssetField.BUSINESS_NAME),
            business_definition=said(AssetField.BUSINESS_DEFINITION),
            semantic_type=said(AssetField.SEMANTIC_TYPE),
            pii_class=PiiClass(pii) if pii else None,
            sensitivity=Sensitivity(sensitivity) if sensitivity else None,
            domain=said(AssetField.DOMAIN),
            owner=said(AssetField.OWNER),
            steward=said(AssetField.STEWARD),
            owners=list(asset.owners),
            stewards=list(asset.stewards),
            tags=[Tag.of(tag) for tag in asset.tags],
            as_of=as_of,
            fields=[mirror(DescribedField, value, name=name) for name, value in sorted(asset.fields.items())],
        )

    @field("What it is a part of; null for a service.")
    async def parent(self, info: Info) -> "Asset | None":
        found = await load_asset(info, self.fqn.parent, self.as_of) if self.fqn.parent else None
        return Asset.of(found, self.as_of) if found else None

    @field("What stands directly below it; for a schema its tables and views. Bounded by what the source holds.")
    async def children(self, info: Info) -> "list[Asset]":
        return [Asset.of(child, self.as_of) for child in await _load_children(info, self.fqn, self.as_of)]

    @field("The columns of a table or view, in their order; empty for other assets.")
    async def columns(self, info: Info) -> "list[Asset]":
        if not self.type.is_table_like:
            return []
        return [Asset.of(child, self.as_of) for child in await _load_children(info, self.fqn, self.as_of)]

    @field("A column's place among the columns of its table, from 1; null for other assets.")
    async def position(self, info: Info) -> int | None:
        if self.type is not AssetType.COLUMN or self.fqn.parent is None:
            return None
        columns = await _load_children(info, self.fqn.parent, self.as_of)
        return next((place for place, column in enumerate(columns, 1) if column.fqn == self.fqn), None)

    @field("Newest measurements of a table, view or column; null while it was not profiled, and for other assets.")
    async def profile(self, info: Info) -> AssetProfile | None:
        table = self.fqn.parent if self.type is AssetType.COLUMN else self.fqn
        found = await info.context.loaders.profiles.load(table) if table else None
        if found is None:
            return None
        if self.type is not AssetType.COLUMN:
            return TableProfile.of(found)
        column = found.column(self.name)
        return ColumnProfile.of(column, found.observed_at) if column else None


async def load_asset(info: Info, fqn: Fqn, as_of: datetime | None) -> model.Asset | None:
    loaders = info.context.loaders
    return await (loaders.past_assets.load(Moment(fqn, as_of)) if as_of else loaders.assets.load(fqn))


async def _load_children(info: Info, fqn: Fqn, as_of: datetime | None) -> Sequence[model.Asset]:
    loaders = info.context.loaders
    found = await (loaders.past_children.load(Moment(fqn, as_of)) if as_of else loaders.children.load(fqn))
    return found or ()


def _references(captured: dict[str, object]) -> list[ForeignKey]:
    return [mirror(ForeignKey, key) for key in foreign_keys(captured)]
