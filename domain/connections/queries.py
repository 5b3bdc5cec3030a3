from collections.abc import Sequence

from sqlmodel import col

from domain.connections.model import ConnectionId, DataConnection
from domain.connections.repository import to_model
from domain.connections.tables import DataConnectionRow
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_in
from domain.errors import NotFound
from domain.identity import Tenant
from domain.pages import Page, PageRequest


class ConnectionQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def named(self, tenant: Tenant, name: str) -> DataConnection | None:
        statement = select_in(tenant, DataConnectionRow).where(
            col(DataConnectionRow.name) == name, col(DataConnectionRow.deleted_at).is_(None)
        )
        async with self._database.reading(tenant) as session:
            row = (await session.scalars(statement)).one_or_none()
            return to_model(row) if row else None

    async def get(self, tenant: Tenant, connection_id: ConnectionId) -> DataConnection:
        """Also a deleted one: runs of the past still name it."""
        found = await self.by_ids(tenant, [connection_id])
        if connection_id not in found:
            raise NotFound("connection", str(connection_id))
        return found[connection_id]

    async def by_ids(self, tenant: Tenant, ids: Sequence[ConnectionId]) -> dict[ConnectionId, DataConnection]:
        statement = select_in(tenant, DataConnectionRow).where(col(DataConnectionRow.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {ConnectionId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def by_names(self, tenant: Tenant, names: Sequence[str]) -> dict[str, DataConnection]:
        statement = select_in(tenant, DataConnectionRow).where(
            col(DataConnectionRow.name).in_(names), col(DataConnectionRow.deleted_at).is_(None)
        )
        async with self._database.reading(tenant) as session:
            return {row.name: to_model(row) for row in await session.scalars(statement)}

    async def page(self, tenant: Tenant, request: PageRequest) -> Page[DataConnection]:
        statement = select_in(tenant, DataConnectionRow).where(col(DataConnectionRow.deleted_at).is_(None))
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(DataConnectionRow.name), read_key=str, to_model=to_model
            )
