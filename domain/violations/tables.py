from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from domain.db.columns import FqnText, Json, UtcDateTime
from domain.db.tenancy import TenantRow


class ViolationRow(TenantRow, table=True):
    __tablename__ = "violation"
    __table_args__ = (
        Index(
            "uq_violation_current",
            "project_id",
            "check_key",
            "asset_fqn",
            unique=True,
            postgresql_where=text("status IN ('OPEN', 'ACKNOWLEDGED') AND NOT imported"),
        ),
        Index("ix_violation_scope", "project_id", "asset_fqn", "status"),
        Index(
            "ix_violation_superseded",
            "resolved_by_run",
            "id",
            postgresql_where=text("resolved_by_run IS NOT NULL"),
        ),
        Index("ix_violation_check", "project_id", "check_key", "asset_fqn", "id"),
    )

    id: UUID = Field(primary_key=True)
    check_key: str = Field(sa_type=Text)
    asset_fqn: str = Field(sa_type=FqnText)
    metric: str = Field(sa_type=Text)
    dimension: str = Field(sa_type=Text)
    rule_id: UUID | None = None
    rule_version: int | None = None
    severity: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    resolution: str | None = Field(default=None, sa_type=Text)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    occurrences: int = 1
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = Field(default=None, sa_type=Text)
    resolved_by_run: UUID | None = None
    """The run whose Save superseded it."""
    notes: str | None = Field(default=None, sa_type=Text)
    assignee: str | None = Field(default=None, sa_type=Text)
    details: dict[str, Any] = Field(sa_type=Json)
    imported: bool = False
    """Came from elsewhere, where several may be open for one check and asset."""
