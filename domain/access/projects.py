"""How projects are called."""

from uuid import UUID

from sqlalchemy import ColumnElement, false
from sqlmodel import col

from domain.access.tables import ProjectRow
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.text import is_storable


def names_project(project: str) -> ColumnElement[bool]:
    """By its id or its name."""
    if not is_storable(project):
        return false()
    try:
        return col(ProjectRow.id) == UUID(project)
    except ValueError:
        return col(ProjectRow.name) == project


def tenant_of(row: ProjectRow) -> Tenant:
    return Tenant(OrganizationId(row.organization_id), ProjectId(row.id))
