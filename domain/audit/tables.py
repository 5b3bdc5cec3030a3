from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from domain.db.columns import Json, UtcDateTime
from domain.db.tenancy import TenantRow


class AuditEventRow(TenantRow, table=True):
    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_resource", "project_id", "resource", "resource_key", "id"),)

    id: UUID = Field(primary_key=True)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    resource: str = Field(sa_type=Text)
    resource_key: str = Field(sa_type=Text)
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    request_id: str | None = Field(default=None, sa_type=Text)
