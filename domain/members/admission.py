"""From what a caller shows to an actor: done before it is known to which project the caller belongs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import col

from domain.access.model import DEFAULT_PROJECT, Role
from domain.access.projects import names_project, tenant_of
from domain.access.tables import ProjectRow
from domain.clock import Clock
from domain.db.engine import Database
from domain.errors import NotFound
from domain.identity import Actor, ActorKind, Permission, Tenant
from domain.members.model import Grant
from domain.members.repository import grant_of
from domain.members.secrets import digest_of
from domain.members.tables import MemberRow, ServiceTokenRow

LAST_USE = timedelta(minutes=5)
"""How exactly the last use of a token is kept: a write for each request would be a price for nothing."""
_STRENGTH = {role: strength for strength, role in enumerate(Role)}


class AdmissionService:
    """Reads across tenants, because whose tenant it is follows from what is found."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def by_token(self, token: str, project: str | None) -> Actor | None:
        """The actor of a service token; None for one that is unknown, expired or revoked.

        `NotFound` when it belongs to another project than the one that is named.
        """
        now = self._clock()
        async with self._database.reading_across_tenants() as session:
            found = (
                await session.execute(
                    select(ServiceTokenRow, ProjectRow)
                    .join(ProjectRow, col(ProjectRow.id) == col(ServiceTokenRow.project_id))
                    .where(col(ServiceTokenRow.digest) == digest_of(token), _is_live(now))
                )
            ).one_or_none()
        if found is None:
            return None
        row, home = found
        if project is not None and project not in {home.name, str(home.id)}:
            raise NotFound("project", project)
        if row.last_used_at is None or row.last_used_at < now - LAST_USE:
            await self._note_use(row, now)
        return _actor(tenant_of(home), f"token:{row.name}", ActorKind.SERVICE, grant_of(row))

    async def _note_use(self, row: ServiceTokenRow, now: datetime) -> None:
        async with self._database.writing_across_tenants() as session:
            await session.execute(
                update(ServiceTokenRow).where(col(ServiceTokenRow.id) == row.id).values(last_used_at=now)
            )

    async def by_subjects(self, name: str, subjects: Sequence[str], project: str | None) -> Actor:
        """The actor for somebody whom the identity provider vouches for: the first subject, then their groups.

        Their own membership decides; without one the strongest of those of their groups. `NotFound` for a project
        of which they are no member, as for one that does not exist.
        """
        wanted = project or DEFAULT_PROJECT
        async with self._database.reading_across_tenants() as session:
            found = (
                await session.execute(
                    select(MemberRow, ProjectRow)
                    .join(ProjectRow, col(ProjectRow.id) == col(MemberRow.project_id))
                    .where(names_project(wanted), col(MemberRow.subject).in_(subjects))
                    .order_by(col(ProjectRow.id))
                )
            ).all()
        if not found:
            raise NotFound("project", wanted)
        home = found[0][1]
        rows = [row for row, its_project in found if its_project.id == home.id]
        row = max(rows, key=lambda one: (one.subject == subjects[0], _STRENGTH[Role(one.role)]))
        return _actor(tenant_of(home), name, ActorKind.USER, grant_of(row))


def _is_live(now: datetime) -> ColumnElement[bool]:
    expires_at = col(ServiceTokenRow.expires_at)
    return and_(col(ServiceTokenRow.revoked_at).is_(None), or_(expires_at.is_(None), expires_at > now))


def _actor(tenant: Tenant, name: str, kind: ActorKind, grant: Grant) -> Actor:
    shows_rows = Permission.READ_ROWS in grant.permissions
    shown = replace(tenant, within=grant.scopes, shows_rows=shows_rows)
    return Actor(shown, name, kind, grant.permissions)
