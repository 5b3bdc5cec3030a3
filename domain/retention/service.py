"""Carries out the retention policy: each call removes one bounded batch, in one transaction."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.clock import Clock
from domain.db.engine import Database
from domain.identity import Tenant
from domain.retention.model import Batch, Kind, Place, RetentionPolicy
from domain.retention.repository import RetentionRepository
from domain.retention.roll_up import SnapshotRetention
from domain.retention.run_rows import RunRowRetention

NOTHING = Batch(0, None)


class RetentionService:
    """Removes what use cases only append to, so it stands above the tenants; nothing that one asked for reaches it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def remove(self, tenant: Tenant, policy: RetentionPolicy, kind: Kind, place: Place = ()) -> Batch:
        """Remove the next batch of what has expired in a project. Repeating it removes nothing twice."""
        now = self._clock()
        async with self._database.writing_across_tenants() as session:
            if kind is Kind.SNAPSHOTS:
                roll_up = policy.roll_up(now)
                log = SnapshotRetention(session, tenant)
                return await log.thin_out(roll_up, place, policy.batch_size) if roll_up else NOTHING
            before = policy.expires_before(kind, now)
            return await _remove(session, tenant, kind, before, place, policy.batch_size) if before else NOTHING


async def _remove(
    session: AsyncSession, tenant: Tenant, kind: Kind, before: datetime, place: Place, limit: int
) -> Batch:
    match kind:
        case Kind.EVENTS:
            return await RetentionRepository(session, tenant).remove_events(before, limit)
        case Kind.HANDLED_EVENTS:
            return await RetentionRepository(session, tenant).remove_handled_events(before, limit)
        case Kind.LLM_ANSWERS:
            return await RetentionRepository(session, tenant).remove_answers(before, limit)
        case _:
            return await RunRowRetention(session, tenant).remove(kind, before, place, limit)
