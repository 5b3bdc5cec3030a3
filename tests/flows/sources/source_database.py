"""A scratch source: statements run as its owner, and the source opened as the product opens it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg

from domain.connections.model import ConnectionSettings, SslMode
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.sources.postgres import PostgresSource, open_postgres
from tests.fixtures.postgres import MAINTENANCE_DATABASE, PostgresServer

READER = "quiet_reader"
READER_PASSWORD = "r3ader's secret"
DATABASE = "shop"
PUBLIC = Fqn.of("svc", DATABASE, "public")


class SourceDatabase:
    def __init__(self, server: PostgresServer, name: str) -> None:
        self.server = server
        self.name = name

    async def run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.server.dsn(self.name))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def ask(self, sql: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.server.dsn(self.name))
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    def settings(self, **changed: Any) -> ConnectionSettings:
        address = self.server.address
        usual = ConnectionSettings(address.host, address.port, self.name, address.user, ssl_mode=SslMode.DISABLE)
        return replace(usual, **changed)

    @asynccontextmanager
    async def opened(self, **limits: Any) -> AsyncIterator[PostgresSource]:
        async with self._opened(self.settings(), self.server.address.password, limits) as source:
            yield source

    @asynccontextmanager
    async def opened_by_reader(self, **limits: Any) -> AsyncIterator[PostgresSource]:
        async with self._opened(self.settings(username=READER), READER_PASSWORD, limits) as source:
            yield source

    @asynccontextmanager
    async def _opened(
        self, settings: ConnectionSettings, password: str, limits: dict[str, Any]
    ) -> AsyncIterator[PostgresSource]:
        source = await open_postgres(settings, password, SourceSettings(**limits))
        assert isinstance(source, PostgresSource)
        try:
            yield source
        finally:
            await source.close()

    @asynccontextmanager
    async def locking(self, table: str) -> AsyncIterator[None]:
        """Hold the table as a migration would."""
        connection = await asyncpg.connect(self.server.dsn(self.name))
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    async def is_running(self, statements: int) -> bool:
        """Whether so many of the product's sleeping statements are running in the source right now."""
        return await self.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'assay' AND wait_event = 'PgSleep'"
        ) == [(statements,)]


async def fresh_source_database(server: PostgresServer) -> SourceDatabase:
    """A database without tables, and a role that may read nothing yet."""
    maintenance = SourceDatabase(server, MAINTENANCE_DATABASE)
    if not await maintenance.ask(f"SELECT FROM pg_database WHERE datname = '{DATABASE}'"):
        await server.create_database(DATABASE)
    if not await maintenance.ask(f"SELECT FROM pg_roles WHERE rolname = '{READER}'"):
        quoted = READER_PASSWORD.replace("'", "''")
        await maintenance.run(f"CREATE ROLE {READER} LOGIN PASSWORD '{quoted}'")
    fresh = SourceDatabase(server, DATABASE)
    schemas = await fresh.ask(
        r"SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    )
    await fresh.run(*(f"DROP SCHEMA {name} CASCADE" for (name,) in schemas))
    await fresh.run("CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO PUBLIC")
    return fresh


async def until(condition: Callable[[], Coroutine[Any, Any, bool]], seconds: float = 10.0) -> float:
    """Wait for the condition; the seconds that it took. Fails after `seconds`."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, f"not within {seconds} seconds"
        await asyncio.sleep(0.02)
    return time.monotonic() - started
