"""The one place that knows which adapter serves which kind of connection."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from domain.connections.model import ConnectionKind, ConnectionSettings, DataConnection
from domain.settings import SourceSettings
from flows.sources.base import Source
from flows.sources.duckdb_file import open_duckdb
from flows.sources.folder import open_folder
from flows.sources.mysql import open_mysql
from flows.sources.postgres import open_postgres
from flows.sources.secret_references import resolve_secret
from flows.sources.sqlite import open_sqlite
from flows.sources.warehouses.engines import WAREHOUSES
from flows.sources.warehouses.source import open_warehouse

Opener = Callable[[ConnectionSettings, str | None, SourceSettings], Awaitable[Source]]

OPENERS: Mapping[ConnectionKind, Opener] = {
    ConnectionKind.POSTGRESQL: open_postgres,
    ConnectionKind.MYSQL: open_mysql,
    ConnectionKind.SQLITE: open_sqlite,
    ConnectionKind.DUCKDB: open_duckdb,
    ConnectionKind.FILES: open_folder,
    **{kind: partial(open_warehouse, warehouse) for kind, warehouse in WAREHOUSES.items()},
}


@asynccontextmanager
async def open_source(
    connection: DataConnection, secrets_folder: Path, settings: SourceSettings
) -> AsyncIterator[Source]:
    """The connection's database, reached and ready; `SourceUnreachable` otherwise."""
    reference = connection.settings.secret
    password = resolve_secret(reference, secrets_folder) if reference else None
    source = await OPENERS[connection.kind](connection.settings, password, settings)
    try:
        yield source
    finally:
        await source.close()
