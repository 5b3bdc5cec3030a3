from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Numeric, Text, text
from sqlmodel import Field

from domain.db.columns import FqnList, FqnText, Json, TextList, UtcDateTime, UuidList
from domain.db.tenancy import TenantRow

LIVE = text("status IN ('PENDING', 'RUNNING', 'CANCELLING')")
"""Written out, as the indexes have it: with parameters a query would not be seen to fit them."""


class WorkflowRunRow(TenantRow, table=True):
    __tablename__ = "workflow_run"
    __table_args__ = (
        Index(
            "uq_workflow_run_idempotency_key",
            "project_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        # Partial, so that it is no key that foreign keys could refer to: else setting it would wait for every row
        # that is being added to the run.
        Index(
            "uq_workflow_run_flow_run",
            "prefect_flow_run_id",
            unique=True,
            postgresql_where=text("prefect_flow_run_id IS NOT NULL"),
        ),
        Index(
            "ix_workflow_run_live",
            "id",
            postgresql_where=LIVE,
        ),
        Index(
            "ix_workflow_run_at_connection",
            "connection_id",
            "waiting_since",
            postgresql_where=LIVE,
        ),
        Index(
            "ix_workflow_run_configuration",
            "configuration_id",
            "id",
            postgresql_where=text("configuration_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    type: str = Field(sa_type=Text)
    connection_id: UUID = Field(foreign_key="data_connection.id")
    connection_name: str = Field(sa_type=Text)
    targets: list[str] = Field(sa_type=FqnList)
    parameters: dict[str, Any] = Field(sa_type=Json)
    status: str = Field(sa_type=Text)
    state_at: datetime = Field(sa_type=UtcDateTime)
    save_all: bool = False
    requested_by: str = Field(sa_type=Text)
    idempotency_key: str | None = Field(default=None, sa_type=Text)
    parent_id: UUID | None = None
    configuration_id: UUID | None = Field(default=None, foreign_key="workflow_configuration.id")
    led_by: list[UUID] = Field(default_factory=list, sa_type=UuidList)
    """All configurations without which there would be no such run, in the order in which they were started."""
    prefect_flow_run_id: UUID | None = None
    total_items: int = 0
    completed_items: int = 0
    failed_items: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it waits for a place at its source; null when it has one, needs none or has ended."""
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error_code: str | None = Field(default=None, sa_type=Text)
    error_message: str | None = Field(default=None, sa_type=Text)
    output: dict[str, Any] = Field(sa_type=Json)
    trial: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """What a rule said that the run tried."""
    times_begun: int = 0
    """How often Prefect had begun it when it last ended: a crash with no more than that came before it began."""
    resubmissions: int = 0
    """How often it was submitted again by itself since it was last asked for."""
    resubmitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When, in Prefect's time, the crash came for which it was last submitted again."""
    claimed_by: UUID | None = None
    """The process that carries it out, or did last."""
    claimed_for: UUID | None = None
    """The flow run of that process."""
    claimed_start: int | None = None
    """Which start of that flow run it was."""
    traceparent: str | None = Field(default=None, sa_type=Text)
    """Where in which trace it was asked for; null where nothing was traced."""


class RunItemRow(TenantRow, table=True):
    __tablename__ = "run_item"

    run_id: UUID = Field(primary_key=True, foreign_key="workflow_run.id", ondelete="CASCADE")
    fqn: str = Field(primary_key=True, sa_type=FqnText)
    status: str = Field(sa_type=Text)
    attempts: int = 0
    error_code: str | None = Field(default=None, sa_type=Text)
    error_message: str | None = Field(default=None, sa_type=Text)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counts: dict[str, int] = Field(sa_type=Json)


class RunLogRow(TenantRow, table=True):
    __tablename__ = "run_log"
    __table_args__ = (Index("ix_run_log_run", "run_id", "position"),)

    position: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)]
    )
    run_id: UUID = Field(foreign_key="workflow_run.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    level: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)


class ProposedChangeRow(TenantRow, table=True):
    __tablename__ = "proposed_change"
    __table_args__ = (Index("ix_proposed_change_run", "run_id", "id"),)

    id: UUID = Field(primary_key=True)
    run_id: UUID = Field(foreign_key="workflow_run.id", ondelete="CASCADE")
    subject: str = Field(sa_type=Text)
    table_fqn: str = Field(sa_type=FqnText)
    asset_fqn: str = Field(sa_type=FqnText)
    field: str = Field(sa_type=Text)
    before: str | None = Field(default=None, sa_type=Text)
    after: str = Field(sa_type=Text)
    base_version: int
    confidence: Decimal = Field(sa_type=Numeric)
    justification: str = Field(sa_type=Text)
    evidence: dict[str, Any] = Field(sa_type=Json)
    decision: str = Field(sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    rule_id: UUID | None = None


class ApprovalRow(TenantRow, table=True):
    __tablename__ = "approval"

    run_id: UUID = Field(primary_key=True, foreign_key="workflow_run.id", ondelete="CASCADE")
    status: str = Field(sa_type=Text)
    version: int = 1
    notes: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    auto_saved: bool = False
    applied: int = 0
    conflicts: int = 0
    invalidated_metrics: list[str] = Field(default_factory=list, sa_type=TextList)
    """What the Save made stale, by the mapping of that time."""
    invalidated_cells: int = 0
    resolved_violations: int = 0
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the last Save of the run was taken back; null once it is saved again."""
