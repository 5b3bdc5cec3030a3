"""How far back a project's events go: what has expired before a cursor cannot be told any more."""

from uuid import UUID

from sqlalchemy import BigInteger, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.db.tenancy import TenantRow, owned_by, select_columns_in
from domain.errors import Invalid
from domain.identity import Tenant


class FeedHorizonRow(TenantRow, table=True):
    """The newest event of a project that has expired; no row while none has."""

    __tablename__ = "feed_horizon"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    sequence: int = Field(sa_type=BigInteger)


async def move_horizon(session: AsyncSession, tenant: Tenant, sequence: int) -> None:
    """Events up to this number expire in this transaction."""
    statement = insert(FeedHorizonRow).values(sequence=sequence, **owned_by(tenant))
    newest = func.greatest(col(FeedHorizonRow.sequence), statement.excluded.sequence)
    await session.execute(statement.on_conflict_do_update(index_elements=["project_id"], set_={"sequence": newest}))


async def check_resumable(session: AsyncSession, tenant: Tenant, after: int) -> None:
    """Refuse to go on where something is missing. Called after reading: what expired meanwhile counts, too."""
    expired = await session.scalar(select_columns_in(tenant, FeedHorizonRow, col(FeedHorizonRow.sequence)))
    if expired is not None and after < expired:
        raise Invalid("after", "Events behind this cursor have expired. Leave `after` out and begin anew.")
