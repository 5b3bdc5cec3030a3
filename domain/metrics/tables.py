from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, Text
from sqlmodel import Field

from domain.db.columns import FqnText, UtcDateTime
from domain.db.tenancy import TenantRow


class DimensionRow(TenantRow, table=True):
    __tablename__ = "dimension"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    name: str = Field(primary_key=True, sa_type=Text)
    assessment_type: str = Field(sa_type=Text)
    weight: Decimal = Field(sa_type=Numeric)
    description: str = Field(sa_type=Text)
    position: int
    version: int = 1


class MetricRow(TenantRow, table=True):
    __tablename__ = "metric"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    name: str = Field(primary_key=True, sa_type=Text)
    dimension: str = Field(sa_type=Text)
    assessment_type: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    target: Decimal | None = Field(default=None, sa_type=Numeric)
    position: int
    version: int = 1


class InvalidationRow(TenantRow, table=True):
    """Saving a run of this type makes the metrics of this assessment type stale."""

    __tablename__ = "metric_invalidation"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    run_type: str = Field(primary_key=True, sa_type=Text)
    assessment_type: str = Field(primary_key=True, sa_type=Text)


class MetricSnapshotRow(TenantRow, table=True):
    """Append-only. The newest row per metric and asset is the cell; numerator and denominator 0 make it a tombstone."""

    __tablename__ = "metric_snapshot"
    __table_args__ = (
        Index("ix_metric_snapshot_cell", "project_id", "metric", "asset_fqn", "observed_at", "id"),
        Index("ix_metric_snapshot_scope", "project_id", "asset_fqn"),
    )

    id: UUID = Field(primary_key=True)
    metric: str = Field(sa_type=Text)
    asset_fqn: str = Field(sa_type=FqnText)
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    observed_at: datetime = Field(sa_type=UtcDateTime)
    run_id: UUID | None = None
