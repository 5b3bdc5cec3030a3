"""Scorecards: read only, added up in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.clock import Clock
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.metrics.model import (
    AssessmentType,
    Dimension,
    Metric,
    Score,
    Scorecard,
    ScoreLine,
    Snapshot,
    roll_up,
)
from domain.metrics.repository import newest_cells
from domain.metrics.tables import DimensionRow, MetricRow, MetricSnapshotRow
from domain.pages import Page, PageRequest, cut


class ScorecardQueries:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def dimensions(self, tenant: Tenant) -> Sequence[Dimension]:
        statement = select_in(tenant, DimensionRow).order_by(col(DimensionRow.position))
        async with self._database.reading() as session:
            return [
                Dimension(row.name, AssessmentType(row.assessment_type), row.weight, row.description, row.version)
                for row in await session.scalars(statement)
            ]

    async def metrics(self, tenant: Tenant) -> Sequence[Metric]:
        statement = select_in(tenant, MetricRow).order_by(col(MetricRow.position))
        async with self._database.reading() as session:
            return [
                Metric(
                    row.name,
                    row.dimension,
                    AssessmentType(row.assessment_type),
                    row.description,
                    row.target,
                    row.version,
                )
                for row in await session.scalars(statement)
            ]

    async def scorecard(
        self,
        tenant: Tenant,
        scope: Fqn,
        as_of: datetime | None = None,
        overrides: Mapping[str, Decimal] | None = None,
    ) -> Scorecard:
        """The scores of all below the scope, as they were known at `as_of` (default: now)."""
        moment = as_of or self._clock()
        lines = await self._lines(tenant, scope, moment)
        dimensions, metrics = await self.dimensions(tenant), await self.metrics(tenant)
        return roll_up(scope, moment, dimensions, metrics, lines, overrides or {})

    async def _lines(self, tenant: Tenant, scope: Fqn, moment: datetime) -> dict[str, ScoreLine]:
        cells = _cells(tenant, scope, moment)
        assessed = cells.c.denominator > 0
        statement = select(
            cells.c.metric,
            func.sum(cells.c.numerator),
            func.sum(cells.c.denominator),
            func.count().filter(assessed),
            func.count().filter(~assessed),
            func.max(cells.c.observed_at).filter(assessed),
        ).group_by(cells.c.metric)
        async with self._database.reading() as session:
            return {
                metric: ScoreLine(Score(int(good), int(of)), scored, pending, at)
                for metric, good, of, scored, pending, at in await session.execute(statement)
            }

    async def cells(self, tenant: Tenant, scope: Fqn, as_of: datetime | None, request: PageRequest) -> Page[Snapshot]:
        """The newest snapshot of each metric and asset below the scope, by asset and metric."""
        cells = _cells(tenant, scope, as_of or self._clock())
        key = func.concat(cells.c.asset_fqn, "\x1f", cells.c.metric).collate("C")
        statement = select(cells, key.label("key"))
        if request.after is not None:
            statement = statement.where(key > request.after)
        if request.before is not None:
            statement = statement.where(key < request.before)
        ordered = statement.order_by(key.desc() if request.is_backward else key).limit(request.size + 1)
        async with self._database.reading() as session:
            found = (await session.execute(ordered)).all()
        return cut(
            [
                (
                    line.key,
                    Snapshot(
                        line.metric,
                        Fqn.parse(line.asset_fqn),
                        Score(line.numerator, line.denominator),
                        line.observed_at,
                        line.run_id,
                    ),
                )
                for line in found
            ],
            request,
        )

    async def invalidated_by(self, tenant: Tenant, run_id: UUID, request: PageRequest) -> Page[Snapshot]:
        """The tombstones that saving a run has left."""
        row = MetricSnapshotRow
        statement = select_in(tenant, row).where(col(row.run_id) == run_id, col(row.denominator) == 0)
        async with self._database.reading() as session:
            return await read_page(session, statement, request, key=col(row.id), read_key=UUID, to_model=_snapshot)


def _cells(tenant: Tenant, scope: Fqn, moment: datetime) -> Subquery:
    """The newest snapshots at that moment, without those of assets that had vanished from their source by then."""
    row = MetricSnapshotRow
    vanished = select_columns_in(tenant, AssetRow, col(AssetRow.fqn)).where(
        in_scope(col(AssetRow.fqn), scope), col(AssetRow.deleted_at) <= moment
    )
    return newest_cells(
        tenant,
        in_scope(col(row.asset_fqn), scope),
        col(row.observed_at) <= moment,
        col(row.asset_fqn).not_in(vanished),
    ).subquery()


def _snapshot(row: MetricSnapshotRow) -> Snapshot:
    return Snapshot(
        row.metric, Fqn.parse(row.asset_fqn), Score(row.numerator, row.denominator), row.observed_at, row.run_id
    )
