"""The sessions that stand open to a PostgreSQL source: few, read-only, and under time-outs."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from domain.connections.model import ConnectionSettings
from domain.settings import SourceSettings
from flows.sources.dialect import quote_text
from flows.sources.postgres_errors import reaching

APPLICATION_NAME = "assay"
_GRACE_SECONDS = 10.0
NOTICE_OUR_END = """
    SELECT set_config(name, '5s', false) FROM pg_settings
     WHERE name = 'client_connection_check_interval' AND version() ~ 'linux|apple|bsd'
"""
"""Lets the server end a statement whose client is gone, however that died; from PostgreSQL 14 on, not on Windows."""


@dataclass(frozen=True, slots=True)
class PostgresLogin:
    """All that opening a session takes. The password stays out of the representation."""

    settings: ConnectionSettings
    limits: SourceSettings
    password: str | None

    def __repr__(self) -> str:
        return f"PostgresLogin({self.settings.address})"

    @property
    def session_settings(self) -> dict[str, str]:
        statement, lock = self.limits.statement_timeout_seconds, self.limits.lock_timeout_seconds
        return {
            "application_name": APPLICATION_NAME,
            "default_transaction_read_only": "on",
            "statement_timeout": _milliseconds(statement),
            "lock_timeout": _milliseconds(lock),
            "idle_in_transaction_session_timeout": _milliseconds(statement),
            "timezone": "UTC",
            "datestyle": "ISO",
        }

    async def open_pool(self) -> asyncpg.Pool:
        """Connected once before it is returned, so that a source that cannot be reached fails here."""
        with reaching(self.settings.address):
            return await asyncpg.create_pool(
                **self._address(),
                min_size=1,
                max_size=max(1, self.limits.max_connections - self.limits.copy_connections),
                command_timeout=self.limits.statement_timeout_seconds + _GRACE_SECONDS,
                init=_notice_our_end,
                reset=_begin_afresh,
            )

    async def open_connection(self) -> asyncpg.Connection:
        with reaching(self.settings.address):
            return await asyncpg.connect(**self._address())

    def _address(self) -> dict[str, object]:
        return {
            "host": self.settings.host,
            "port": self.settings.port,
            "database": self.settings.database,
            "user": self.settings.username,
            "password": self.password,
            "ssl": self.settings.ssl_mode.value,
            "timeout": self.limits.connect_timeout_seconds,
            "server_settings": self.session_settings,
            # A prepared statement that outlives an ALTER of its table fails once; ours are asked once each anyway.
            "statement_cache_size": 0,
        }

    def libpq_options(self) -> str:
        """The connection string for DuckDB's scanner; where to go and who comes travel as its secret."""
        options = " ".join(f"-c {name}={value}" for name, value in self.session_settings.items())
        parts = {
            "sslmode": self.settings.ssl_mode.value,
            "connect_timeout": str(max(2, round(self.limits.connect_timeout_seconds))),
            "options": options,
        }
        return " ".join(f"{name}={_libpq(value)}" for name, value in parts.items())

    def duckdb_secret(self) -> str:
        """The options of `CREATE SECRET`, which DuckDB never shows again."""
        secret = {
            "host": self.settings.host,
            "port": str(self.settings.port),
            "database": self.settings.database,
            "user": self.settings.username,
            "password": self.password or "",
        }
        return ", ".join(f"{name} {quote_text(value)}" for name, value in secret.items() if value)


async def _notice_our_end(connection: asyncpg.Connection) -> None:
    await connection.execute(NOTICE_OUR_END)


async def _begin_afresh(connection: asyncpg.Connection) -> None:
    """A statement may have set anything for its session; the reset takes our own setting with it."""
    await connection.execute(f"{connection.get_reset_query()};{NOTICE_OUR_END}")


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def _libpq(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
