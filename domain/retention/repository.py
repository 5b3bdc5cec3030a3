"""Removes what has expired by its own date, a batch at a time."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, any_, func, literal
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
        """The oldest events whose reactions are done, but never the newest: the next number is counted on from it."""
        row, tenant = DomainEventRow, self._tenant
        newest = select_columns_in(tenant, row, func.max(col(row.sequence))).scalar_subquery()
        oldest = (
            select_columns_in(tenant, row, col(row.sequence), col(row.occurred_at))
            .where(col(row.sequence) < newest, col(row.due_at).is_(None))
            .order_by(col(row.sequence))
            .limit(limit)
        )
        expired = [sequence for sequence, at in await self._session.execute(oldest) if at < before]
        if expired:
            statement = delete_in(tenant, row).where(col(row.sequence) == any_(literal(expired, ARRAY(BigInteger))))
            await self._session.execute(statement.execution_options(synchronize_session=False))
            await move_horizon(self._session, tenant, max(expired))
        return batch_of(len(expired), limit)

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
