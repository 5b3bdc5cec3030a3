from domain.access.model import require_for_all
from domain.audit.repository import record
from domain.db.uow import UnitsOfWork
from domain.errors import NotFound
from domain.identity import Actor, Permission
from domain.members.model import LONGEST_NAME, Grant, Member
from domain.members.repository import MemberRepository, grant_of, scope_texts
from domain.text import check_line


class MemberService:
    """Who of those whom the identity provider vouches for may do what in a project."""

    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def grant(self, actor: Actor, subject: str, grant: Grant) -> Member:
        """Make somebody a member, or change what a member may do."""
        require_for_all(actor, Permission.ADMINISTER)
        check_line("subject", subject, LONGEST_NAME)
        async with self._unit_of_work(actor) as uow:
            members = MemberRepository(uow)
            before = await members.lock(subject)
            member = Member(subject, grant, actor.name, uow.clock())
            await members.put(member)
            record(uow, "grant", "member", subject, _shown(grant_of(before)) if before else None, _shown(grant))
            return member

    async def revoke(self, actor: Actor, subject: str) -> None:
        require_for_all(actor, Permission.ADMINISTER)
        async with self._unit_of_work(actor) as uow:
            members = MemberRepository(uow)
            before = await members.lock(subject)
            if before is None:
                raise NotFound("member", subject)
            await members.remove(subject)
            record(uow, "revoke", "member", subject, _shown(grant_of(before)))


def _shown(grant: Grant) -> dict[str, object]:
    return {"role": grant.role, "scopes": scope_texts(grant)}
