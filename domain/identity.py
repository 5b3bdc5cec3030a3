"""Who asks, and for which tenant."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.fqn import Fqn

OrganizationId = NewType("OrganizationId", UUID)
ProjectId = NewType("ProjectId", UUID)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A project, or what somebody may see of it."""

    organization_id: OrganizationId
    project_id: ProjectId
    within: tuple[Fqn, ...] | None = None
    """The parts of the catalogue outside of which nothing exists for them; None: all of the project."""
    shows_rows: bool = True
    """Whether rows of the sources, which fail a rule, are to be seen."""

    def sees(self, fqn: Fqn) -> bool:
        return self.within is None or any(scope.covers(fqn) for scope in self.within)

    def narrowed(self, scope: Fqn | None) -> Fqn | None:
        """A scope that holds the same of what they see, and less else to walk past; None is the whole project."""
        if self.within is None or len(self.within) != 1:
            return scope
        (granted,) = self.within
        return granted if scope is None or scope.covers(granted) else scope


class ActorKind(StrEnum):
    USER = "USER"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"


class Permission(StrEnum):
    """What PRODUCT.md section 13 lets a role do."""

    READ = "READ"
    READ_ROWS = "READ_ROWS"
    RUN = "RUN"
    WRITE = "WRITE"
    APPROVE = "APPROVE"
    ADMINISTER = "ADMINISTER"


@dataclass(frozen=True, slots=True)
class Claim:
    """That one process carries out a run; it is void once another process has claimed the run."""

    run_id: UUID
    process: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which project, with which rights; the request id ties audit events and logs together."""

    tenant: Tenant
    name: str
    kind: ActorKind = ActorKind.USER
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    request_id: str | None = None
    claim: Claim | None = None
    """Set where the actor is the process of a run."""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions
