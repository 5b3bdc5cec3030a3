from uuid import UUID

from sqlmodel import col

from domain.audit.model import AuditEvent
from domain.audit.tables import AuditEventRow
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_in
from domain.identity import Tenant
from domain.pages import Page, PageRequest


class AuditQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant: Tenant, resource: str | None, key: str | None, request: PageRequest
    ) -> Page[AuditEvent]:
        """Audit events, the newest first, of one resource or of all."""
        statement = select_in(tenant, AuditEventRow)
        if resource is not None:
            statement = statement.where(col(AuditEventRow.resource) == resource)
        if key is not None:
            statement = statement.where(col(AuditEventRow.resource_key) == key)
        async with self._database.reading() as session:
            return await read_page(
                session,
                statement,
                request,
                key=col(AuditEventRow.id),
                read_key=UUID,
                to_model=_to_model,
                descending=True,
            )


def _to_model(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        row.id,
        row.occurred_at,
        row.actor,
        row.action,
        row.resource,
        row.resource_key,
        row.before,
        row.after,
        row.request_id,
    )
