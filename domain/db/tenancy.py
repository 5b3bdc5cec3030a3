"""The two walls between tenants: every statement on their rows begins here, and PostgreSQL looks after it (ADR 7)."""

from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Select, Update, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import Field, SQLModel, col

from domain.identity import Tenant
from domain.tenant_role import TENANT_ROLE

PROJECT_SETTING = "assay.project"
"""What the policies compare with `project_id`."""

WITHIN_SETTING = "assay.within"
"""The scopes outside of which the policies show nothing, as a `text[]`."""
EVERYTHING = "*"

CONFINE = """
    SELECT set_config('role', $1, true), set_config($2, $3, true), set_config($4, coalesce($5::text[]::text, $6), true)
"""


class TenantRow(SQLModel):
    organization_id: UUID = Field(nullable=False)
    project_id: UUID = Field(nullable=False, foreign_key="project.id")


R = TypeVar("R", bound=TenantRow)

KEPT = 1024
"""Conditions that are kept: to put one together takes as long as some statements take to run, and none ever changes."""


@lru_cache(maxsize=KEPT)
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


def confinement(tenant: Tenant) -> tuple[object, ...]:
    """The parameters of `CONFINE`."""
    within = None if tenant.within is None else [str(scope) for scope in tenant.within]
    return TENANT_ROLE, PROJECT_SETTING, str(tenant.project_id), WITHIN_SETTING, within, EVERYTHING


async def confine(session: AsyncSession, tenant: Tenant) -> None:
    """Until its transaction ends, the session sees and writes rows of this project only, whatever a statement says.

    Of a tenant who may see parts of the catalogue only, nothing outside of them.
    """
    connection = await session.connection()  # straight to the driver: this comes before every query
    await connection.exec_driver_sql(CONFINE, confinement(tenant))
