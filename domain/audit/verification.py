"""Recomputes the chains of all projects from what the audit events say now."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access.tables import ProjectRow
from domain.audit.chain import BEGINNING, GENESIS, Content, Fault, Link, digest, find_fault
from domain.audit.tables import CONTENT, LINK, AuditEventRow
from domain.db.engine import Database
from domain.identity import ProjectId

PAGE = 1000
"""Events in memory at once, however long a chain is."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first event of a chain that is not what was sealed."""

    sequence: int
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """`head` is the last event up to which all is right: who keeps its hash elsewhere can ask for it the next time."""

    project_id: ProjectId
    project: str
    head: Link
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Verification:
    chains: Sequence[VerifiedChain]
    unsealed: int

    @property
    def is_whole(self) -> bool:
        return not any(chain.broken for chain in self.chains)


class AuditVerification:
    """Reads the events of all tenants, one page at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, expected: Mapping[ProjectId, Collection[str]]) -> Verification:
        """Walk every chain to its end or its first fault; the hashes that are expected have to be met on the way."""
        projects = select(col(ProjectRow.id), col(ProjectRow.name)).order_by(col(ProjectRow.id))
        unsealed = select(func.count()).where(col(AuditEventRow.sequence).is_(None))
        async with self._database.reading_across_tenants() as session:
            chains = []
            for found, name in (await session.execute(projects)).all():
                project = ProjectId(found)
                head, broken = await _walk(session, project, expected.get(project, ()))
                chains.append(VerifiedChain(project, name, head, broken))
            return Verification(chains, await session.scalar(unsealed) or 0)


async def _walk(session: AsyncSession, project: ProjectId, expected: Collection[str]) -> tuple[Link, Broken | None]:
    head, missing = BEGINNING, set(expected) - {GENESIS}
    async with aclosing(_events(session, project)) as events:
        async for content, link in events:
            if fault := find_fault(head, content, link):
                following = await anext(events, None)
                break
            head = link
            missing.discard(link.hash)
        else:
            return head, _truncated(head) if missing else None
    return head, await _explain(session, fault, head, content, link, following[1] if following else None)


async def _events(session: AsyncSession, project: ProjectId) -> AsyncGenerator[tuple[Content, Link], None]:
    statement = (
        select(*CONTENT, *LINK)
        .where(col(AuditEventRow.project_id) == project, col(AuditEventRow.sequence).is_not(None))
        .order_by(col(AuditEventRow.sequence))
        .execution_options(yield_per=PAGE)
    )
    found = await session.stream(statement)
    try:
        async for row in found:
            yield Content(*row[: len(CONTENT)]), Link(*row[len(CONTENT) :])
    finally:
        await found.close()


def _truncated(head: Link) -> Broken:
    return Broken(head.sequence, Fault.TRUNCATED, "the chain ends here, and no event has the hash that is expected")


async def _explain(
    session: AsyncSession, fault: Fault, head: Link, content: Content, link: Link, following: Link | None
) -> Broken:
    """Look around the event: what was changed is not always where it shows first."""
    match fault:
        case Fault.GAP:
            return Broken(link.sequence, fault, f"before it, {link.sequence - head.sequence - 1} events are missing")
        case Fault.HASH_WRONG:
            elsewhere = await _sequence_of(session, content, link.previous_hash)
            if elsewhere is not None:
                return Broken(link.sequence, Fault.REORDERED, f"by its previous hash it follows event {elsewhere}")
            return Broken(link.sequence, fault, "its previous hash is that of no event")
        case Fault.CONTENT_CHANGED if following and following.previous_hash == digest(
            content, link.sequence, link.previous_hash
        ):
            return Broken(link.sequence, Fault.HASH_WRONG, "its hash is not the one that its successor was linked to")
        case _:
            return Broken(link.sequence, fault, "what it says is not what its hash was taken of")


async def _sequence_of(session: AsyncSession, content: Content, wanted: str) -> int | None:
    statement = select(col(AuditEventRow.sequence)).where(
        col(AuditEventRow.project_id) == content.project_id, col(AuditEventRow.hash) == wanted
    )
    return (await session.scalars(statement.limit(1))).first()
