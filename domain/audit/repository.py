from collections.abc import Mapping
from typing import Any

from domain.audit.tables import AuditEventRow
from domain.db.tenancy import owned_by
from domain.db.uow import UnitOfWork
from domain.identifiers import new_id


def record(
    uow: UnitOfWork,
    action: str,
    resource: str,
    key: str,
    before: Mapping[str, Any] | None = None,  # an audit event shows any resource
    after: Mapping[str, Any] | None = None,
) -> None:
    """Record the change in the transaction that makes it; neither side may hold a secret or a row value."""
    uow.add(
        AuditEventRow(
            id=new_id(),
            occurred_at=uow.clock(),
            actor=uow.actor.name,
            action=action,
            resource=resource,
            resource_key=key,
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            request_id=uow.actor.request_id,
            **owned_by(uow.tenant),
        )
    )
