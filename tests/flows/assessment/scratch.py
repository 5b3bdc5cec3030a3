"""Tables made for one test in a real PostgreSQL, read through the real source."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from domain.assets.model import FoundTable
from domain.connections.model import ConnectionSettings, SslMode
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.sources.base import Row, Source
from flows.sources.dialect import Dialect, quote_name, quote_table
from flows.sources.postgres import open_postgres
from tests.fixtures.postgres import PostgresServer

_numbers = count(1)
OBSERVED_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scratch:
    """`owner` may write; `source` is what the product reads with."""

    owner: asyncpg.Connection
    source: Source
    database: str

    async def table(
        self, columns: Mapping[str, str], rows: Iterable[Sequence[object]] = (), name: str | None = None
    ) -> FoundTable:
        """A new table; column declarations are SQL, so that a test can write constraints."""
        fqn = self.fqn(name or f"subject_{next(_numbers)}")
        declared = ", ".join(f"{quote_name(column)} {declaration}" for column, declaration in columns.items())
        await self.owner.execute(f"CREATE TABLE {quote_table(fqn)} ({declared})")
        await self.fill(fqn, columns, rows)
        return await self.source.describe_table(fqn)

    async def fill(self, table: Fqn, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
        await self.owner.copy_records_to_table(
            table.name, schema_name="public", records=list(map(tuple, rows)), columns=list(columns)
        )

    def fqn(self, name: str) -> Fqn:
        return Fqn.of("scratch", self.database, "public", name)


@dataclass(slots=True)
class CountingSource:
    """The real source, with the statements that went through it."""

    source: Source
    statements: list[str] = field(default_factory=list)

    @property
    def dialect(self) -> Dialect:
        return self.source.dialect

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        self.statements.append(sql)
        return await self.source.fetch(sql, *arguments)


@pytest.fixture(scope="session")
async def scratch(postgres: PostgresServer) -> AsyncIterator[Scratch]:
    database = "scratch_rules"
    dsn = await postgres.create_database(database)
    owner = await asyncpg.connect(dsn)
    source = await _open(dsn, database)
    yield Scratch(owner, source, database)
    await source.close()
    await owner.close()


async def _open(dsn: str, database: str) -> Source:
    parts = urlsplit(dsn)
    settings = ConnectionSettings(
        parts.hostname or "", parts.port or 0, database, unquote(parts.username or ""), ssl_mode=SslMode.DISABLE
    )
    return await open_postgres(settings, unquote(parts.password or ""), SourceSettings())
