"""What each kind of source is reached by, and what it can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from domain.connections.model import ConnectionKind, ConnectionSettings
from domain.errors import Invalid

_OF_SERVERS = ("host", "database", "username")
_ALSO_OF_SERVERS = ("port", "secret", "ssl_mode")
_NAMES = (
    *_OF_SERVERS, "port", "secret", "path",
    "account", "warehouse", "role", "http_path", "project", "location", "catalog",
)  # fmt: skip
"""All settings that may be left empty."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the engine itself does for Assay; what it cannot, Assay does beside it or leaves out and says so."""

    block_sampling: bool
    """A sample costs the reading of some blocks. Else the table is read and rows are drawn from it."""
    estimates: bool
    """The number of rows is known beforehand, without counting."""
    percentiles: bool
    approximate_distinct: bool
    statement_timeout: bool
    """The engine ends a statement that takes too long. Else Assay interrupts the reading."""
    lock_timeout: bool
    cancel: bool
    """A statement is stopped wherever it is. Else it ends when the next row comes."""
    last_change: bool
    """The engine records when a table last changed."""
    repeatable_samples: bool = True
    """The same seed draws the same sample again, while the table rests."""


@dataclass(frozen=True, slots=True)
class KindTraits:
    """`default_port` is None for what is not reached by a port."""

    label: str
    description: str
    default_port: int | None
    capabilities: Capabilities
    required_settings: tuple[str, ...] = _OF_SERVERS
    other_settings: tuple[str, ...] = _ALSO_OF_SERVERS

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that the kind takes, by their names."""
        return (*self.required_settings, *self.other_settings)


_LOCAL = Capabilities(
    block_sampling=False,
    estimates=False,
    percentiles=True,
    approximate_distinct=True,
    statement_timeout=False,
    lock_timeout=False,
    cancel=True,
    last_change=False,
)

_WAREHOUSE = Capabilities(
    block_sampling=False,
    estimates=False,
    percentiles=True,
    approximate_distinct=True,
    statement_timeout=True,
    lock_timeout=False,
    cancel=True,
    last_change=False,
)

KINDS: Mapping[ConnectionKind, KindTraits] = {
    ConnectionKind.POSTGRESQL: KindTraits(
        label="PostgreSQL",
        description="PostgreSQL 12 or later, and what speaks its protocol.",
        default_port=5432,
        capabilities=Capabilities(
            block_sampling=True,
            estimates=True,
            percentiles=True,
            approximate_distinct=False,
            statement_timeout=True,
            lock_timeout=True,
            cancel=True,
            last_change=False,
        ),
    ),
    ConnectionKind.MYSQL: KindTraits(
        label="MySQL",
        description="MariaDB 10.5 or later and MySQL 8 or later. A database is one schema, of its own name.",
        default_port=3306,
        capabilities=Capabilities(
            block_sampling=False,
            estimates=True,
            percentiles=False,
            approximate_distinct=False,
            statement_timeout=True,
            lock_timeout=True,
            cancel=True,
            last_change=False,
        ),
    ),
    ConnectionKind.SQLITE: KindTraits(
        label="SQLite",
        description="A SQLite 3 database file that the workers can read.",
        default_port=None,
        capabilities=replace(_LOCAL, estimates=True, percentiles=False, approximate_distinct=False, cancel=False),
        required_settings=("path",),
        other_settings=(),
    ),
    ConnectionKind.DUCKDB: KindTraits(
        label="DuckDB",
        description="A DuckDB database file that the workers can read and nobody has open for writing.",
        default_port=None,
        capabilities=replace(_LOCAL, estimates=True),
        required_settings=("path",),
        other_settings=(),
    ),
    ConnectionKind.FILES: KindTraits(
        label="Files",
        description="A folder of CSV, Parquet and JSON files that the workers can read: a subfolder is a schema, "
        "a file is a table.",
        default_port=None,
        capabilities=_LOCAL,
        required_settings=("path",),
        other_settings=(),
    ),
    ConnectionKind.SNOWFLAKE: KindTraits(
        label="Snowflake",
        description="A database of a Snowflake account.",
        default_port=None,
        capabilities=replace(_WAREHOUSE, block_sampling=True, estimates=True, lock_timeout=True),
        required_settings=("account", "database", "username", "secret"),
        other_settings=("warehouse", "role"),
    ),
    ConnectionKind.BIGQUERY: KindTraits(
        label="BigQuery",
        description="A project of Google BigQuery: a data set is a schema.",
        default_port=None,
        capabilities=replace(_WAREHOUSE, block_sampling=True, estimates=True, repeatable_samples=False),
        required_settings=("project", "secret"),
        other_settings=("location",),
    ),
    ConnectionKind.SQLSERVER: KindTraits(
        label="SQL Server",
        description="SQL Server 2017 or later, and Azure SQL.",
        default_port=1433,
        capabilities=replace(
            _WAREHOUSE, block_sampling=True, estimates=True, lock_timeout=True, approximate_distinct=False
        ),
    ),
    ConnectionKind.TRINO: KindTraits(
        label="Trino",
        description="A catalog that a Trino cluster reaches.",
        default_port=443,
        capabilities=replace(_WAREHOUSE, repeatable_samples=False),
        required_settings=("host", "catalog", "username"),
    ),
    ConnectionKind.DATABRICKS: KindTraits(
        label="Databricks",
        description="A catalog of Databricks' Unity Catalog, read by a SQL warehouse or a cluster.",
        default_port=None,
        capabilities=_WAREHOUSE,
        required_settings=("host", "http_path", "catalog", "secret"),
        other_settings=(),
    ),
    ConnectionKind.REDSHIFT: KindTraits(
        label="Redshift",
        description="A database of Amazon Redshift.",
        default_port=5439,
        capabilities=replace(_WAREHOUSE, estimates=True, repeatable_samples=False),
    ),
}


def settle(kind: ConnectionKind, settings: ConnectionSettings) -> ConnectionSettings:
    """The settings as the kind takes them, its usual port filled in. Raises `Invalid` for what is missing or odd."""
    traits = KINDS[kind]
    for name in traits.required_settings:
        if not (getattr(settings, name) or "").strip():
            raise Invalid(f"settings.{name}", f"{name} cannot be blank: a {traits.label} source is found by it.")
    for name in _NAMES:
        if name not in traits.settings and getattr(settings, name):
            raise Invalid(f"settings.{name}", f"A {traits.label} source takes no {name}; leave it out.")
    if traits.default_port:
        return replace(settings, port=settings.port or traits.default_port)
    if "path" in traits.settings:
        _check_path(settings.path)
    return settings


def _check_path(path: str) -> None:
    """Whether it is there, only a worker can tell."""
    if not PurePath(path).is_absolute() or ".." in PurePath(path).parts or not path.isprintable():
        raise Invalid("settings.path", "A path begins at the root, as the workers see it, and holds no '..'.")
    if not PurePath(path).name:
        raise Invalid("settings.path", "The root folder itself cannot be a source; name a file or folder in it.")
