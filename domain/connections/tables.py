from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from domain.db.columns import Json, UtcDateTime
from domain.db.tenancy import TenantRow


class DataConnectionRow(TenantRow, table=True):
    __tablename__ = "data_connection"
    __table_args__ = (
        Index(
            "uq_data_connection_name",
            "organization_id",
            "project_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    settings: dict[str, Any] = Field(sa_type=Json)
    status: str = Field(sa_type=Text)
    status_message: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
