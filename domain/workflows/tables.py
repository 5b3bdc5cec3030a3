from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from domain.db.columns import FqnList, Json, OrderedText, TextList, UtcDateTime
from domain.db.tenancy import TenantRow


class WorkflowConfigurationRow(TenantRow, table=True):
    __tablename__ = "workflow_configuration"
    __table_args__ = (
        Index(
            "uq_workflow_configuration_name",
            "organization_id",
            "project_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=OrderedText)
    type: str = Field(sa_type=Text)
    connection_name: str = Field(sa_type=Text)
    """By its name, as targets are: a connection that is made again under it is worked on again."""
    targets: list[str] = Field(sa_type=FqnList)
    parameters: dict[str, Any] = Field(sa_type=Json)
    save_all: bool = False
    cron: str | None = Field(default=None, sa_type=Text)
    time_zone: str | None = Field(default=None, sa_type=Text)
    triggers: list[str] = Field(sa_type=TextList)
    enabled: bool = True
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
