from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access.model import require_for_all
from domain.audit.repository import record
from domain.db.uow import UnitsOfWork
from domain.errors import Invalid
from domain.identifiers import new_id
from domain.identity import Actor, Permission
from domain.members.model import LONGEST_NAME, Grant, ServiceToken, TokenId
from domain.members.repository import TokenRepository, scope_texts
from domain.members.secrets import TokenText, digest_of
from domain.text import check_line

LONGEST_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token at the one moment at which its text is known here."""

    token: ServiceToken
    text: TokenText


class TokenService:
    """Tokens of programs: each belongs to one project."""

    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def create(self, actor: Actor, name: str, grant: Grant, lives: timedelta | None) -> IssuedToken:
        """`lives`: how long it is valid; None is until it is revoked."""
        require_for_all(actor, Permission.ADMINISTER)
        check_line("name", name, LONGEST_NAME)
        if lives is not None and not timedelta() < lives <= LONGEST_LIFE:
            raise Invalid("expires", f"A token lives for more than 0 and at most {LONGEST_LIFE.days} days.")
        text = TokenText.new()
        async with self._unit_of_work(actor) as uow:
            token = _new(name, text.prefix, grant, actor, uow.clock(), lives)
            await TokenRepository(uow).add(token, digest_of(text.text))
            shown = {"prefix": token.prefix, "role": grant.role, "scopes": scope_texts(grant)}
            record(uow, "create", "service_token", name, after={**shown, "expires_at": token.expires_at})
            return IssuedToken(token, text)

    async def revoke(self, actor: Actor, name: str) -> None:
        """From the next request on it lets nobody in; its sockets are closed within a minute."""
        require_for_all(actor, Permission.ADMINISTER)
        async with self._unit_of_work(actor) as uow:
            row = await TokenRepository(uow).lock(name)
            row.revoked_at = uow.clock()
            record(uow, "revoke", "service_token", name, before={"prefix": row.prefix, "role": row.role})


def _new(name: str, prefix: str, grant: Grant, actor: Actor, now: datetime, lives: timedelta | None) -> ServiceToken:
    return ServiceToken(
        id=TokenId(new_id()),
        name=name,
        prefix=prefix,
        grant=grant,
        created_by=actor.name,
        created_at=now,
        expires_at=now + lives if lives else None,
        last_used_at=None,
    )
