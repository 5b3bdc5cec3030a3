"""Removes what has expired by its own date, a batch at a time."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.assets.tables import HandledEventRow
from domain.db.horizon import move_horizon
from domain.db.outbox import DomainEventRow
from domain.db.tenancy import delete_in, select_columns_in
from domain.identity import Tenant
from domain.ledger.tables import LlmAnswerRow
from domain.retention.model import Batch


def batch_of(removed: int, limit: int) -> Batch:
    """Of rows that are looked for from the beginning each time: what is gone is not found again."""
    return Batch(removed, () if removed == limit else None)


class RetentionRepository:
    def __init__(self, session: AsyncSession, tenant: Tenant) -> None:
        self._session = session
        self._tenant = tenant

    async def remove_events(self, before: datetime, limit: int) -> Batch:
        """The oldest events whose reactions are done.

        Up to the first that is young enough, and never the newest: the next number is counted on from it.
        """
        row, tenant = DomainEventRow, self._tenant
        young = select_columns_in(tenant, row, func.min(col(row.sequence))).where(col(row.occurred_at) >= before)
        newest = select_columns_in(tenant, row, func.max(col(row.sequence)))
        expired = (
            select_columns_in(tenant, row, col(row.id))
            .where(
                col(row.sequence) < func.coalesce(young.scalar_subquery(), newest.scalar_subquery()),
                col(row.due_at).is_(None),
            )
            .order_by(col(row.sequence))
            .limit(limit)
        )
        statement = delete_in(tenant, row).where(col(row.id).in_(expired)).returning(col(row.sequence))
        removed = [sequence for sequence in await self._session.scalars(statement) if sequence is not None]
        if removed:
            await move_horizon(self._session, tenant, max(removed))
        return batch_of(len(removed), limit)

    async def remove_handled_events(self, before: datetime, limit: int) -> Batch:
        row, tenant = HandledEventRow, self._tenant
        expired = select_columns_in(tenant, row, col(row.event_id)).where(col(row.handled_at) < before).limit(limit)
        statement = delete_in(tenant, row).where(col(row.event_id).in_(expired)).returning(col(row.event_id))
        return batch_of(len((await self._session.scalars(statement)).all()), limit)

    async def remove_answers(self, before: datetime, limit: int) -> Batch:
        row, tenant = LlmAnswerRow, self._tenant
        expired = select_columns_in(tenant, row, col(row.content_hash)).where(col(row.kept_at) < before).limit(limit)
        statement = delete_in(tenant, row).where(col(row.content_hash).in_(expired)).returning(col(row.content_hash))
        return batch_of(len((await self._session.scalars(statement)).all()), limit)
