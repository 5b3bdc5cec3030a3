"""For the hub: all committed events after a number, then each new one as soon as it is numbered."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from sqlalchemy import func, select
from sqlmodel import col

from domain.db.delivery import committed
from domain.db.engine import Database, plain_url, translating_losses
from domain.db.horizon import check_resumable
from domain.db.outbox import DomainEventRow
from domain.db.tenancy import select_in
from domain.errors import Unavailable
from domain.events import CommittedEvent
from domain.identity import Tenant

LONGEST_SILENCE = timedelta(seconds=2)
"""The feed looks for itself after this time: a notification is a hint that can be lost."""


class Bell:
    """Rings when the database says something on a channel."""

    def __init__(self, url: str, channel: str) -> None:
        self._url = plain_url(url)
        self._channel = channel
        self._rung = asyncio.Event()
        self._is_cut_off = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with translating_losses():
            connection = await asyncpg.connect(self._url, timeout=10)
        try:
            self._is_cut_off = False
            connection.add_termination_listener(self._cut_off)
            async with translating_losses():
                await connection.add_listener(self._channel, lambda *_: self._rung.set())
            yield
        finally:
            connection.remove_termination_listener(self._cut_off)
            await _close(connection)

    def _cut_off(self, _: object) -> None:
        self._is_cut_off = True
        self._rung.set()

    async def wait(self, longest: timedelta = LONGEST_SILENCE) -> None:
        """Until it rings, or until the time is over; `Unavailable` when it cannot ring any more."""
        try:
            async with asyncio.timeout(longest.total_seconds()):  # Python 3.11's wait_for can swallow a cancellation
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()
        if self._is_cut_off:
            raise Unavailable("The database ended the connection that listens.")


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=2)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()  # it was lost already, and what is lost need not be said goodbye to


class Feed:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_sequence(self) -> int:
        async with self._database.reading_across_tenants() as session:
            return await session.scalar(select(func.coalesce(func.max(col(DomainEventRow.sequence)), 0))) or 0

    async def after(self, sequence: int, limit: int) -> Sequence[CommittedEvent]:
        """The next events of all tenants; the hub hands each to the subscribers who may see it."""
        statement = select(DomainEventRow).where(col(DomainEventRow.sequence) > sequence)
        async with self._database.reading_across_tenants() as session:
            rows = await session.scalars(statement.order_by(col(DomainEventRow.sequence)).limit(limit))
            return [committed(row) for row in rows]

    async def history(self, tenant: Tenant, after: int, limit: int) -> Sequence[CommittedEvent]:
        """A tenant's own events after a number; `Invalid` where some of them have expired."""
        statement = select_in(tenant, DomainEventRow).where(col(DomainEventRow.sequence) > after)
        async with self._database.reading(tenant) as session:
            rows = (await session.scalars(statement.order_by(col(DomainEventRow.sequence)).limit(limit))).all()
            await check_resumable(session, tenant, after)
            return [committed(row) for row in rows]
