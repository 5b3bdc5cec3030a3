from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func
from sqlmodel import col

from domain.assets.model import Asset, AssetId, AssetType, TableContext
from domain.assets.repository import TABLE_LIKE, to_model
from domain.assets.tables import AssetRow
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.scope import in_any_scope, in_scope
from domain.db.tenancy import select_columns_in, select_in
from domain.errors import NotFound
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.text import check_storable


@dataclass(frozen=True, slots=True)
class AssetFilter:
    types: tuple[AssetType, ...] = ()
    include_deleted: bool = False
    text: str | None = None
    """Words that the FQN, the description or the source comment holds, in any case."""

    def __post_init__(self) -> None:
        if self.text is not None:
            check_storable("text", self.text)


class AssetQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, tenant: Tenant, fqn: Fqn) -> Asset | None:
        statement = select_in(tenant, AssetRow).where(col(AssetRow.fqn) == str(fqn))
        async with self._database.reading(tenant) as session:
            row = (await session.scalars(statement)).one_or_none()
            return to_model(row) if row else None

    async def by_fqns(self, tenant: Tenant, fqns: Sequence[Fqn]) -> dict[Fqn, Asset]:
        statement = select_in(tenant, AssetRow).where(col(AssetRow.fqn).in_([str(fqn) for fqn in fqns]))
        async with self._database.reading(tenant) as session:
            return {Fqn.parse(row.fqn): to_model(row) for row in await session.scalars(statement)}

    async def by_ids(self, tenant: Tenant, ids: Sequence[AssetId]) -> dict[AssetId, Asset]:
        statement = select_in(tenant, AssetRow).where(col(AssetRow.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {AssetId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def children(self, tenant: Tenant, parents: Sequence[Fqn]) -> dict[Fqn, list[Asset]]:
        """What stands directly below each parent, columns in their order."""
        statement = (
            select_in(tenant, AssetRow)
            .where(col(AssetRow.parent_fqn).in_([str(fqn) for fqn in parents]), col(AssetRow.deleted_at).is_(None))
            .order_by(col(AssetRow.parent_fqn), col(AssetRow.position), col(AssetRow.fqn))
        )
        found: dict[Fqn, list[Asset]] = {fqn: [] for fqn in parents}
        async with self._database.reading(tenant) as session:
            for row in await session.scalars(statement):
                assert row.parent_fqn
                found[Fqn.parse(row.parent_fqn)].append(to_model(row))
        return found

    async def page(self, tenant: Tenant, scope: Fqn | None, wanted: AssetFilter, request: PageRequest) -> Page[Asset]:
        """Assets in the order of their FQNs."""
        statement = _filtered(select_in(tenant, AssetRow), scope, wanted)
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(AssetRow.fqn), read_key=str, to_model=to_model)

    async def count(self, tenant: Tenant, scope: Fqn | None, types: Sequence[AssetType]) -> int:
        statement = select_columns_in(tenant, AssetRow, func.count()).where(col(AssetRow.deleted_at).is_(None))
        if scope is not None:
            statement = statement.where(in_scope(col(AssetRow.fqn), scope))
        if types:
            statement = statement.where(col(AssetRow.type).in_(types))
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def count_tables(self, tenant: Tenant, scopes: Sequence[Fqn]) -> int:
        """Tables and views in these scopes, each once."""
        statement = select_columns_in(tenant, AssetRow, func.count()).where(
            in_any_scope(col(AssetRow.fqn), scopes),
            col(AssetRow.type).in_(TABLE_LIKE),
            col(AssetRow.deleted_at).is_(None),
        )
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def count_matching(self, tenant: Tenant, scope: Fqn | None, wanted: AssetFilter) -> int:
        """How many assets `page` goes through."""
        statement = _filtered(select_columns_in(tenant, AssetRow, func.count()), scope, wanted)
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def table(self, tenant: Tenant, fqn: Fqn) -> TableContext:
        """A table or view with its columns."""
        table = await self.find(tenant, fqn)
        if table is None or table.deleted_at or not table.type.is_table_like:
            raise NotFound("table", str(fqn))
        return TableContext(table, (await self.children(tenant, [fqn]))[fqn])

    async def siblings(self, tenant: Tenant, table: Fqn) -> Sequence[Asset]:
        """The tables and views of the same schema."""
        assert table.parent
        return [
            asset for asset in (await self.children(tenant, [table.parent]))[table.parent] if asset.type in TABLE_LIKE
        ]


def _filtered(statement: Select[Any], scope: Fqn | None, wanted: AssetFilter) -> Select[Any]:
    if scope is not None:
        statement = statement.where(in_scope(col(AssetRow.fqn), scope))
    if wanted.types:
        statement = statement.where(col(AssetRow.type).in_(wanted.types))
    if not wanted.include_deleted:
        statement = statement.where(col(AssetRow.deleted_at).is_(None))
    if wanted.text:
        said = func.concat_ws(
            " ", col(AssetRow.fqn), AssetRow.fields["description"]["value"].astext, AssetRow.captured["comment"].astext
        )
        statement = statement.where(func.strpos(func.lower(said), wanted.text.lower()) > 0)
    return statement
