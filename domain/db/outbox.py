"""Events are stored by the transaction that made them true, and numbered only after its COMMIT (see delivery.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, insert, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from domain.db.columns import FqnList, Json, UtcDateTime
from domain.db.tenancy import TenantRow, owned_by
from domain.events import DomainEvent
from domain.identifiers import new_id
from domain.identity import Actor
from domain.reactions import reaction_to

WRITTEN = "assay_written"
"""The channel on which a COMMIT says that there are events to number."""
NUMBERED = "assay_numbered"
"""The channel on which the relay says that there are events to read."""


class DomainEventRow(TenantRow, table=True):
    __tablename__ = "domain_event"
    __table_args__ = (
        Index("ix_domain_event_unnumbered", "position", postgresql_where=text("sequence IS NULL")),
        Index("ix_domain_event_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    position: int | None = Field(
        default=None, sa_type=BigInteger, nullable=False, sa_column_args=[Identity(always=True)]
    )
    """Order inside one transaction; across transactions only `sequence` counts."""
    sequence: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    type: str = Field(sa_type=Text)
    scopes: list[str] = Field(sa_type=FqnList)
    payload: dict[str, Any] = Field(sa_type=Json)
    actor: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its reaction is to be tried next; null when there is none or it is done."""
    attempts: int = 0
    last_error: str | None = Field(default=None, sa_type=Text)


async def append(session: AsyncSession, actor: Actor, now: datetime, events: Sequence[DomainEvent]) -> None:
    """Store the events in the order in which they were emitted and wake the relay at COMMIT."""
    if not events:
        return
    rows = [
        {
            "id": new_id(),
            "type": event.name,
            "scopes": list(event.scopes),
            "payload": event.payload(),
            "actor": actor.name,
            "occurred_at": now,
            "due_at": now if reaction_to(event) else None,
            "attempts": 0,
            **owned_by(actor.tenant),
        }
        for event in events
    ]
    await session.execute(insert(DomainEventRow), rows)
    await session.execute(text(f"NOTIFY {WRITTEN}"))
