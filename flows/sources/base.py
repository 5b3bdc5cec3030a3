"""What a run needs from a governed database. An adapter beside this file implements it for one engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import duckdb

from domain.assets.model import FoundSchema, FoundTable
from domain.fqn import Fqn
from flows.sources.dialect import Dialect

Row = Mapping[str, Any]  # a driver's values, of whatever type the column has


@dataclass(frozen=True, slots=True)
class Sample:
    """Read about `rows` of the table, chosen by `seed`; the same seed reads the same blocks while the table rests."""

    rows: int
    seed: int


class Coverage(StrEnum):
    """Which rows a copy holds: all, those of random blocks or random rows (both by `seed`), or the first that came."""

    ALL = "ALL"
    BLOCKS = "BLOCKS"
    ROWS = "ROWS"
    FIRST = "FIRST"


class ValueKind(StrEnum):
    """How copied values are to be understood.

    NUMBER: a DuckDB number, or text that spells one exactly. MOMENT: a DATE or TIMESTAMP in UTC.
    OTHER: a type without facts of its own (JSON, arrays, ranges, …), as text.
    """

    NUMBER = "NUMBER"
    TEXT = "TEXT"
    MOMENT = "MOMENT"
    BOOLEAN = "BOOLEAN"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class CopiedColumn:
    """A column of a copy. `alias` is its name in the local engine, which does not tell upper case from lower."""

    name: str
    alias: str
    kind: ValueKind


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy_into` brought."""

    rows: int
    population: int
    """Rows of the whole table: counted when the copy holds all of them, else the source's estimate."""
    coverage: Coverage
    observed_at: datetime
    """The source's clock just before the first row was read."""
    columns: tuple[CopiedColumn, ...]
    blocks: str | None = None
    """The column of the copy that names each row's block, when random blocks were read and the engine names them."""
    is_repeatable: bool = True
    """Whether the sample's seed chose the rows; without a seed, other ones are drawn each time."""


class Source(Protocol):
    """A read-only door to one database. Every statement runs under the configured time-outs.

    Raises `SourceUnreachable` when the server cannot be reached and `TableFailed` when a table cannot be read;
    cancelling the awaiting task cancels the statement in the source.
    """

    @property
    def address(self) -> str:
        """Host, port and database, or the path, for messages."""

    @property
    def dialect(self) -> Dialect:
        """How SQL that `fetch` runs has to be spelled."""

    async def check(self) -> str:
        """Speak to the server once; its version in words."""

    async def schemas(self, *, with_system: bool = False) -> Sequence[str]:
        """All schemas of the connection's database; the engine's own only when asked for."""

    async def describe_schema(self, schema: Fqn) -> FoundSchema:
        """Tables, views, columns, keys and comments of one schema."""

    async def describe_table(self, table: Fqn) -> FoundTable:
        """One table or view as it is now; `TableFailed` when it is gone."""

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        """Run one read-only statement."""

    async def copy_into(
        self, engine: duckdb.DuckDBPyConnection, name: str, table: FoundTable, sample: Sample | None
    ) -> Copied:
        """Copy the table (or a sample of it) into the local engine as the table `name`."""

    async def close(self) -> None:
        """Give the connections back."""
