"""A named source. It holds a reference to its secret, never the secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import NewType
from uuid import UUID

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId

ConnectionId = NewType("ConnectionId", UUID)

MAX_NAME_LENGTH = 100
MAX_PORT = 65535
_SECRET_REFERENCE = re.compile(r"(env|file):[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class ConnectionKind(StrEnum):
    POSTGRESQL = "POSTGRESQL"
    MYSQL = "MYSQL"
    SQLITE = "SQLITE"
    DUCKDB = "DUCKDB"
    FILES = "FILES"


class ConnectionStatus(StrEnum):
    """PENDING: never tested. ACTIVE: the last test succeeded. ERROR: it failed. DISABLED: a person switched it off."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    ERROR = "ERROR"
    DISABLED = "DISABLED"


class SslMode(StrEnum):
    DISABLE = "disable"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to reach the source: a server by host, port, database and user, or a file or folder by its path.

    Which of the two a kind takes, `domain.connections.kinds` knows. What a kind does not take is empty. `secret` is a
    reference: `env:NAME` (read from ASSAY_SECRET_NAME) or `file:NAME`.
    """

    host: str = ""
    port: int | None = None
    database: str = ""
    username: str = ""
    secret: str | None = None
    ssl_mode: SslMode = SslMode.PREFER
    path: str = ""

    def __post_init__(self) -> None:
        if self.port is not None and not 1 <= self.port <= MAX_PORT:
            raise Invalid("settings.port", f"A port lies between 1 and {MAX_PORT}, not {self.port}.")
        if self.secret is not None and not _SECRET_REFERENCE.fullmatch(self.secret):
            raise Invalid(
                "settings.secret",
                "A secret is a reference, never the secret itself: env:NAME for the variable ASSAY_SECRET_NAME, "
                "or file:NAME for a file in the secrets folder.",
            )

    @property
    def address(self) -> str:
        """For messages: host, port and database, or the path; never the user's secret."""
        return self.path or f"{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True, slots=True)
class DataConnection:
    id: ConnectionId
    name: str
    kind: ConnectionKind
    settings: ConnectionSettings
    status: ConnectionStatus
    status_message: str | None
    version: int
    organization_id: OrganizationId
    project_id: ProjectId
    created_at: datetime
    updated_at: datetime

    @property
    def service(self) -> Fqn:
        return Fqn.of(self.name)

    @property
    def database(self) -> Fqn:
        settings = self.settings
        return self.service.child(settings.database or PurePath(settings.path).stem)


def check_name(name: str) -> None:
    """The name is the first part of every FQN of the connection."""
    if not name.strip() or name != name.strip():
        raise Invalid("name", "A connection's name cannot be blank or begin or end with a space.")
    if not name.isprintable():
        raise Invalid("name", "A connection's name cannot hold control characters.")
    if len(name) > MAX_NAME_LENGTH:
        raise Invalid("name", f"A connection's name has at most {MAX_NAME_LENGTH} characters.")
