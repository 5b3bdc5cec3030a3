from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from domain.db.columns import FqnText, Json, UtcDateTime
from domain.db.tenancy import TenantRow


class TableProfileRow(TenantRow, table=True):
    __tablename__ = "table_profile"
    __table_args__ = (
        UniqueConstraint("run_id", "fqn"),
        Index("ix_table_profile_newest", "project_id", "fqn", "observed_at"),
    )

    id: UUID = Field(primary_key=True)
    run_id: UUID
    fqn: str = Field(sa_type=FqnText)
    observed_at: datetime = Field(sa_type=UtcDateTime)
    row_count: int = Field(sa_type=BigInteger)
    body: dict[str, Any] = Field(sa_type=Json)


class ColumnProfileRow(TenantRow, table=True):
    __tablename__ = "column_profile"

    table_profile_id: UUID = Field(primary_key=True, foreign_key="table_profile.id", ondelete="CASCADE")
    position: int = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_type=Json)
