"""For the relay: give committed events their numbers, and hand out each reaction to one taker at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlmodel import col

from domain.clock import Clock
from domain.db.engine import Database
from domain.db.outbox import NUMBERED, DomainEventRow
from domain.events import Claimed, CommittedEvent, read_event
from domain.identity import OrganizationId, ProjectId, Tenant

NUMBERING_LOCK = 0x41535341
"""Key of the advisory lock under which events are numbered, by one relay at a time."""
LEASE = timedelta(seconds=60)
"""How long a taker may work on a reaction before another one tries it."""
LONGEST_PAUSE = timedelta(seconds=60)
NUMBERED_AT_ONCE = 1000

_NUMBER = text(
    """
    WITH waiting AS (SELECT id, row_number() OVER (ORDER BY position) AS place
                       FROM domain_event WHERE sequence IS NULL ORDER BY position LIMIT :at_once),
         last AS (SELECT coalesce(max(sequence), 0) AS sequence FROM domain_event)
    UPDATE domain_event SET sequence = last.sequence + waiting.place
      FROM waiting, last WHERE domain_event.id = waiting.id
    """
)


def committed(row: DomainEventRow) -> CommittedEvent:
    assert row.sequence is not None
    return CommittedEvent(
        sequence=row.sequence,
        id=row.id,
        tenant=Tenant(OrganizationId(row.organization_id), ProjectId(row.project_id)),
        occurred_at=row.occurred_at,
        actor=row.actor,
        event=read_event(row.type, row.payload, row.scopes),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events that wait, and how long the oldest of them has."""

    events: int
    lag_seconds: float


class Delivery:
    """Works on the events of all tenants; nothing that a tenant asked for reaches it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def number(self) -> int:
        """Number what was committed since the last call; how many that were. Another relay at work: 0."""
        total = 0
        while count := await self._number_some():
            total += count
            if count < NUMBERED_AT_ONCE:
                break
        return total

    async def _number_some(self) -> int:
        async with self._database.writing_across_tenants() as session:
            lock = text("SELECT pg_try_advisory_xact_lock(:key)")
            if not await session.scalar(lock, {"key": NUMBERING_LOCK}):
                return 0
            result = await session.execute(_NUMBER, {"at_once": NUMBERED_AT_ONCE})
            count: int = getattr(result, "rowcount", 0)
            if count:
                await session.execute(text(f"NOTIFY {NUMBERED}"))
            return count

    async def backlog(self) -> Mapping[str, Waiting]:
        """What waits for its number, and what waits for its reaction longer than it was to."""
        now = self._clock()
        is_new, is_due = col(DomainEventRow.sequence).is_(None), col(DomainEventRow.due_at) <= now
        return {
            "number": await self._waiting(now, is_new, func.min(DomainEventRow.occurred_at)),
            "reaction": await self._waiting(now, is_due, func.min(DomainEventRow.due_at)),
        }

    async def _waiting(
        self, now: datetime, which: ColumnElement[bool], since: ColumnElement[datetime | None]
    ) -> Waiting:
        async with self._database.reading_across_tenants() as session:
            count, oldest = (await session.execute(select(func.count(), since).where(which))).one()
        return Waiting(count, max((now - oldest).total_seconds(), 0.0) if oldest else 0.0)

    async def claim(self, limit: int) -> Sequence[Claimed]:
        """Take the oldest reactions that are due; each is handed out again if it is not finished within the lease."""
        now = self._clock()
        oldest = (
            select(col(DomainEventRow.id))
            .where(col(DomainEventRow.due_at) <= now, col(DomainEventRow.sequence).is_not(None))
            .order_by(col(DomainEventRow.sequence))
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("oldest")  # evaluated once, whatever the plan
        )
        taken = (
            update(DomainEventRow)
            .where(col(DomainEventRow.id).in_(select(oldest.c.id)))
            .values(due_at=now + LEASE, attempts=col(DomainEventRow.attempts) + 1)
            .returning(DomainEventRow)
        )
        async with self._database.writing_across_tenants() as session:
            rows = (await session.scalars(taken)).all()
            return sorted(
                (Claimed(committed(row), row.attempts) for row in rows), key=lambda one: one.committed.sequence
            )

    async def finish(self, event_id: UUID) -> None:
        await self._set(event_id, due_at=None, last_error=None)

    async def postpone(self, claimed: Claimed, reason: str) -> datetime:
        """Try again later, after a pause that doubles; when."""
        pause = min(timedelta(seconds=0.5 * 2 ** min(claimed.attempts, 10)), LONGEST_PAUSE)
        due_at = self._clock() + pause
        await self._set(claimed.committed.id, due_at=due_at, last_error=reason)
        return due_at

    async def _set(self, event_id: UUID, *, due_at: datetime | None, last_error: str | None) -> None:
        statement = update(DomainEventRow).where(col(DomainEventRow.id) == event_id)
        async with self._database.writing_across_tenants() as session:
            await session.execute(statement.values(due_at=due_at, last_error=last_error))
