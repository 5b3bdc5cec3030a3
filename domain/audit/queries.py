from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlmodel import col

from domain.audit.model import AuditEvent
from domain.audit.tables import AuditEventRow
from domain.db.delivery import committed
from domain.db.engine import Database
from domain.db.horizon import check_resumable
from domain.db.keyset import read_page
from domain.db.outbox import DomainEventRow
from domain.db.scope import in_scope
from domain.db.tenancy import select_in
from domain.events import CommittedEvent
from domain.fqn import Fqn
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
        async with self._database.reading(tenant) as session:
            return await read_page(
                session,
                statement,
                request,
                key=col(AuditEventRow.id),
                read_key=UUID,
                to_model=_to_model,
                descending=True,
            )

    async def events(
        self, tenant: Tenant, scope: Fqn | None, names: Sequence[str], request: PageRequest
    ) -> Page[CommittedEvent]:
        """Numbered events in their order; a scope keeps those that `CommittedEvent.concerns` keeps.

        A cursor behind which events have expired is refused: a page that left them out would look complete.
        """
        statement = select_in(tenant, DomainEventRow).where(col(DomainEventRow.sequence).is_not(None))
        if names:
            statement = statement.where(col(DomainEventRow.type).in_(names))
        if scope is not None:
            told = func.unnest(col(DomainEventRow.scopes)).column_valued("told").collate("C")
            concerned = in_scope(told, scope) | told.in_([str(fqn) for fqn in scope.ancestors()])
            statement = statement.where(exists(select(1).where(concerned)))
        async with self._database.reading(tenant) as session:
            page = await read_page(
                session,
                statement,
                request,
                key=col(DomainEventRow.sequence),
                read_key=int,
                to_model=partial(_seen_by, tenant),
            )
            if request.after is not None:
                await check_resumable(session, tenant, int(request.after))
            return page


def _seen_by(tenant: Tenant, row: DomainEventRow) -> CommittedEvent:
    event = committed(row)
    return event.as_seen_by(tenant) or event  # the policy has left out what is not for them at all


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
        row.sequence,
        row.hash,
    )
