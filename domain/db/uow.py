"""One use case, one transaction. The only COMMIT of the project stands here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.clock import Clock
from domain.db.engine import Database, translating_losses
from domain.db.outbox import append
from domain.db.tenancy import confine
from domain.events import DomainEvent
from domain.identity import Actor, Tenant


class UnitOfWork:
    """What a use case works with: a session, who acts, and the events that its COMMIT will carry."""

    def __init__(self, session: AsyncSession, actor: Actor, clock: Clock) -> None:
        self.session = session
        self.actor = actor
        self.clock = clock
        self.events: list[DomainEvent] = []

    @property
    def tenant(self) -> Tenant:
        return self.actor.tenant

    def add(self, *rows: SQLModel) -> None:
        self.session.add_all(rows)

    def emit(self, event: DomainEvent) -> None:
        """Stored by the same COMMIT as the change that it tells of, or not at all."""
        self.events.append(event)


class UnitsOfWork:
    """Opens one unit of work after another on one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.clock = clock

    @asynccontextmanager
    async def __call__(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """Within the actor's project. COMMIT on a clean exit, ROLLBACK on any exception."""
        async with translating_losses(), self._database.sessions() as session:
            await confine(session, actor.tenant)
            uow = UnitOfWork(session, actor, self.clock)
            yield uow
            await append(session, actor, self.clock(), uow.events)
            await session.commit()
