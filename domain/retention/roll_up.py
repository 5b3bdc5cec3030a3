"""Thins out old snapshots: the score of a cell at the end of a day or month that keeps one is what it was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Tuple,
    any_,
    case,
    func,
    literal,
    literal_column,
    or_,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from domain.db.columns import FqnText, UtcDateTime
from domain.db.tenancy import delete_in, select_columns_in
from domain.identity import Tenant
from domain.metrics.tables import MetricSnapshotRow
from domain.retention.model import Batch, Place, RollUp

_Log = MetricSnapshotRow
_PLACE = (col(_Log.asset_fqn), col(_Log.metric), col(_Log.observed_at), col(_Log.id))
"""The order of the index of cells: the snapshots of a cell follow each other, the newest last."""
_KEY = (col(_Log.id), col(_Log.observed_at))


class SnapshotRetention:
    def __init__(self, session: AsyncSession, tenant: Tenant) -> None:
        self._session = session
        self._tenant = tenant

    async def thin_out(self, roll_up: RollUp, place: Place, limit: int) -> Batch:
        """Look at so many old snapshots behind `place`, and remove what is superseded within its day or month."""
        session, tenant = self._session, self._tenant
        old = select_columns_in(tenant, _Log, *_PLACE).where(col(_Log.observed_at) < roll_up.daily_before)
        if place:
            old = old.where(tuple_(*_PLACE) > _literal(place))
        last = (await session.execute(old.order_by(*_PLACE).offset(limit - 1).limit(1))).one_or_none()
        if last is not None:
            old = old.where(tuple_(*_PLACE) <= _literal(tuple(last)))
        successor = _successor(tenant, roll_up).subquery("successor").lateral()
        superseded = old.with_only_columns(*_KEY).join(successor, true())
        removed = await self._remove([(row.id, row.observed_at) for row in await session.execute(superseded)])
        return Batch(removed, tuple(last) if last is not None else None)

    async def _remove(self, keys: Sequence[tuple[int, datetime]]) -> int:
        """By their ids, within the partitions of their times."""
        if keys:
            ids, times = zip(*keys, strict=True)
            statement = delete_in(self._tenant, _Log).where(
                col(_Log.id) == any_(literal(list(ids), ARRAY(BigInteger))),
                col(_Log.observed_at).between(min(times), max(times)),
            )
            await self._session.execute(statement.execution_options(synchronize_session=False))
        return len(keys)


def _literal(place: Place) -> Tuple:
    return tuple_(*place, types=[FqnText, Text(), UtcDateTime, BigInteger()])


def _successor(tenant: Tenant, roll_up: RollUp) -> Select[int]:
    """What supersedes a snapshot: of a measurement a later one, of a tombstone anything later, of the same span.

    So what a tombstone at the end of the span hides stays behind it: undoing its Save shows that again.
    """
    later = aliased(_Log)
    return (
        select_columns_in(tenant, later, col(later.id))
        .where(
            col(later.asset_fqn) == col(_Log.asset_fqn),
            col(later.metric) == col(_Log.metric),
            tuple_(col(later.observed_at), col(later.id)) > tuple_(col(_Log.observed_at), col(_Log.id)),
            col(later.observed_at) < _end_of_span(col(_Log.observed_at), roll_up),
            or_(col(later.denominator) > 0, col(_Log.denominator) == 0),
        )
        # One look into the index for each snapshot: PostgreSQL would rather join the whole log with itself.
        .order_by(col(later.observed_at), col(later.id))
        .limit(1)
    )


def _end_of_span(at: Mapped[datetime], roll_up: RollUp) -> ColumnElement[datetime]:
    """Where the day of a snapshot ends, or its month."""
    return case((at < roll_up.monthly_before, _end_of("month", at)), else_=_end_of("day", at))


def _end_of(unit: str, at: Mapped[datetime]) -> ColumnElement[datetime]:
    """In UTC, whatever the time zone of the session is."""
    begin = func.date_trunc(unit, func.timezone("UTC", at))
    return func.timezone("UTC", begin + literal_column(f"interval '1 {unit}'"))
