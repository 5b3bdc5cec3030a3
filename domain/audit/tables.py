from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, Identity, Index, Text, cast, text
from sqlalchemy.orm import Mapped
from sqlmodel import Field, col

from domain.db.columns import Json, UtcDateTime
from domain.db.tenancy import TenantRow


class AuditEventRow(TenantRow, table=True):
    """Append-only by a trigger of the database; the relay alone sets the columns of its link, once."""

    __tablename__ = "audit_event"
    __mapper_args__: ClassVar = {"eager_defaults": False}  # who adds a row may be one who must not read it
    __table_args__ = (
        Index("ix_audit_event_resource", "project_id", "resource", "resource_key", "id"),
        Index("ix_audit_event_unsealed", "position", postgresql_where=text("sequence IS NULL")),
        Index("uq_audit_event_sequence", "project_id", "sequence", unique=True),
        CheckConstraint("num_nulls(sequence, previous_hash, hash) IN (0, 3)", name="ck_audit_event_link"),
    )

    id: UUID = Field(primary_key=True)
    position: int | None = Field(
        default=None, sa_type=BigInteger, nullable=False, sa_column_args=[Identity(always=True)]
    )
    """Order inside one transaction; across transactions only `sequence` counts."""
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    resource: str = Field(sa_type=Text)
    resource_key: str = Field(sa_type=Text)
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    request_id: str | None = Field(default=None, sa_type=Text)
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    previous_hash: str | None = Field(default=None, sa_type=Text)
    hash: str | None = Field(default=None, sa_type=Text)


_Row = AuditEventRow
Columns = tuple[ColumnElement[Any] | Mapped[Any], ...]  # of whatever types they are
CONTENT: Columns = (
    col(_Row.organization_id),
    col(_Row.project_id),
    col(_Row.position),
    col(_Row.id),
    col(_Row.occurred_at),
    col(_Row.actor),
    col(_Row.action),
    col(_Row.resource),
    col(_Row.resource_key),
    cast(col(_Row.before), Text),
    cast(col(_Row.after), Text),
    col(_Row.request_id),
)
"""In the order of `chain.Content`. JSON as PostgreSQL prints it: a Python float would round what was changed."""
LINK: Columns = (col(_Row.sequence), col(_Row.previous_hash), col(_Row.hash))
"""In the order of `chain.Link`."""
