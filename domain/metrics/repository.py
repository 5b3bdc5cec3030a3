from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, or_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.db.tenancy import select_in
from domain.db.uow import UnitOfWork
from domain.identity import Tenant
from domain.metrics.model import AssessmentType, Dimension, Invalidation, Metric
from domain.metrics.tables import DimensionRow, InvalidationRow, MetricRow

V = TypeVar("V", DimensionRow, MetricRow, InvalidationRow)
_NAME = {
    DimensionRow: col(DimensionRow.name),
    MetricRow: col(MetricRow.name),
    InvalidationRow: col(InvalidationRow.run_type),
}


def in_force(tenant: Tenant, row: type[V], moment: datetime | None = None) -> Select[V]:
    """The version of each definition that counts at that moment, or now. The first one counts for all time before."""
    name = _NAME[row]
    statement = select_in(tenant, row).ext(distinct_on(name)).order_by(name, col(row.version).desc())
    if moment is not None:
        statement = statement.where(or_(col(row.since) <= moment, col(row.version) == 1))
    return statement


def to_dimension(row: DimensionRow) -> Dimension:
    return Dimension(row.name, AssessmentType(row.assessment_type), row.weight, row.description, row.version)


def to_metric(row: MetricRow) -> Metric:
    return Metric(
        row.name, row.dimension, AssessmentType(row.assessment_type), row.description, row.target, row.version
    )


def to_invalidation(row: InvalidationRow) -> Invalidation:
    return Invalidation(row.run_type, tuple(AssessmentType(kind) for kind in row.assessment_types), row.version)


async def invalidated_by(session: AsyncSession, tenant: Tenant, run_type: str) -> Sequence[str]:
    """Names of the metrics that saving a run of this type makes stale."""
    mappings = await session.scalars(in_force(tenant, InvalidationRow))
    stale = next((row.assessment_types for row in mappings if row.run_type == run_type), [])
    metrics = sorted(await session.scalars(in_force(tenant, MetricRow)), key=lambda row: row.position)
    return [row.name for row in metrics if row.assessment_type in stale]


class MetricRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def _in_force(self, row: type[V]) -> Sequence[V]:
        return (await self._uow.session.scalars(in_force(self._uow.tenant, row))).all()

    async def dimensions(self) -> Mapping[str, DimensionRow]:
        return {row.name: row for row in await self._in_force(DimensionRow)}

    async def metrics(self) -> Mapping[str, MetricRow]:
        return {row.name: row for row in await self._in_force(MetricRow)}

    async def invalidations(self) -> Mapping[str, InvalidationRow]:
        return {row.run_type: row for row in await self._in_force(InvalidationRow)}

    async def invalidated_by(self, run_type: str) -> Sequence[str]:
        return await invalidated_by(self._uow.session, self._uow.tenant, run_type)

    async def metric_of_dimension(self) -> dict[str, str]:
        """The data-quality metric that the rules of a dimension feed."""
        rows = sorted((await self.metrics()).values(), key=lambda row: row.position, reverse=True)
        return {row.dimension: row.name for row in rows if row.assessment_type == AssessmentType.DATA_QUALITY}
