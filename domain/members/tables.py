from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from domain.db.columns import FqnList, OrderedText, UtcDateTime
from domain.db.tenancy import TenantRow


class MemberRow(TenantRow, table=True):
    __tablename__ = "member"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    subject: str = Field(primary_key=True, sa_type=OrderedText)
    role: str = Field(sa_type=Text)
    scopes: list[str] | None = Field(default=None, sa_type=FqnList)
    granted_by: str = Field(sa_type=Text)
    granted_at: datetime = Field(sa_type=UtcDateTime)


class ServiceTokenRow(TenantRow, table=True):
    __tablename__ = "service_token"
    __table_args__ = (
        Index(
            "uq_service_token_name",
            "organization_id",
            "project_id",
            "name",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=OrderedText)
    prefix: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text, unique=True)
    role: str = Field(sa_type=Text)
    scopes: list[str] | None = Field(default=None, sa_type=FqnList)
    created_by: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
