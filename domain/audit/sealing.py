"""For the relay: links committed audit events into the chains of their projects."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit.chain import Content, Link, forge
from domain.audit.tables import CONTENT, AuditEventRow
from domain.db.engine import Database

SEALING_LOCK = 0x41535343
"""Key of the advisory lock under which events are sealed, by one relay at a time: a chain has one end."""
BATCH = 1000

_WAITING = (
    select(*CONTENT).where(col(AuditEventRow.sequence).is_(None)).order_by(col(AuditEventRow.position)).limit(BATCH)
)
_HEADS = text(
    """
    SELECT wanted.project_id, head.sequence, head.previous_hash, head.hash
      FROM unnest(CAST(:projects AS uuid[])) AS wanted (project_id)
     CROSS JOIN LATERAL (SELECT sequence, previous_hash, hash FROM audit_event
                          WHERE project_id = wanted.project_id AND sequence IS NOT NULL
                          ORDER BY sequence DESC LIMIT 1) AS head
    """
)
_SEAL = text(
    """
    UPDATE audit_event SET sequence = link.sequence, previous_hash = link.previous_hash, hash = link.hash
      FROM unnest(CAST(:ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:previous AS text[]),
                  CAST(:hashes AS text[])) AS link (id, sequence, previous_hash, hash)
     WHERE audit_event.id = link.id
    """
)


class AuditSealing:
    """Works on the events of all tenants. After the COMMIT, so that no two changes wait for each other's place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seal(self) -> int:
        """Seal what was committed since the last call; the number of events. Another relay at work: 0."""
        async with self._database.writing_across_tenants() as session:
            lock = text("SELECT pg_try_advisory_xact_lock(:key)")
            if not await session.scalar(lock, {"key": SEALING_LOCK}):
                return 0
            waiting = [Content(*tuple(row)) for row in await session.execute(_WAITING)]
            if waiting:
                await _seal(session, waiting)
            return len(waiting)


async def _seal(session: AsyncSession, waiting: Sequence[Content]) -> None:
    links = dict(forge(waiting, await _heads(session, {content.project_id for content in waiting})))
    sealed = {
        "ids": list(links),
        "sequences": [link.sequence for link in links.values()],
        "previous": [link.previous_hash for link in links.values()],
        "hashes": [link.hash for link in links.values()],
    }
    await session.execute(_SEAL, sealed)


async def _heads(session: AsyncSession, projects: set[UUID]) -> dict[UUID, Link]:
    heads = await session.execute(_HEADS, {"projects": list(projects)})
    return {project_id: Link(*link) for project_id, *link in heads}
