from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from domain.access.model import DEFAULT_ORGANIZATION, DEFAULT_PROJECT
from domain.access.projects import names_project, tenant_of
from domain.access.tables import OrganizationRow, ProjectRow
from domain.clock import Clock
from domain.db.engine import Database
from domain.errors import NotFound
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant

Seeder = Callable[[AsyncSession, Tenant, datetime], Awaitable[None]]
"""Gives a project the rows that it begins with; adds what is missing and changes nothing."""


class AccessService:
    """Organizations and projects: the only tables that stand above the tenants."""

    def __init__(self, database: Database, clock: Clock, seeders: Sequence[Seeder]) -> None:
        self._database = database
        self._clock = clock
        self._seeders = seeders

    async def ensure_default_project(self) -> Tenant:
        """The project `default` with its seeded rows; made when it is missing."""
        now = self._clock()
        async with self._database.writing_across_tenants() as session:
            await session.execute(
                insert(OrganizationRow)
                .values(id=new_id(), name=DEFAULT_ORGANIZATION, created_at=now)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            organization_id = await session.scalar(
                select(OrganizationRow.id).where(col(OrganizationRow.name) == DEFAULT_ORGANIZATION)
            )
            await session.execute(
                insert(ProjectRow)
                .values(id=new_id(), organization_id=organization_id, name=DEFAULT_PROJECT, created_at=now)
                .on_conflict_do_nothing(index_elements=["organization_id", "name"])
            )
            project_id = await session.scalar(
                select(ProjectRow.id).where(
                    col(ProjectRow.organization_id) == organization_id, col(ProjectRow.name) == DEFAULT_PROJECT
                )
            )
            assert organization_id
            assert project_id
            tenant = Tenant(OrganizationId(organization_id), ProjectId(project_id))
            for seed in self._seeders:
                await seed(session, tenant, now)
            return tenant

    async def tenants(self) -> Sequence[Tenant]:
        """Every project, the oldest first."""
        async with self._database.reading_across_tenants() as session:
            rows = await session.scalars(select(ProjectRow).order_by(col(ProjectRow.id)))
            return [tenant_of(row) for row in rows]

    async def tenant_of(self, project: str) -> Tenant:
        """The tenant of a project, by its name or its id."""
        async with self._database.reading_across_tenants() as session:
            row = (await session.scalars(select(ProjectRow).where(names_project(project)))).first()
            if row is None:
                raise NotFound("project", project)
            return tenant_of(row)
