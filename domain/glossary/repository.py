from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.assets.model import AssetId
from domain.db.tenancy import delete_in, owned_by, select_columns_in, select_in
from domain.db.uow import UnitOfWork
from domain.errors import Conflict, NotFound
from domain.events import GlossaryChanged
from domain.glossary.model import MAX_TERMS, GlossaryTerm, TermId, TermStatus, TermWords, key_of
from domain.glossary.tables import GlossaryLinkRow, GlossaryTermRow
from domain.identifiers import new_id


def to_model(row: GlossaryTermRow) -> GlossaryTerm:
    words = TermWords(row.name, row.definition, tuple(row.synonyms), TermStatus(row.status))
    return GlossaryTerm(TermId(row.id), words, row.version, row.created_at, row.updated_at)


def changed(
    row: GlossaryTermRow, scopes: Sequence[str] = (), *, linked: int = 0, unlinked: int = 0, deleted: bool = False
) -> GlossaryChanged:
    """What a transaction tells of the term as it leaves it."""
    return GlossaryChanged(
        scopes=tuple(scopes),
        term_id=row.id,
        version=row.version,
        status=row.status,
        linked=linked,
        unlinked=unlinked,
        deleted=deleted,
    )


class GlossaryRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def lock(self, term_id: TermId) -> GlossaryTermRow:
        row = await self._lock_where(col(GlossaryTermRow.id) == term_id)
        if row is None:
            raise NotFound("glossary term", str(term_id))
        return row

    async def lock_named(self, name: str) -> GlossaryTermRow | None:
        return await self._lock_where(col(GlossaryTermRow.key) == key_of(name))

    async def _lock_where(self, condition: ColumnElement[bool]) -> GlossaryTermRow | None:
        statement = select_in(self._uow.tenant, GlossaryTermRow).where(condition).with_for_update(key_share=True)
        return (await self._uow.session.scalars(statement)).one_or_none()

    async def add(self, words: TermWords) -> GlossaryTermRow:
        now = self._uow.clock()
        row = GlossaryTermRow(
            id=new_id(), version=1, created_at=now, updated_at=now, **_columns(words), **owned_by(self._uow.tenant)
        )
        self._uow.add(row)
        await self._claim_name(words.name)
        return row

    async def change(self, row: GlossaryTermRow, words: TermWords) -> None:
        for name, value in _columns(words).items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = self._uow.clock()
        await self._claim_name(words.name)

    async def _claim_name(self, name: str) -> None:
        """Only the index knows of a term of this name that another transaction makes at the same time."""
        try:
            await self._uow.session.flush()
        except IntegrityError as taken:
            raise Conflict(f"There is a glossary term {name!r} already; read it and change that one.") from taken

    async def delete(self, row: GlossaryTermRow) -> int:
        """Take the term away with its links; how many those were."""
        links = delete_in(self._uow.tenant, GlossaryLinkRow).where(col(GlossaryLinkRow.term_id) == row.id)
        unlinked = await self._uow.session.execute(links)
        await self._uow.session.delete(row)
        return int(getattr(unlinked, "rowcount", 0))

    async def full(self, term_id: TermId, assets: Collection[AssetId]) -> set[AssetId]:
        """Those of the assets that have no room for one more term."""
        statement = (
            select_columns_in(self._uow.tenant, GlossaryLinkRow, col(GlossaryLinkRow.asset_id))
            .where(col(GlossaryLinkRow.asset_id).in_(assets), col(GlossaryLinkRow.term_id) != term_id)
            .group_by(col(GlossaryLinkRow.asset_id))
            .having(func.count() >= MAX_TERMS)
        )
        return {AssetId(found) for found in await self._uow.session.scalars(statement)}

    async def link(self, term_id: TermId, assets: Collection[AssetId]) -> set[AssetId]:
        """Tie assets to a term; those that were not tied before."""
        said = {"linked_by": self._uow.actor.name, "linked_at": self._uow.clock(), **owned_by(self._uow.tenant)}
        rows = [{"term_id": term_id, "asset_id": asset_id, **said} for asset_id in assets]
        statement = (
            insert(GlossaryLinkRow).values(rows).on_conflict_do_nothing().returning(col(GlossaryLinkRow.asset_id))
        )
        return {AssetId(found) for found in await self._uow.session.scalars(statement)} if rows else set()

    async def unlink(self, term_id: TermId, assets: Collection[AssetId]) -> set[AssetId]:
        """Let assets go; those that were tied before."""
        statement = (
            delete_in(self._uow.tenant, GlossaryLinkRow)
            .where(col(GlossaryLinkRow.term_id) == term_id, col(GlossaryLinkRow.asset_id).in_(assets))
            .returning(col(GlossaryLinkRow.asset_id))
        )
        return {AssetId(found) for found in await self._uow.session.scalars(statement)}


def _columns(words: TermWords) -> dict[str, Any]:
    return {
        "key": key_of(words.name),
        "name": words.name,
        "definition": words.definition,
        "synonyms": list(words.synonyms),
        "status": words.status,
    }
