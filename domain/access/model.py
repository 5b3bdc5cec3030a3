"""Roles and what they may do (PRODUCT.md, section 13)."""

from collections.abc import Mapping
from enum import StrEnum

from domain.errors import Forbidden
from domain.identity import Actor, ActorKind, Permission, Tenant

DEFAULT_ORGANIZATION = "default"
DEFAULT_PROJECT = "default"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    MEMBER = "member"
    DEVELOPER = "developer"
    ADMIN = "admin"
    OWNER = "owner"


_READ = frozenset({Permission.READ})
_RUN = _READ | {Permission.RUN}
_WRITE = _RUN | {Permission.READ_ROWS, Permission.WRITE, Permission.APPROVE}  # who mends rows has to know which
_ADMINISTER = _WRITE | {Permission.ADMINISTER}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    Role.OPERATOR: _RUN,
    Role.MEMBER: _WRITE,
    Role.DEVELOPER: _WRITE,
    Role.ADMIN: _ADMINISTER,
    Role.OWNER: _ADMINISTER,
}


def require(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise Forbidden(f"{actor.name} may not do this: the right {permission} is needed in this project.")


def require_for_all(actor: Actor, permission: Permission) -> None:
    """For what belongs to no part of the catalogue: a right in a part of it is not enough."""
    require(actor, permission)
    if actor.tenant.within is not None:
        raise Forbidden(f"{actor.name} may not do this: the right {permission} is needed in the whole project.")


def system_actor(tenant: Tenant, name: str) -> Actor:
    """A part of Assay itself that acts within one project."""
    return Actor(tenant, name, ActorKind.SYSTEM, PERMISSIONS[Role.OWNER])
