"""How sessions with a MySQL or MariaDB server are opened: read-only, and under time-outs."""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from domain.connections.model import ConnectionSettings, SslMode
from domain.settings import SourceSettings
from flows.sources.base import Row
from flows.sources.dialect import quote_text
from flows.sources.mysql_errors import reaching, reading

_GRACE_SECONDS = 10.0
_SCANNERS_TLS = {
    SslMode.DISABLE: "disabled",
    SslMode.PREFER: "preferred",
    SslMode.REQUIRE: "preferred",  # which demands TLS there, and checks no certificate
    SslMode.VERIFY_CA: "verify_ca",
    SslMode.VERIFY_FULL: "verify_identity",
}


class TimedConnection(Connection):  # type: ignore[misc]  # PyMySQL comes without types
    """Waits for the server's greeting no longer than for the network; statements have another time."""

    _read_timeout: float

    def connect(self, sock: socket.socket | None = None) -> None:
        of_statements, self._read_timeout = self._read_timeout, self.connect_timeout
        try:
            super().connect(sock)
        finally:
            self._read_timeout = of_statements


@dataclass(frozen=True, slots=True)
class MySqlSession:
    """One connection for a few questions about the catalogue."""

    connection: TimedConnection

    @property
    def is_mariadb(self) -> bool:
        return "mariadb" in self.connection.get_server_info().lower()

    def ask(self, sql: str, *arguments: object) -> list[Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments or None)
            return list(cursor.fetchall())

    def one(self, sql: str, *arguments: object) -> Row:
        (row,) = self.ask(sql, *arguments)
        return row


@dataclass(frozen=True, slots=True)
class MySqlLogin:
    """All that opening a session takes. The password stays out of the representation."""

    settings: ConnectionSettings
    limits: SourceSettings
    password: str | None

    def __repr__(self) -> str:
        return f"MySqlLogin({self.settings.address})"

    @contextmanager
    def session(self, subject: str) -> Iterator[MySqlSession]:
        """`subject` is what a failing question is said to be about."""
        with reaching(self.settings.address):
            session = MySqlSession(self._connect())
        with session.connection, reading(self.settings.address, subject):
            session.ask(self._restrictions(session))
            yield session

    def statement_limits(self, *, is_mariadb: bool) -> str:
        """What a SELECT begins with, so that the server ends it wherever nobody else does."""
        seconds = self.limits.statement_timeout_seconds + _GRACE_SECONDS
        if is_mariadb:
            limits = f"max_statement_time={seconds:.3f}, lock_wait_timeout={self._lock_seconds}, tx_read_only=1"
            return f"SET STATEMENT {limits} FOR SELECT"
        return f"SELECT /*+ MAX_EXECUTION_TIME({math.ceil(seconds * 1000)}) */"

    def duckdb_secret(self, *, is_encrypted: bool) -> str:
        """The options of `CREATE SECRET`, which DuckDB never shows again.

        All are given: the scanner takes those that are missing from its environment.
        """
        mode = self.settings.ssl_mode if is_encrypted else SslMode.DISABLE
        authorities = ssl.get_default_verify_paths()
        secret = {
            "host": self._host,
            "port": str(self.settings.port),
            "database": self.settings.database,
            "user": self.settings.username,
            "password": self.password or "",
            "ssl_mode": _SCANNERS_TLS[mode],
            "ssl_ca": authorities.cafile or "",
            "ssl_capath": authorities.capath or "",
        }
        return ", ".join(f"{name} {quote_text(value)}" for name, value in secret.items())

    @property
    def _host(self) -> str:
        """The scanner takes `localhost` for a socket file, which may be another server's."""
        return "127.0.0.1" if self.settings.host == "localhost" else self.settings.host

    @property
    def _lock_seconds(self) -> int:
        return math.ceil(self.limits.lock_timeout_seconds)

    def _connect(self) -> TimedConnection:
        return TimedConnection(
            host=self._host,
            port=self.settings.port or 0,
            database=self.settings.database,
            user=self.settings.username,
            password=self.password or "",
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=math.ceil(self.limits.connect_timeout_seconds),
            read_timeout=self.limits.statement_timeout_seconds + _GRACE_SECONDS,
            ssl=_tls(self.settings.ssl_mode),
            ssl_disabled=self.settings.ssl_mode is SslMode.DISABLE,
            program_name="assay",
            cursorclass=DictCursor,
        )

    def _restrictions(self, session: MySqlSession) -> str:
        seconds = self.limits.statement_timeout_seconds
        limits = (
            f"max_statement_time = {seconds:.3f}, tx_read_only = 1"
            if session.is_mariadb
            else f"max_execution_time = {math.ceil(seconds * 1000)}, transaction_read_only = 1"
        )
        return f"SET SESSION lock_wait_timeout = {self._lock_seconds}, {limits}"


def _tls(mode: SslMode) -> ssl.SSLContext | None:
    """None where the server decides. Both modes that verify also compare the host's name: so does the scanner."""
    if mode in {SslMode.DISABLE, SslMode.PREFER}:
        return None
    context = ssl.create_default_context()
    if mode is SslMode.REQUIRE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
