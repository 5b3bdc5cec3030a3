"""Every tenant row names its organization and project, and every statement on such rows begins here."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Select, Update, and_, delete, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import Field, SQLModel, col

from domain.identity import Tenant


class TenantRow(SQLModel):
    organization_id: UUID = Field(nullable=False)
    project_id: UUID = Field(nullable=False, foreign_key="project.id")


R = TypeVar("R", bound=TenantRow)


def belongs_to(tenant: Tenant, row: type[TenantRow]) -> ColumnElement[bool]:
    return and_(col(row.organization_id) == tenant.organization_id, col(row.project_id) == tenant.project_id)


def select_in(tenant: Tenant, row: type[R]) -> Select[R]:
    return select(row).where(belongs_to(tenant, row))


def select_columns_in(tenant: Tenant, row: type[TenantRow], *columns: ColumnElement[Any] | Mapped[Any]) -> Select[Any]:
    """As `select_in`, for some columns or aggregates of the row, of whatever types they are."""
    return select(*columns).select_from(row).where(belongs_to(tenant, row))


def update_in(tenant: Tenant, row: type[TenantRow]) -> Update:
    return update(row).where(belongs_to(tenant, row))


def delete_in(tenant: Tenant, row: type[TenantRow]) -> Delete:
    return delete(row).where(belongs_to(tenant, row))


def owned_by(tenant: Tenant) -> dict[str, Any]:  # spread over constructors whose other columns have other types
    """The two columns of a new row."""
    return {"organization_id": tenant.organization_id, "project_id": tenant.project_id}
