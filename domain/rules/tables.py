from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, Text
from sqlmodel import Field

from domain.db.columns import FqnText, Json, UtcDateTime
from domain.db.tenancy import TenantRow


class DqRuleRow(TenantRow, table=True):
    __tablename__ = "dq_rule"
    __table_args__ = (Index("ix_dq_rule_table", "project_id", "table_fqn", "state"),)

    id: UUID = Field(primary_key=True)
    table_fqn: str = Field(sa_type=FqnText)
    asset_fqn: str = Field(sa_type=FqnText)
    kind: str = Field(sa_type=Text)
    dimension: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    version: int = 1
    definition: dict[str, Any] = Field(sa_type=Json)
    meaning: str = Field(sa_type=Text)
    rationale: str = Field(sa_type=Text)
    confidence: Decimal = Field(sa_type=Numeric)
    origin: str = Field(sa_type=Text)
    run_id: UUID | None = None
    """The run that proposed it; null for a rule that a person wrote."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class RuleVersionRow(TenantRow, table=True):
    __tablename__ = "rule_version"

    rule_id: UUID = Field(primary_key=True, foreign_key="dq_rule.id", ondelete="CASCADE")
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=Json)
    actor: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class RuleExecutionRow(TenantRow, table=True):
    __tablename__ = "rule_execution"
    __table_args__ = (
        Index("ix_rule_execution_rule", "project_id", "rule_id", "observed_at"),
        Index("ix_rule_execution_run", "run_id", "rule_id", unique=True),
    )

    id: UUID = Field(primary_key=True)
    rule_id: UUID = Field(foreign_key="dq_rule.id", ondelete="CASCADE")
    rule_version: int
    run_id: UUID
    observed_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = Field(sa_type=Text)
    evaluated: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    failing_keys: list[dict[str, str]] = Field(sa_type=Json)
    failing_rows_sql: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)
    seconds: float
