from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func
from sqlmodel import col

from domain.assets.model import Asset, AssetId
from domain.assets.repository import to_model as to_asset
from domain.assets.tables import AssetRow
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_columns_in, select_in
from domain.glossary.model import GlossaryTerm, TermId, TermStatus, key_of
from domain.glossary.repository import to_model
from domain.glossary.tables import GlossaryLinkRow, GlossaryTermRow
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.text import check_storable


@dataclass(frozen=True, slots=True)
class TermFilter:
    statuses: tuple[TermStatus, ...] = ()
    text: str | None = None
    """Words that the name, a synonym or the definition holds, in any case."""

    def __post_init__(self) -> None:
        if self.text is not None:
            check_storable("text", self.text)


class GlossaryQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def named(self, tenant: Tenant, name: str) -> GlossaryTerm | None:
        statement = select_in(tenant, GlossaryTermRow).where(col(GlossaryTermRow.key) == key_of(name))
        async with self._database.reading(tenant) as session:
            row = (await session.scalars(statement)).one_or_none()
            return to_model(row) if row else None

    async def by_ids(self, tenant: Tenant, ids: Sequence[TermId]) -> dict[TermId, GlossaryTerm]:
        statement = select_in(tenant, GlossaryTermRow).where(col(GlossaryTermRow.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {TermId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def approved(self, tenant: Tenant) -> Sequence[GlossaryTerm]:
        """All terms that people agreed on, by name."""
        statement = _filtered(select_in(tenant, GlossaryTermRow), TermFilter((TermStatus.APPROVED,)))
        async with self._database.reading(tenant) as session:
            return [to_model(row) for row in await session.scalars(statement.order_by(col(GlossaryTermRow.key)))]

    async def of_assets(self, tenant: Tenant, assets: Sequence[AssetId]) -> dict[AssetId, list[GlossaryTerm]]:
        """The terms of each asset, by name."""
        statement = (
            select_in(tenant, GlossaryTermRow)
            .join(GlossaryLinkRow, col(GlossaryLinkRow.term_id) == col(GlossaryTermRow.id))
            .where(col(GlossaryLinkRow.asset_id).in_(assets))
            .order_by(col(GlossaryTermRow.key))
            .add_columns(col(GlossaryLinkRow.asset_id))
        )
        found: defaultdict[AssetId, list[GlossaryTerm]] = defaultdict(list)
        async with self._database.reading(tenant) as session:
            for row, asset_id in await session.execute(statement):
                found[AssetId(asset_id)].append(to_model(row))
        return found

    async def page(self, tenant: Tenant, wanted: TermFilter, request: PageRequest) -> Page[GlossaryTerm]:
        """Terms by name."""
        statement = _filtered(select_in(tenant, GlossaryTermRow), wanted)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(GlossaryTermRow.key), read_key=str, to_model=to_model
            )

    async def count(self, tenant: Tenant, wanted: TermFilter) -> int:
        statement = _filtered(select_columns_in(tenant, GlossaryTermRow, func.count()), wanted)
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def linked(self, tenant: Tenant, term_id: TermId, request: PageRequest) -> Page[Asset]:
        """The assets that the term is about and that exist, in the order of their FQNs."""
        statement = _linked_to(select_in(tenant, AssetRow), term_id)
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(AssetRow.fqn), read_key=str, to_model=to_asset)

    async def count_linked(self, tenant: Tenant, term_id: TermId) -> int:
        statement = _linked_to(select_columns_in(tenant, AssetRow, func.count()), term_id)
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0


def _linked_to(statement: Select[Any], term_id: TermId) -> Select[Any]:
    return statement.join(GlossaryLinkRow, col(GlossaryLinkRow.asset_id) == col(AssetRow.id)).where(
        col(GlossaryLinkRow.term_id) == term_id, col(AssetRow.deleted_at).is_(None)
    )


def _filtered(statement: Select[Any], wanted: TermFilter) -> Select[Any]:
    if wanted.statuses:
        statement = statement.where(col(GlossaryTermRow.status).in_(wanted.statuses))
    if wanted.text:
        synonyms = func.array_to_string(col(GlossaryTermRow.synonyms), " ")
        said = func.concat_ws(" ", col(GlossaryTermRow.name), synonyms, col(GlossaryTermRow.definition))
        statement = statement.where(func.strpos(func.lower(said), wanted.text.lower()) > 0)
    return statement
