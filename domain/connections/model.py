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
    SNOWFLAKE = "SNOWFLAKE"
    BIGQUERY = "BIGQUERY"
    SQLSERVER = "SQLSERVER"
    TRINO = "TRINO"
    DATABRICKS = "DATABRICKS"
    REDSHIFT = "REDSHIFT"


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
    """How to reach the source: a server by host, port, database and user, a warehouse in the cloud by its account or
    project, or a file or folder by its path.

    Which of them a kind takes, `domain.connections.kinds` knows. What a kind does not take is empty. `secret` is a
    reference: `env:NAME` (read from ASSAY_SECRET_NAME) or `file:NAME`.
    """

    host: str = ""
    port: int | None = None
    database: str = ""
    username: str = ""
    secret: str | None = None
    ssl_mode: SslMode = SslMode.PREFER
    path: str = ""
    account: str = ""
    """Of a Snowflake organization, as `ORGANIZATION-ACCOUNT`."""
    warehouse: str = ""
    """The one of Snowflake's that computes; empty for the user's own."""
    role: str = ""
    http_path: str = ""
    """Of the SQL warehouse or cluster of Databricks that computes."""
    project: str = ""
    """Of Google Cloud, whose data sets are read and which pays."""
    location: str = ""
    """Where the data sets of a project lie."""
    catalog: str = ""
    """What Trino and Databricks call a database."""

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
        """For messages: where the source is and which database; never the user's secret."""
        if self.path or self.project:
            return self.path or self.project
        where = self.account or (f"{self.host}:{self.port}" if self.port else self.host)
        return f"{where}/{self.database_name}"

    @property
    def database_name(self) -> str:
        """By what the kind calls its database."""
        return self.database or self.catalog or self.project or PurePath(self.path).stem


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
        return self.service.child(self.settings.database_name)


def check_name(name: str) -> None:
    """The name is the first part of every FQN of the connection."""
    if not name.strip() or name != name.strip():
        raise Invalid("name", "A connection's name cannot be blank or begin or end with a space.")
    if not name.isprintable():
        raise Invalid("name", "A connection's name cannot hold control characters.")
    if len(name) > MAX_NAME_LENGTH:
        raise Invalid("name", f"A connection's name has at most {MAX_NAME_LENGTH} characters.")
