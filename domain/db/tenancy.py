"""Every tenant row names its organization and project, and every statement on such rows begins here."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Select, Update, and_, delete, select, update
from sqlmodel import Field, SQLModel

from domain.identity import Tenant


class TenantRow(SQLModel):
    organization_id: UUID = Field(nullable=False)
    project_id: UUID = Field(nullable=False, foreign_key="project.id")


R = TypeVar("R", bound=TenantRow)


def belongs_to(tenant: Tenant, row: type[TenantRow] | Any) -> ColumnElement[bool]:  # an alias of a row class, too
    return and_(row.organization_id == tenant.organization_id, row.project_id == tenant.project_id)


def select_in(tenant: Tenant, row: type[R]) -> Select[tuple[R]]:
    return select(row).where(belongs_to(tenant, row))


def select_columns_in(tenant: Tenant, row: type[TenantRow], *columns: Any) -> Select[Any]:  # column types vary
    """As `select_in`, for some columns or aggregates of the row."""
    return select(*columns).select_from(row).where(belongs_to(tenant, row))


def update_in(tenant: Tenant, row: type[TenantRow]) -> Update:
    return update(row).where(belongs_to(tenant, row))


def delete_in(tenant: Tenant, row: type[TenantRow]) -> Delete:
    return delete(row).where(belongs_to(tenant, row))


def owned_by(tenant: Tenant) -> dict[str, UUID]:
    """The two columns of a new row."""
    return {"organization_id": tenant.organization_id, "project_id": tenant.project_id}
