from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.db.scope import in_any_scope
from domain.db.tenancy import belongs_to, owned_by, select_columns_in
from domain.db.uow import UnitOfWork
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Tenant
from domain.metrics.model import AssessmentType, Snapshot
from domain.metrics.tables import InvalidationRow, MetricRow, MetricSnapshotRow

_Row = MetricSnapshotRow


def newest_cells(tenant: Tenant, *conditions: ColumnElement[bool]) -> Select[MetricSnapshotRow]:
    """The newest snapshot of each metric and asset, of those that meet the conditions."""
    metric, asset = col(_Row.metric), col(_Row.asset_fqn)
    return (
        select(_Row)
        .ext(distinct_on(metric, asset))
        .where(belongs_to(tenant, _Row), *conditions)
        .order_by(metric, asset, col(_Row.observed_at).desc(), col(_Row.id).desc())
    )


class MetricRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def invalidated_by(self, run_type: str) -> Sequence[str]:
        """Names of the metrics that saving a run of this type makes stale."""
        statement = (
            select_columns_in(self._uow.tenant, MetricRow, col(MetricRow.name))
            .join(
                InvalidationRow,
                and_(
                    belongs_to(self._uow.tenant, InvalidationRow),
                    col(InvalidationRow.assessment_type) == col(MetricRow.assessment_type),
                ),
            )
            .where(col(InvalidationRow.run_type) == run_type)
            .order_by(col(MetricRow.position))
        )
        return (await self._uow.session.scalars(statement)).all()

    async def metric_of_dimension(self) -> dict[str, str]:
        """The data-quality metric that the rules of a dimension feed."""
        statement = (
            select_columns_in(self._uow.tenant, MetricRow, col(MetricRow.dimension), col(MetricRow.name))
            .where(col(MetricRow.assessment_type) == AssessmentType.DATA_QUALITY)
            .order_by(col(MetricRow.position).desc())
        )
        found = await self._uow.session.execute(statement)
        return {row.dimension: row.name for row in found}

    async def add(self, snapshots: Iterable[Snapshot]) -> int:
        rows = [
            {
                "id": new_id(),
                "metric": snapshot.metric,
                "asset_fqn": str(snapshot.asset),
                "numerator": snapshot.score.numerator,
                "denominator": snapshot.score.denominator,
                "observed_at": snapshot.observed_at,
                "run_id": snapshot.run_id,
                **owned_by(self._uow.tenant),
            }
            for snapshot in snapshots
        ]
        if rows:
            await self._uow.session.execute(insert(_Row), rows)
        return len(rows)

    def _live(self, metrics: Sequence[str], scopes: Sequence[Fqn]) -> Select[Any]:
        cells = newest_cells(
            self._uow.tenant, col(_Row.metric).in_(metrics), in_any_scope(col(_Row.asset_fqn), scopes)
        ).subquery()
        return select(cells.c.metric, cells.c.asset_fqn).where(cells.c.denominator > 0)

    async def live_cells(self, metrics: Sequence[str], scopes: Sequence[Fqn]) -> Sequence[tuple[str, Fqn]]:
        """Metric and asset of every cell in scope that has a score."""
        found = await self._uow.session.execute(self._live(metrics, scopes))
        return [(metric, Fqn.parse(asset)) for metric, asset in found]

    async def bury(self, metrics: Sequence[str], scopes: Sequence[Fqn], run_id: UUID) -> int:
        """Append a tombstone to every live cell in scope, in one statement; how many."""
        live = self._live(metrics, scopes).subquery()
        tenant = self._uow.tenant
        tombstones = select(
            func.gen_random_uuid(),
            literal(tenant.organization_id),
            literal(tenant.project_id),
            live.c.metric,
            live.c.asset_fqn,
            literal(0),
            literal(0),
            literal(self._uow.clock()),
            literal(run_id),
        )
        columns = [
            "id", "organization_id", "project_id", "metric", "asset_fqn", "numerator", "denominator", "observed_at",
            "run_id",
        ]  # fmt: skip
        result = await self._uow.session.execute(insert(_Row).from_select(columns, tombstones))
        return int(getattr(result, "rowcount", 0))

    async def buried_since(self, readings: Sequence[tuple[str, Fqn, datetime]]) -> set[tuple[str, Fqn]]:
        """Cells (metric, asset) whose tombstone is newer than the time at which they were read."""
        if not readings:
            return set()
        cells = newest_cells(
            self._uow.tenant,
            col(_Row.asset_fqn).in_({str(asset) for _, asset, _ in readings}),
            col(_Row.observed_at) > min(at for _, _, at in readings),
            col(_Row.denominator) == 0,
        ).subquery()
        statement = select(cells.c.metric, cells.c.asset_fqn, cells.c.observed_at)
        buried = {(metric, asset): at for metric, asset, at in await self._uow.session.execute(statement)}
        return {
            (metric, asset)
            for metric, asset, read_at in readings
            if (buried_at := buried.get((metric, str(asset)))) and buried_at > read_at
        }
