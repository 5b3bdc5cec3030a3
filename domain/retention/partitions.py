"""Keeps the months of the log of snapshots ahead of time, and takes away those of which nothing is left."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.clock import Clock
from domain.db.engine import Database
from domain.metrics.partitions import LOG, Month, creation_of, months_from

LOCK_TIMEOUT = "2s"
"""Behind a lock on the log that waits, everyone else waits, too: give up soon, the next night tries again."""
LATE = timedelta(days=62)
"""Measurements may come late, so that of the months that have passed the last two stay, even if empty."""

_EXISTING = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = to_regclass(:log) ORDER BY child.relname"
).bindparams(log=LOG)


class LogPartitions:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make_ahead(self) -> Sequence[str]:
        """Make what is missing of this month and the next ones; their names."""
        async with self._database.writing_across_tenants() as session:
            await _give_up_soon(session)
            existing = await _existing(session)
            missing = [month for month in months_from(self._clock()) if month.partition not in existing]
            for month in missing:
                for statement in creation_of(month):
                    await session.execute(text(statement))
            return [month.partition for month in missing]

    async def drop_emptied(self) -> Sequence[str]:
        """Drop the months of long ago that hold no snapshot any more; their names."""
        oldest = Month.of(self._clock() - LATE).partition
        async with self._database.writing_across_tenants() as session:
            old = [name for name in await _existing(session) if name < oldest]
            if not await _empty(session, old):
                return []
            await _give_up_soon(session)
            # The log before its months: in this order, whoever writes into one of them has taken its locks.
            await session.execute(text(f"LOCK TABLE ONLY {LOG} IN ACCESS EXCLUSIVE MODE"))
            emptied = await _empty(session, old)
            for name in emptied:
                await session.execute(text(f"DROP TABLE {name}"))
            return emptied


async def _give_up_soon(session: AsyncSession) -> None:
    await session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))


async def _existing(session: AsyncSession) -> Sequence[str]:
    return (await session.scalars(_EXISTING)).all()


async def _empty(session: AsyncSession, names: Sequence[str]) -> Sequence[str]:
    return [name for name in names if not await session.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))]  # noqa: S608 - names of the log's own partitions
