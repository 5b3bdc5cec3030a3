from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, CompoundSelect, Select, Subquery, any_, literal, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.assets.captured import FoundAsset, assets_of
from domain.assets.model import (
    Asset,
    AssetField,
    AssetId,
    AssetType,
    FieldOrigin,
    FieldValue,
    FoundSchema,
    IngestionCounts,
    Tag,
)
from domain.assets.tables import AssetRow, AssetVersionRow, HandledEventRow
from domain.assets.tags import read_tags, write_tags
from domain.db.columns import FqnList
from domain.db.scope import in_any_scope, in_scope
from domain.db.tenancy import owned_by, select_columns_in, select_in, update_in
from domain.db.uow import UnitOfWork
from domain.errors import NotFound, VersionConflict
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId

TABLE_LIKE = (AssetType.TABLE, AssetType.VIEW)
VANISHED = "vanished from the source"
KEPT = ("version", "content_version", "type", "position", "captured", "fields", "tags", "deleted_at")
"""What a version remembers of its asset."""


def to_model(row: AssetRow) -> Asset:
    return Asset(
        id=AssetId(row.id),
        fqn=Fqn.parse(row.fqn),
        type=AssetType(row.type),
        version=row.version,
        organization_id=OrganizationId(row.organization_id),
        project_id=ProjectId(row.project_id),
        captured=row.captured,
        fields=read_fields(row.fields),
        tags=read_tags(row.tags),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )


def read_fields(stored: Mapping[str, Any]) -> dict[AssetField, FieldValue]:
    return {AssetField(name): read_field(value) for name, value in stored.items()}


def read_field(stored: Mapping[str, Any]) -> FieldValue:  # as write_field stored it
    run = stored.get("run_id")
    return FieldValue(
        stored["value"], FieldOrigin(stored["origin"]), stored.get("confidence"), UUID(run) if run else None
    )


def write_field(value: FieldValue) -> dict[str, Any]:
    return {
        "value": value.value,
        "origin": value.origin,
        "confidence": value.confidence,
        "run_id": str(value.run_id) if value.run_id else None,
    }


def _remembered() -> Sequence[Any]:  # columns of several types
    return [getattr(AssetRow, name) for name in ("id", *KEPT)]


def check_version(row: AssetRow, expected: int) -> None:
    """Refuse a change that is based on another version than the locked one: no update is lost."""
    if row.version != expected:
        raise VersionConflict("Asset", row.fqn, expected, row.version)


class AssetRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def is_new_event(self, event_id: str) -> bool:
        """Remember the event; False when it was handled before."""
        statement = (
            insert(HandledEventRow)
            .values(event_id=event_id, handled_at=self._uow.clock(), **owned_by(self._uow.tenant))
            .on_conflict_do_nothing()
            .returning(col(HandledEventRow.event_id))
        )
        return await self._uow.session.scalar(statement) is not None

    async def lock_tables(self, scopes: Sequence[Fqn], and_these: Select[Any] | None = None) -> None:
        """Lock the tables and views in scope, and the assets of these FQNs, in the order of their FQNs.

        A Save and an assessment both take these locks first: the one that comes second sees what the first one did.
        """
        ids = select_columns_in(self._uow.tenant, AssetRow, col(AssetRow.id))
        wanted: Select[Any] | CompoundSelect[Any] = ids.where(
            in_any_scope(col(AssetRow.fqn), scopes), col(AssetRow.type).in_(TABLE_LIKE)
        )
        if and_these is not None:  # not one condition with OR: that would read the whole catalogue
            wanted = union(wanted, ids.where(col(AssetRow.fqn).in_(and_these)))
        locked = ids.where(col(AssetRow.id).in_(wanted)).order_by(col(AssetRow.fqn))
        await self._uow.session.execute(locked.with_for_update(key_share=True))

    async def tables(self, scopes: Sequence[Fqn]) -> Sequence[Fqn]:
        """FQNs of the tables and views in scope that exist."""
        statement = (
            select_columns_in(self._uow.tenant, AssetRow, col(AssetRow.fqn))
            .where(
                in_any_scope(col(AssetRow.fqn), scopes),
                col(AssetRow.type).in_(TABLE_LIKE),
                col(AssetRow.deleted_at).is_(None),
            )
            .order_by(col(AssetRow.fqn))
        )
        return [Fqn.parse(text) for text in await self._uow.session.scalars(statement)]

    async def lock_rows(self, fqns: Iterable[Fqn]) -> dict[Fqn, AssetRow]:
        statement = (
            select_in(self._uow.tenant, AssetRow)
            .where(
                # One parameter, however many they are: a statement has room for 32,767.
                col(AssetRow.fqn) == any_(literal(sorted({str(fqn) for fqn in fqns}), FqnList)),
                col(AssetRow.deleted_at).is_(None),
            )
            .order_by(col(AssetRow.fqn))
            .with_for_update(key_share=True)
        )
        return {Fqn.parse(row.fqn): row for row in await self._uow.session.scalars(statement)}

    async def lock(self, fqn: Fqn) -> AssetRow:
        found = await self.lock_rows([fqn])
        if fqn not in found:
            raise NotFound("asset", str(fqn))
        return found[fqn]

    def change(
        self,
        row: AssetRow,
        change: str,
        *,
        fields: Mapping[str, Any] | None = None,  # stored form, see write_field
        captured: Mapping[str, Any] | None = None,
        tags: Sequence[Tag] | None = None,
        run_id: UUID | None = None,
    ) -> None:
        """Make the next version of an asset and keep what it was made of."""
        row.version += 1
        row.content_version = row.version
        row.updated_at = self._uow.clock()
        if fields is not None:
            row.fields = dict(fields)
        if captured is not None:
            row.captured = dict(captured)
        if tags is not None:
            row.tags = write_tags(tags)
        self._remember(row, change, run_id)

    def _remember(self, row: AssetRow, change: str, run_id: UUID | None) -> None:
        self._uow.add(
            AssetVersionRow(
                asset_id=row.id,
                **{name: getattr(row, name) for name in KEPT},
                change=change,
                actor=self._uow.actor.name,
                run_id=run_id,
                changed_at=row.updated_at,
                **owned_by(self._uow.tenant),
            )
        )

    async def ensure(self, found: FoundAsset) -> None:
        """Add the asset unless the catalogue has it; two transactions may try at once."""
        statement = (
            insert(AssetRow).values(self._new(found, self._uow.clock())).on_conflict_do_nothing().returning(AssetRow)
        )
        added = (await self._uow.session.scalars(statement)).one_or_none()
        if added is not None:
            self._remember(added, "found", None)

    def _insert(self, found: Sequence[FoundAsset], run_id: UUID) -> None:
        now = self._uow.clock()  # of one reading: whoever looks back sees all of it or nothing
        for asset in found:
            row = AssetRow(**self._new(asset, now))
            self._uow.add(row)
            self._remember(row, "found", run_id)

    def _new(self, found: FoundAsset, now: datetime) -> dict[str, Any]:
        return {
            "id": new_id(),
            "fqn": str(found.fqn),
            "parent_fqn": str(found.fqn.parent) if found.fqn.parent else None,
            "type": found.type,
            "position": found.position,
            "version": 1,
            "content_version": 1,
            "captured": found.captured,
            "fields": {},
            "tags": [],
            "created_at": now,
            "updated_at": now,
            **owned_by(self._uow.tenant),
        }

    async def store(self, found: FoundSchema, run_id: UUID) -> IngestionCounts:
        """Make the catalogue's schema what the source's schema is: add, change, soft-delete, bring back."""
        statement = (
            select_in(self._uow.tenant, AssetRow)
            .where(in_scope(col(AssetRow.fqn), found.fqn))
            .with_for_update(key_share=True)
        )
        known = {row.fqn: row for row in await self._uow.session.scalars(statement.order_by(col(AssetRow.fqn)))}
        present = {str(asset.fqn): asset for asset in assets_of(found)}
        self._insert([asset for text, asset in present.items() if text not in known], run_id)
        changed = sum(self._refresh(known[text], asset, run_id) for text, asset in present.items() if text in known)
        removed = [row for text, row in known.items() if text not in present and row.deleted_at is None]
        for row in removed:
            row.deleted_at = found.observed_at
            self.change(row, VANISHED, run_id=run_id)
        added = len(present.keys() - known.keys())
        return IngestionCounts(added, changed, len(removed), len(present) - added - changed)

    async def vanished_schemas(self, database: Fqn, present: Collection[Fqn]) -> Sequence[Fqn]:
        """The schemas that the catalogue has of the database and the source has not, in the order of their FQNs."""
        statement = select_columns_in(self._uow.tenant, AssetRow, col(AssetRow.fqn)).where(
            col(AssetRow.parent_fqn) == str(database),
            col(AssetRow.type) == AssetType.SCHEMA,
            col(AssetRow.deleted_at).is_(None),
        )
        known = {Fqn.parse(text) for text in await self._uow.session.scalars(statement)}
        return sorted(known.difference(present))

    async def forget(self, scopes: Sequence[Fqn], run_id: UUID) -> int:
        """Soft-delete all that is in scope, in one statement; how many. Versions and history stay."""
        await self.lock_tables(scopes)
        now = self._uow.clock()
        forgotten = (
            update_in(self._uow.tenant, AssetRow)
            .where(in_any_scope(col(AssetRow.fqn), scopes), col(AssetRow.deleted_at).is_(None))
            .values(deleted_at=now, **self._next_version())
            .returning(*_remembered(), literal(VANISHED).label("change"))
            .cte("changed")
        )
        return await self._remember_all(forgotten, run_id)

    async def write_fields(self, written: Subquery, run_id: UUID) -> int:
        """Write fields of many assets in one statement; how many assets. Columns: fqn, fields (stored form), change."""
        changed = (
            update_in(self._uow.tenant, AssetRow)
            .where(col(AssetRow.fqn) == written.c.fqn, col(AssetRow.deleted_at).is_(None))
            .values(fields=col(AssetRow.fields).op("||")(written.c.fields), **self._next_version())
            .returning(*_remembered(), written.c.change)
            .cte("changed")
        )
        return await self._remember_all(changed, run_id)

    async def restore(self, earlier: Subquery, change: str, run_id: UUID) -> int:
        """Give many assets an earlier content again; how many. Columns: fqn, fields, content_version."""
        restored = (
            update_in(self._uow.tenant, AssetRow)
            .where(col(AssetRow.fqn) == earlier.c.fqn)
            .values(
                fields=earlier.c.fields,
                **(self._next_version() | {"content_version": earlier.c.content_version}),
            )
            .returning(*_remembered(), literal(change).label("change"))
            .cte("changed")
        )
        return await self._remember_all(restored, run_id)

    def _next_version(self) -> dict[str, Any]:
        following = col(AssetRow.version) + 1
        return {"version": following, "content_version": following, "updated_at": self._uow.clock()}

    async def _remember_all(self, changed: CTE, run_id: UUID) -> int:
        """Carry out a change of many assets and keep the version that each has now; how many."""
        own = {
            "actor": self._uow.actor.name,
            "run_id": run_id,
            "changed_at": self._uow.clock(),
            **owned_by(self._uow.tenant),
        }
        versions = select(changed, *(literal(value).label(name) for name, value in own.items()))
        columns = ["asset_id", *KEPT, "change", *own]
        result = await self._uow.session.execute(insert(AssetVersionRow).from_select(columns, versions))
        return int(getattr(result, "rowcount", 0))

    def _refresh(self, row: AssetRow, asset: FoundAsset, run_id: UUID) -> bool:
        returned = row.deleted_at is not None
        if (
            not returned
            and row.captured == asset.captured
            and row.type == asset.type
            and row.position == asset.position
        ):
            return False
        row.type, row.position, row.deleted_at = asset.type, asset.position, None
        self.change(
            row,
            "returned to the source" if returned else "changed in the source",
            captured=asset.captured,
            run_id=run_id,
        )
        return True
