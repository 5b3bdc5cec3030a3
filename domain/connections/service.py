from dataclasses import asdict

from domain.access.model import require
from domain.audit.repository import record
from domain.connections.kinds import settle
from domain.connections.model import (
    ConnectionId,
    ConnectionKind,
    ConnectionSettings,
    ConnectionStatus,
    DataConnection,
    check_name,
)
from domain.connections.repository import ConnectionRepository, to_model
from domain.db.uow import UnitsOfWork
from domain.errors import VersionConflict
from domain.events import ConnectionChanged
from domain.identity import Actor, Permission


class ConnectionService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def create(
        self, actor: Actor, name: str, kind: ConnectionKind, settings: ConnectionSettings
    ) -> DataConnection:
        require(actor, Permission.WRITE)
        check_name(name)
        settled = settle(kind, settings)
        async with self._unit_of_work(actor) as uow:
            created = await ConnectionRepository(uow).add(name, kind, settled, uow.clock())
            record(uow, "create", "connection", name, after={"kind": kind, "settings": asdict(settled)})
            uow.emit(_changed(created))
            return created

    async def update(
        self, actor: Actor, connection_id: ConnectionId, settings: ConnectionSettings, expected_version: int
    ) -> DataConnection:
        """Change how the source is reached; the connection has to be tested again."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            row = await ConnectionRepository(uow).lock(connection_id)
            if row.version != expected_version:
                raise VersionConflict("Connection", row.name, expected_version, row.version)
            settled = asdict(settle(ConnectionKind(row.kind), settings))
            record(uow, "update", "connection", row.name, before=row.settings, after=settled)
            row.settings = settled
            row.status, row.status_message = ConnectionStatus.PENDING, None
            row.version += 1
            row.updated_at = uow.clock()
            updated = to_model(row)
            uow.emit(_changed(updated))
            return updated

    async def delete(self, actor: Actor, connection_id: ConnectionId, expected_version: int) -> DataConnection:
        """Forget how to reach the source; what was learned about its assets stays."""
        require(actor, Permission.ADMINISTER)
        async with self._unit_of_work(actor) as uow:
            row = await ConnectionRepository(uow).lock(connection_id)
            if row.version != expected_version:
                raise VersionConflict("Connection", row.name, expected_version, row.version)
            row.deleted_at = uow.clock()
            record(uow, "delete", "connection", row.name, before=row.settings)
            deleted = to_model(row)
            uow.emit(
                ConnectionChanged(scopes=(str(deleted.service),), connection_id=row.id, status=row.status, deleted=True)
            )
            return deleted

    async def record_check(self, actor: Actor, connection_id: ConnectionId, problem: str | None, version: str) -> None:
        """What a test of the connection found: its server's version, or why it cannot be used."""
        async with self._unit_of_work(actor) as uow:
            row = await ConnectionRepository(uow).lock(connection_id)
            status = ConnectionStatus.ERROR if problem else ConnectionStatus.ACTIVE
            record(uow, "check", "connection", row.name, before={"status": row.status}, after={"status": status})
            row.status = status
            row.status_message = problem or version
            row.updated_at = uow.clock()
            uow.emit(_changed(to_model(row)))


def _changed(connection: DataConnection) -> ConnectionChanged:
    return ConnectionChanged(scopes=(str(connection.service),), connection_id=connection.id, status=connection.status)
