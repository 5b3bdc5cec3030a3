"""MySQL and MariaDB databases as governed sources. A database is one schema, of its own name."""

# ruff: noqa: S608 - every name is quoted where it enters the text

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import duckdb

from domain.assets.model import FoundColumn, FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import RunFailure, SourceUnreachable, TableFailed
from flows.sources.base import Coverage, Sample, Source
from flows.sources.dialect import Dialect, quote_text
from flows.sources.door import Hope, Selected
from flows.sources.duckdb_dialect import DuckDbDialect
from flows.sources.extensions import load_extension
from flows.sources.local_source import open_local
from flows.sources.mysql_describe import columns_of, describe
from flows.sources.mysql_errors import scanning_failure
from flows.sources.mysql_names import quote_column, quote_relation
from flows.sources.mysql_session import MySqlLogin, MySqlSession
from flows.sources.mysql_types import hope_of, reading_of

SCANNER = "mysql_scanner"
_DOOR = "mysql_server"
_MARK = "assay_mark"
"""The variable of a connection whose text stands in each of its statements, by which the server's list shows them."""
_IS_ENCRYPTED = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"


async def open_mysql(settings: ConnectionSettings, password: str | None, limits: SourceSettings) -> Source:
    return await open_local(MySqlDoor(MySqlLogin(settings, limits, password)), limits)


class MySqlDoor:
    dialect: Dialect = DuckDbDialect(is_typed=False)

    def __init__(self, login: MySqlLogin) -> None:
        self._login = login
        self._schema = ""
        self._select = ""

    @property
    def address(self) -> str:
        return self._login.settings.address

    def open(self, engine: duckdb.DuckDBPyConnection) -> Sequence[Path]:
        with self._login.session("The server") as session:
            is_encrypted = bool(session.one(_IS_ENCRYPTED)["Value"])
            self._schema = str(session.one("SELECT DATABASE() AS name")["name"])
            self._select = self._login.statement_limits(is_mariadb=session.is_mariadb)
        load_extension(engine, SCANNER)
        engine.execute("SET GLOBAL mysql_session_time_zone = '+00:00'")
        engine.execute("SET GLOBAL mysql_tinyint1_as_boolean = false")
        try:
            engine.execute(
                f"CREATE SECRET {_DOOR} (TYPE mysql, {self._login.duckdb_secret(is_encrypted=is_encrypted)})"
            )
            engine.execute(f"ATTACH '' AS {_DOOR} (TYPE mysql, SECRET {_DOOR}, READ_ONLY)")
        except duckdb.Error:
            raise SourceUnreachable(
                f"{self.address} cannot be reached: DuckDB's scanner was refused; check ssl_mode and the certificate."
            ) from None
        return ()

    def version(self, engine: duckdb.DuckDBPyConnection) -> str:
        del engine  # the server says it itself
        with self._login.session("The server") as session:
            number = str(session.one("SELECT VERSION() AS version")["version"]).partition("-")[0]
            return f"{'MariaDB' if session.is_mariadb else 'MySQL'} {number}"

    def schemas(self, engine: duckdb.DuckDBPyConnection, *, with_system: bool) -> Sequence[str]:
        del engine, with_system  # other databases of the server are other sources
        return [self._schema]

    def tables(self, engine: duckdb.DuckDBPyConnection, schema: Fqn, only: str | None) -> Sequence[FoundTable]:
        del engine
        with self._login.session(str(schema if only is None else schema.child(only))) as session:
            return describe(session, schema, only)

    def reading(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        if schema != self._schema:
            raise TableFailed(f"{schema}.{table} does not exist.")
        with self._login.session(f"{schema}.{table}") as session:
            columns = columns_of(session, table)
            read = _read_rows(schema, table, columns)
            _try(session, f"{_mark_of(engine)} {read}")
        if not columns:
            raise TableFailed(f"{schema}.{table} does not exist.")
        return self._query(read)

    def hopes(self, table: FoundTable) -> Mapping[str, Hope]:
        found = ((column.name, hope_of(column.data_type)) for column in table.columns)
        return {name: hope for name, hope in found if hope is not None}

    def selection(self, engine: duckdb.DuckDBPyConnection, reading: str, table: FoundTable, sample: Sample) -> Selected:
        """The server counts, and draws each row or leaves it: only rows of the sample travel."""
        schema, name = table.fqn.parts[-2:]
        counted = engine.execute(self._query(f"count(*) AS n FROM {quote_relation(schema, name)}")).fetchone()
        assert counted is not None, "a count has one row"
        if counted[0] <= sample.rows:
            return Selected(reading, Coverage.ALL)
        share = f"RAND({sample.seed % 2**31}) < {sample.rows / counted[0]:.12f}"
        rows = f"{_read_rows(schema, name, table.columns)} WHERE {share}"
        return Selected(self._query(rows), Coverage.ROWS, counted[0])

    def ending(self, engine: duckdb.DuckDBPyConnection) -> Callable[[], None]:
        """DuckDB hears of an interruption when the next rows come; the server is told by the mark of the statement."""
        mark = f"/* assay {uuid4().hex} */"
        engine.execute(f"SET VARIABLE {_MARK} = {quote_text(mark)}")

        def end() -> None:
            engine.interrupt()
            self._kill(mark)

        return end

    def failure(self, subject: str, error: duckdb.Error) -> RunFailure:
        """The scanner's message is often empty, so the server is asked whether it is still there."""
        if isinstance(error, duckdb.IOException):
            try:
                with self._login.session(subject):
                    pass
            except SourceUnreachable as lost:
                return lost
        return scanning_failure(self.address, subject, error)

    def _query(self, selected: str) -> str:
        """What follows the SELECT, asked of the server."""
        statement = f"{quote_text(self._select)} || ' ' || getvariable('{_MARK}') || {quote_text(' ' + selected)}"
        return f"SELECT * FROM mysql_query('{_DOOR}', {statement})"

    def _kill(self, mark: str) -> None:
        """Whatever prevents it, it is tried again until the work has ended."""
        with suppress(RunFailure), self._login.session("The server") as session:
            running = [row["Id"] for row in session.ask("SHOW FULL PROCESSLIST") if mark in (row["Info"] or "")]
            for number in running:
                session.ask(f"KILL QUERY {number}")


def _read_rows(schema: str, table: str, columns: Sequence[FoundColumn]) -> str:
    values = [f"{reading_of(each.name, each.data_type)} AS {quote_column(each.name)}" for each in columns]
    return f"{', '.join(values) or '1'} FROM {quote_relation(schema, table)}"


def _mark_of(engine: duckdb.DuckDBPyConnection) -> str:
    row = engine.execute(f"SELECT getvariable('{_MARK}')").fetchone()
    assert row is not None, "the question has one answer"
    return str(row[0])


def _try(session: MySqlSession, read: str) -> None:
    """For no row: the server says here by number what is wrong, and the scanner only in words."""
    session.ask(f"SELECT {read} LIMIT 0")
