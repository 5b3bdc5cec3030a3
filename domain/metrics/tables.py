from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, Sequence, Text, text
from sqlmodel import Field

from domain.db.columns import FqnText, TextList, UtcDateTime
from domain.db.tenancy import TenantRow

SNAPSHOT_ID = Sequence("metric_snapshot_id_seq", data_type=BigInteger)
"""Orders snapshots of the same moment: the one that was stored later is the newer one."""


class DimensionRow(TenantRow, table=True):
    """One version of a dimension; the highest one is in force, the earlier ones since their time."""

    __tablename__ = "dimension"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    assessment_type: str = Field(sa_type=Text)
    weight: Decimal = Field(sa_type=Numeric)
    description: str = Field(sa_type=Text)
    position: int
    since: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(sa_type=Text)


class MetricRow(TenantRow, table=True):
    """One version of a metric, as for dimensions."""

    __tablename__ = "metric"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    dimension: str = Field(sa_type=Text)
    assessment_type: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    target: Decimal | None = Field(default=None, sa_type=Numeric)
    position: int
    since: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(sa_type=Text)


class InvalidationRow(TenantRow, table=True):
    """One version of what saving a run of this type makes stale: the metrics of these assessment types."""

    __tablename__ = "metric_invalidation"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    run_type: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    assessment_types: list[str] = Field(sa_type=TextList)
    since: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(sa_type=Text)


class MetricSnapshotRow(TenantRow, table=True):
    """The log: append-only, partitioned by the month of `observed_at` (partitions.py).

    Numerator and denominator 0 make a row a tombstone; `save_version` then says which Save of the run left it.
    """

    __tablename__ = "metric_snapshot"
    __table_args__ = (
        Index("ix_metric_snapshot_cell", "project_id", "asset_fqn", "metric", "observed_at", "id"),
        Index("ix_metric_snapshot_tombstone", "run_id", "id", postgresql_where=text("denominator = 0")),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )

    id: int = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_args=[SNAPSHOT_ID],
        sa_column_kwargs={"server_default": SNAPSHOT_ID.next_value()},
    )
    metric: str = Field(sa_type=Text)
    asset_fqn: str = Field(sa_type=FqnText)
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    observed_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    run_id: UUID | None = None
    save_version: int | None = None


class MetricCellRow(TenantRow, table=True):
    """The newest snapshot of each metric and asset, written by the transaction that writes the snapshot."""

    __tablename__ = "metric_cell"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    asset_fqn: str = Field(primary_key=True, sa_type=FqnText)
    metric: str = Field(primary_key=True, sa_type=Text)
    table_fqn: str = Field(sa_type=FqnText)
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    observed_at: datetime = Field(sa_type=UtcDateTime)
    snapshot_id: int = Field(sa_type=BigInteger)
    run_id: UUID | None = None
    save_version: int | None = None


class TableScoreRow(TenantRow, table=True):
    """The cells of a table and its columns added up, so that a scorecard of a service reads no cell at all."""

    __tablename__ = "table_score"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    table_fqn: str = Field(primary_key=True, sa_type=FqnText)
    metric: str = Field(primary_key=True, sa_type=Text)
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    assets_assessed: int
    assets_pending: int
    observed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest of its scores was read; null when it has none."""


class WithdrawnSaveRow(TenantRow, table=True):
    """A Save that was undone: its tombstones count until then and not afterwards."""

    __tablename__ = "withdrawn_save"

    run_id: UUID = Field(primary_key=True)
    save_version: int = Field(primary_key=True)
    withdrawn_at: datetime = Field(sa_type=UtcDateTime)
