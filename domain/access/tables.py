from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.db.columns import UtcDateTime


class OrganizationRow(SQLModel, table=True):
    __tablename__ = "organization"

    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ProjectRow(SQLModel, table=True):
    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: UUID = Field(primary_key=True)
    organization_id: UUID = Field(foreign_key="organization.id")
    name: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
