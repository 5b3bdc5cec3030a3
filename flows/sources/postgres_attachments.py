"""The ways from a local engine into a PostgreSQL source. They stay open from one table to the next: for each that is
opened, the source starts a process and has the password proven anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import duckdb

from flows.sources.dialect import quote_text
from flows.sources.extensions import load_extension
from flows.sources.postgres_session import NOTICE_OUR_END, PostgresLogin

SCANNER = "postgres_scanner"
_GREETING = (
    "SELECT pg_backend_pid() AS backend, clock_timestamp() AT TIME ZONE 'UTC' AS observed_at, "
    f"({NOTICE_OUR_END}) AS notices"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """The source under a name of the engine, in a transaction."""

    name: str
    backend: int
    """The process of the source that answers in this transaction: whom to cancel."""
    began_at: datetime
    """By the source's clock."""


class Attachments:
    """All that one source is read through. Its methods block, and raise `duckdb.Error`."""

    def __init__(self, login: PostgresLogin) -> None:
        self._login = login
        self._idle: list[str] = []

    @contextmanager
    def transaction(self, engine: duckdb.DuckDBPyConnection) -> Iterator[Attachment]:
        """One transaction in both databases. What failed in the middle of one is not used again."""
        attachment = self._begun_again(engine) or self._begun_anew(engine)
        try:
            yield attachment
            engine.execute("COMMIT")
        except BaseException:
            self._abandon(engine, attachment.name)
            raise
        self._idle.append(attachment.name)

    def _begun_again(self, engine: duckdb.DuckDBPyConnection) -> Attachment | None:
        """In one that still leads there: the source may have closed it, and another engine does not know it."""
        while self._idle:
            name = self._idle.pop()
            try:
                return _begin(engine, name)
            except duckdb.Error:
                self._abandon(engine, name)
        return None

    def _begun_anew(self, engine: duckdb.DuckDBPyConnection) -> Attachment:
        load_extension(engine, SCANNER)
        name = f"source_{uuid4().hex}"
        try:
            engine.execute(f"CREATE SECRET {name} (TYPE postgres, {self._login.duckdb_secret()})")
            options = quote_text(self._login.libpq_options())
            engine.execute(f"ATTACH {options} AS {name} (TYPE postgres, SECRET {name}, READ_ONLY)")
            return _begin(engine, name)
        except BaseException:
            self._abandon(engine, name)
            raise

    @staticmethod
    def _abandon(engine: duckdb.DuckDBPyConnection, name: str) -> None:
        with suppress(duckdb.Error):  # none was begun, or its connection broke
            engine.execute("ROLLBACK")
        engine.execute(f"DETACH DATABASE IF EXISTS {name}")
        engine.execute(f"DROP SECRET IF EXISTS {name}")


def _begin(engine: duckdb.DuckDBPyConnection, name: str) -> Attachment:
    engine.execute("BEGIN")  # one transaction is one backend, so the one asked here is the one that copies
    row = engine.execute("FROM postgres_query(?, ?)", [name, _GREETING]).fetchone()
    assert row is not None, "the question has one answer"
    return Attachment(name, int(row[0]), row[1].replace(tzinfo=UTC))
