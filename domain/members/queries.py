from collections.abc import Sequence

from sqlmodel import col

from domain.db.engine import Database
from domain.db.tenancy import select_in
from domain.identity import Tenant
from domain.members.model import Member, ServiceToken
from domain.members.repository import member_of, token_of
from domain.members.tables import MemberRow, ServiceTokenRow


class AccessQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def members(self, tenant: Tenant) -> Sequence[Member]:
        statement = select_in(tenant, MemberRow).order_by(col(MemberRow.subject))
        async with self._database.reading(tenant) as session:
            return [member_of(row) for row in await session.scalars(statement)]

    async def tokens(self, tenant: Tenant) -> Sequence[ServiceToken]:
        """All that were not revoked, also those that have expired."""
        statement = select_in(tenant, ServiceTokenRow).where(col(ServiceTokenRow.revoked_at).is_(None))
        async with self._database.reading(tenant) as session:
            rows = await session.scalars(statement.order_by(col(ServiceTokenRow.name)))
            return [token_of(row) for row in rows]
