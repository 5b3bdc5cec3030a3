from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text, text
from sqlmodel import Field

from domain.db.columns import Json, UtcDateTime
from domain.db.scope_keys import KeyedRow
from domain.db.tenancy import TenantRow

IS_CURRENT = text("status IN ('OPEN', 'ACKNOWLEDGED')")


class ViolationRow(KeyedRow, table=True):
    __tablename__ = "violation"
    __table_args__ = (
        CheckConstraint("rule_id IS NULL OR check_key = rule_id::text", name="ck_violation_rule"),
        Index(
            "uq_violation_current",
            "project_id",
            "check_key",
            "asset_fqn",
            unique=True,
            postgresql_where=text("status IN ('OPEN', 'ACKNOWLEDGED') AND NOT imported"),
        ),
        Index("ix_violation_check", "project_id", "check_key", "asset_fqn", "id"),
        Index("ix_violation_project", "project_id", "id"),
        Index("ix_violation_service", "service_key", "id"),
        Index("ix_violation_schema", "schema_key", "id"),
        Index("ix_violation_table", "table_key", "id"),
        Index("ix_violation_opened", "opened_at", postgresql_using="brin"),
        Index("ix_violation_superseded", "resolved_by_run", "id", postgresql_where=text("resolved_by_run IS NOT NULL")),
        Index("ix_violation_current_project", "project_id", "id", postgresql_where=IS_CURRENT),
        Index("ix_violation_current_service", "service_key", "id", postgresql_where=IS_CURRENT),
        Index("ix_violation_current_schema", "schema_key", "id", postgresql_where=IS_CURRENT),
        Index("ix_violation_current_table", "table_key", "id", postgresql_where=IS_CURRENT),
    )

    id: UUID = Field(primary_key=True)
    check_key: str = Field(sa_type=Text)
    """The rule's id, or the metric's name for a problem of metadata."""
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
    severity_by: str | None = Field(default=None, sa_type=Text)
    """The person who rated it; null while the severity is the check's own."""


class ViolationHistoryRow(TenantRow, table=True):
    """Append-only: every occurrence of a violation and every change to it, in the order of the ids.

    Without a foreign key to the violation: a Save closes many at once, and the check of each would take as long again.
    """

    __tablename__ = "violation_history"

    violation_id: UUID = Field(primary_key=True)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    kind: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text)
    run_id: UUID | None = None
    resolution: str | None = Field(default=None, sa_type=Text)
    severity: str | None = Field(default=None, sa_type=Text)
    assignee: str | None = Field(default=None, sa_type=Text)
    notes: str | None = Field(default=None, sa_type=Text)
    observed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    evaluated: int | None = Field(default=None, sa_type=BigInteger)
    failed: int | None = Field(default=None, sa_type=BigInteger)
