"""Who may do what in a project: people by the word of an identity provider, programs by tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from domain.access.model import PERMISSIONS, Role
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Permission

MOST_SCOPES = 100
LONGEST_NAME = 200
GROUP = "group:"
"""Begins the subject of a membership that everybody of a group has."""
TokenId = NewType("TokenId", UUID)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, in all of a project or in parts of its catalogue only."""

    role: Role
    scopes: tuple[Fqn, ...] | None = None

    def __post_init__(self) -> None:
        if self.scopes is not None and not 1 <= len(self.scopes) <= MOST_SCOPES:
            raise Invalid("scopes", f"Name 1 to {MOST_SCOPES} scopes, or none at all for the whole project.")

    @property
    def permissions(self) -> frozenset[Permission]:
        return PERMISSIONS[self.role]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom the identity provider vouches for, or a group of them, with what they may do in a project."""

    subject: str
    grant: Grant
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """What is known of a token; the token itself is known to its bearer alone."""

    id: TokenId
    name: str
    prefix: str
    grant: Grant
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To within some minutes; None: never."""
