"""Scorecards: read only, added up in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Subquery, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.clock import Clock
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_in
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.metrics.cells import cells, counts_at
from domain.metrics.model import Definitions, Dimension, Invalidation, Metric, Score, Scorecard, Snapshot, roll_up
from domain.metrics.repository import in_force, to_dimension, to_invalidation, to_metric
from domain.metrics.sums import added_up, by_metric, parts
from domain.metrics.tables import DimensionRow, InvalidationRow, MetricRow, MetricSnapshotRow
from domain.pages import Page, PageRequest, cut

_CURSOR = "\x1f"
"""Between the FQN and the metric in the key of a cell: no metric's name holds it."""


class ScorecardQueries:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def dimensions(self, tenant: Tenant) -> Sequence[Dimension]:
        return (await self.definitions(tenant)).dimensions

    async def metrics(self, tenant: Tenant) -> Sequence[Metric]:
        return (await self.definitions(tenant)).metrics

    async def invalidations(self, tenant: Tenant) -> Sequence[Invalidation]:
        """What saving a run makes stale, for each type of run that makes something stale."""
        async with self._database.reading(tenant) as session:
            return [to_invalidation(row) for row in await session.scalars(in_force(tenant, InvalidationRow))]

    async def definitions(self, tenant: Tenant, moment: datetime | None = None) -> Definitions:
        """Dimensions and metrics as they are now, or were at a moment."""
        async with self._database.reading(tenant) as session:
            return await read_definitions(session, tenant, moment)

    async def scorecard(
        self,
        tenant: Tenant,
        scope: Fqn,
        as_of: datetime | None = None,
        overrides: Mapping[str, Decimal] | None = None,
    ) -> Scorecard:
        """The scores of all below the scope, by the weights of that time, as they were known at `as_of` (now)."""
        async with self._database.reading(tenant) as session:
            definitions = await read_definitions(session, tenant, as_of)
            rows = await session.execute(added_up(parts(tenant, scope, as_of)))
        return roll_up(scope, as_of or self._clock(), definitions, by_metric(rows.all()), overrides or {})

    async def cells(self, tenant: Tenant, scope: Fqn, as_of: datetime | None, request: PageRequest) -> Page[Snapshot]:
        """The newest snapshot of each metric and asset below the scope, by asset and metric."""
        async with self._database.reading(tenant) as session:
            return await read_cells(session, cells(tenant, scope, as_of), request)

    async def invalidated_by(self, tenant: Tenant, run_id: UUID, request: PageRequest) -> Page[Snapshot]:
        """The tombstones that saving a run has left, unless that was undone."""
        row = MetricSnapshotRow
        statement = select_in(tenant, row).where(
            col(row.run_id) == run_id, col(row.denominator) == 0, counts_at(tenant, literal(self._clock()))
        )
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(row.id), read_key=int, to_model=to_snapshot)


async def read_definitions(session: AsyncSession, tenant: Tenant, moment: datetime | None) -> Definitions:
    dimensions = await session.scalars(in_force(tenant, DimensionRow, moment))
    metrics = await session.scalars(in_force(tenant, MetricRow, moment))
    return Definitions(
        [to_dimension(row) for row in sorted(dimensions, key=lambda row: row.position)],
        [to_metric(row) for row in sorted(metrics, key=lambda row: row.position)],
    )


async def read_cells(session: AsyncSession, found: Subquery, request: PageRequest) -> Page[Snapshot]:
    """A page of cells in the order of asset and metric."""
    key = tuple_(found.c.asset_fqn, found.c.metric)
    statement = select(found)
    if request.after is not None:
        statement = statement.where(key > _read_key("after", request.after))
    if request.before is not None:
        statement = statement.where(key < _read_key("before", request.before))
    order = (found.c.asset_fqn, found.c.metric)
    ordered = statement.order_by(*(one.desc() if request.is_backward else one for one in order))
    lines = (await session.execute(ordered.limit(request.size + 1))).all()
    return cut([(f"{line.asset_fqn}{_CURSOR}{line.metric}", to_snapshot(line)) for line in lines], request)


def _read_key(name: str, cursor: str) -> tuple[str, ...]:
    asset, found, metric = cursor.rpartition(_CURSOR)
    if not found:
        raise Invalid(name, f"{name} is not a cursor of this list; use one that a page of it gave.")
    return asset, metric


def to_snapshot(line: MetricSnapshotRow | Row[Any]) -> Snapshot:  # or a row of `cells`
    return Snapshot(
        line.id,
        line.metric,
        Fqn.parse(line.asset_fqn),
        Score(line.numerator, line.denominator),
        line.observed_at,
        line.run_id,
    )
