from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from domain.db.columns import FqnText, Json, UtcDateTime
from domain.db.tenancy import TenantRow


class AssetRow(TenantRow, table=True):
    __tablename__ = "asset"
    __table_args__ = (
        Index("uq_asset_fqn", "organization_id", "project_id", "fqn", unique=True),
        Index("ix_asset_parent", "project_id", "parent_fqn", "fqn"),
    )

    id: UUID = Field(primary_key=True)
    fqn: str = Field(sa_type=FqnText)
    parent_fqn: str | None = Field(default=None, sa_type=FqnText)
    type: str = Field(sa_type=Text)
    position: int = 0
    """Place among the columns of a table; 0 for everything else."""
    version: int = 1
    content_version: int = 1
    """The version that first had this content: an undone Save gives an old content a new version."""
    captured: dict[str, Any] = Field(sa_type=Json)
    fields: dict[str, Any] = Field(sa_type=Json)
    tags: list[dict[str, Any]] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AssetVersionRow(TenantRow, table=True):
    """What an asset was at one version, and what made it so."""

    __tablename__ = "asset_version"

    asset_id: UUID = Field(primary_key=True, foreign_key="asset.id")
    version: int = Field(primary_key=True)
    content_version: int
    type: str = Field(sa_type=Text)
    position: int
    captured: dict[str, Any] = Field(sa_type=Json)
    fields: dict[str, Any] = Field(sa_type=Json)
    tags: list[dict[str, Any]] = Field(sa_type=Json)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    change: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    run_id: UUID | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class HandledEventRow(TenantRow, table=True):
    """Events from outside that were accepted, so that a second delivery changes nothing."""

    __tablename__ = "handled_event"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    event_id: str = Field(primary_key=True, sa_type=Text)
    handled_at: datetime = Field(sa_type=UtcDateTime)
