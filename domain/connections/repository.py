from dataclasses import asdict
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.connections.model import (
    ConnectionId,
    ConnectionKind,
    ConnectionSettings,
    ConnectionStatus,
    DataConnection,
    SslMode,
)
from domain.connections.tables import DataConnectionRow
from domain.db.tenancy import owned_by, select_columns_in, select_in
from domain.db.uow import UnitOfWork
from domain.errors import Conflict, NotFound
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId


def to_model(row: DataConnectionRow) -> DataConnection:
    return DataConnection(
        id=ConnectionId(row.id),
        name=row.name,
        kind=ConnectionKind(row.kind),
        settings=ConnectionSettings(**{**row.settings, "ssl_mode": SslMode(row.settings["ssl_mode"])}),
        status=ConnectionStatus(row.status),
        status_message=row.status_message,
        version=row.version,
        organization_id=OrganizationId(row.organization_id),
        project_id=ProjectId(row.project_id),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


class ConnectionRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def lock(self, connection_id: ConnectionId) -> DataConnectionRow:
        statement = (
            select_in(self._uow.tenant, DataConnectionRow)
            .where(col(DataConnectionRow.id) == connection_id, col(DataConnectionRow.deleted_at).is_(None))
            .with_for_update(key_share=True)
        )
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("connection", str(connection_id))
        return row

    async def queue_at(self, connection_id: ConnectionId) -> None:
        """Lock the connection, also a deleted one, for a decision that only one may make at a time."""
        row = select_columns_in(self._uow.tenant, DataConnectionRow, col(DataConnectionRow.id))
        await self._uow.session.execute(
            row.where(col(DataConnectionRow.id) == connection_id).with_for_update(key_share=True)
        )

    async def get(self, connection_id: ConnectionId) -> DataConnection:
        statement = select_in(self._uow.tenant, DataConnectionRow).where(
            col(DataConnectionRow.id) == connection_id, col(DataConnectionRow.deleted_at).is_(None)
        )
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("connection", str(connection_id))
        return to_model(row)

    async def get_named(self, name: str) -> DataConnection:
        found = await self.find_named(name)
        if found is None:
            raise NotFound("connection", name)
        return found

    async def find_named(self, name: str) -> DataConnection | None:
        statement = select_in(self._uow.tenant, DataConnectionRow).where(
            col(DataConnectionRow.name) == name, col(DataConnectionRow.deleted_at).is_(None)
        )
        row = (await self._uow.session.scalars(statement)).one_or_none()
        return to_model(row) if row else None

    async def add(self, name: str, kind: ConnectionKind, settings: ConnectionSettings, now: datetime) -> DataConnection:
        statement = insert(DataConnectionRow).values(
            id=new_id(),
            name=name,
            kind=kind,
            settings=asdict(settings),
            status=ConnectionStatus.PENDING,
            version=1,
            created_at=now,
            updated_at=now,
            **owned_by(self._uow.tenant),
        )
        added = statement.on_conflict_do_nothing().returning(DataConnectionRow)
        row = (await self._uow.session.scalars(added)).one_or_none()
        if row is None:
            raise Conflict(f"There is a connection {name!r} already; choose another name or update that one.")
        return to_model(row)
