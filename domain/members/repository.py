from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.access.model import Role
from domain.db.tenancy import delete_in, owned_by, select_in
from domain.db.uow import UnitOfWork
from domain.errors import Conflict, NotFound
from domain.fqn import Fqn
from domain.members.model import Grant, Member, ServiceToken, TokenId
from domain.members.tables import MemberRow, ServiceTokenRow


def grant_of(row: MemberRow | ServiceTokenRow) -> Grant:
    return Grant(Role(row.role), None if row.scopes is None else tuple(map(Fqn.parse, row.scopes)))


def columns_of(grant: Grant) -> dict[str, Any]:  # columns have types of their own
    return {"role": grant.role, "scopes": scope_texts(grant)}


def scope_texts(grant: Grant) -> Sequence[str] | None:
    return None if grant.scopes is None else [str(scope) for scope in grant.scopes]


def member_of(row: MemberRow) -> Member:
    return Member(row.subject, grant_of(row), row.granted_by, row.granted_at)


def token_of(row: ServiceTokenRow) -> ServiceToken:
    return ServiceToken(
        id=TokenId(row.id),
        name=row.name,
        prefix=row.prefix,
        grant=grant_of(row),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


class MemberRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def lock(self, subject: str) -> MemberRow | None:
        statement = select_in(self._uow.tenant, MemberRow).where(col(MemberRow.subject) == subject)
        return (await self._uow.session.scalars(statement.with_for_update(key_share=True))).one_or_none()

    async def put(self, member: Member) -> None:
        values = {**columns_of(member.grant), "granted_by": member.granted_by, "granted_at": member.granted_at}
        statement = insert(MemberRow).values(subject=member.subject, **values, **owned_by(self._uow.tenant))
        await self._uow.session.execute(
            statement.on_conflict_do_update(index_elements=["project_id", "subject"], set_=values)
        )

    async def remove(self, subject: str) -> None:
        await self._uow.session.execute(delete_in(self._uow.tenant, MemberRow).where(col(MemberRow.subject) == subject))


class TokenRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, token: ServiceToken, digest: str) -> None:
        statement = insert(ServiceTokenRow).values(
            id=token.id,
            name=token.name,
            prefix=token.prefix,
            digest=digest,
            created_by=token.created_by,
            created_at=token.created_at,
            expires_at=token.expires_at,
            **columns_of(token.grant),
            **owned_by(self._uow.tenant),
        )
        added = statement.on_conflict_do_nothing().returning(col(ServiceTokenRow.id))
        if (await self._uow.session.scalars(added)).one_or_none() is None:
            raise Conflict(f"There is a token {token.name!r} already; revoke it first or choose another name.")

    async def lock(self, name: str) -> ServiceTokenRow:
        statement = select_in(self._uow.tenant, ServiceTokenRow).where(
            col(ServiceTokenRow.name) == name, col(ServiceTokenRow.revoked_at).is_(None)
        )
        row = (await self._uow.session.scalars(statement.with_for_update(key_share=True))).one_or_none()
        if row is None:
            raise NotFound("token", name)
        return row
