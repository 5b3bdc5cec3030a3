"""How projects are called."""

from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from domain.access.tables import ProjectRow
from domain.identity import OrganizationId, ProjectId, Tenant


def names_project(project: str) -> ColumnElement[bool]:
    """By its id or its name."""
    try:
        return col(ProjectRow.id) == UUID(project)
    except ValueError:
        return col(ProjectRow.name) == project


def tenant_of(row: ProjectRow) -> Tenant:
    return Tenant(OrganizationId(row.organization_id), ProjectId(row.id))
