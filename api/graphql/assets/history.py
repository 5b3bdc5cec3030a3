"""What an asset was: each version with what it changed."""

from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from api.graphql.assets.types import KIND, Asset, DescribedField, Tag
from api.graphql.context import Info
from api.graphql.fields import extends
from api.graphql.ids import read_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, CountedConnection, First, Last, Listing
from domain.assets import versions as model
from domain.assets.model import AssetField, AssetId, FieldValue
from domain.assets.model import Tag as TagModel

VERSIONS = Listing("version", int)


@strawberry.type(description="A described value that a version changed.")
class FieldChange:
    name: AssetField = strawberry.field(description="Which field it is.")
    before: DescribedField | None = strawberry.field(description="What it was; null where there was none.")
    after: DescribedField | None = strawberry.field(description="What it became; null where it was taken away.")


@strawberry.type(description="Something that the source reports and that a version changed.")
class CapturedChange:
    name: str = strawberry.field(description="What it is, such as `data_type` or `comment`.")
    before: JSON | None = strawberry.field(description="What it was; null where there was none.")
    after: JSON | None = strawberry.field(description="What it became; null where the source has it no more.")


@strawberry.type(description="A tag that a version put on, gave another reason, or took away.")
class TagChange:
    before: Tag | None = strawberry.field(description="What it was; null where it was not there.")
    after: Tag | None = strawberry.field(description="What it became; null where it was taken away.")


@strawberry.type(description="One version of an asset: who made it, and what it changed against the one before.")
class AssetVersion:
    version: int = strawberry.field(description="Its number; the first is 1.")
    change: str = strawberry.field(description="What was done, in a few words.")
    actor: str = strawberry.field(description="Who did it.")
    changed_at: datetime = strawberry.field(description="When it was done.")
    fields: list[FieldChange] = strawberry.field(description="Described values that changed.")
    captured: list[CapturedChange] = strawberry.field(description="What changed in the source.")
    tags: list[TagChange] = strawberry.field(description="Tags that changed.")
    run_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, version: model.AssetVersion) -> Self:
        return mirror(
            cls,
            version,
            fields=[_field_change(change) for change in version.fields],
            captured=[mirror(CapturedChange, change) for change in version.captured],
            tags=[TagChange(before=_tag(change.before), after=_tag(change.after)) for change in version.tags],
        )


def _field_change(change: model.Change[AssetField, FieldValue]) -> FieldChange:
    def shown(value: FieldValue | None) -> DescribedField | None:
        return mirror(DescribedField, value, name=change.name) if value else None

    return FieldChange(name=change.name, before=shown(change.before), after=shown(change.after))


def _tag(tag: TagModel | None) -> Tag | None:
    return Tag.of(tag) if tag else None


@extends(Asset, "What it was and who changed it, the newest first: all versions, whatever the moment that is shown.")
async def versions(
    root: strawberry.Parent[Asset],
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> CountedConnection[AssetVersion]:
    request = VERSIONS.request(first, after, last, before)
    read, tenant, asset_id = info.context.read.history, info.context.tenant, AssetId(read_id(KIND, root.id))
    page = await read.versions(tenant, asset_id, request)
    return VERSIONS.count(page, AssetVersion.of, partial(read.count, tenant, asset_id))
