"""What a run needs from a governed database. An adapter beside this file implements it for one engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from domain.assets.model import FoundSchema, FoundTable
from domain.fqn import Fqn

Row = Mapping[str, Any]  # a driver's values, of whatever type the column has


@dataclass(frozen=True, slots=True)
class Sample:
    """Read about `rows` of the table, chosen by `seed`; the same seed reads the same blocks while the table rests."""

    rows: int
    seed: int


class Source(Protocol):
    """A read-only door to one database. Every statement runs under the configured time-outs.

    Raises `SourceUnreachable` when the server cannot be reached and `TableFailed` when a table cannot be read;
    cancelling the awaiting task cancels the statement in the source.
    """

    @property
    def address(self) -> str:
        """Host, port and database, for messages."""

    async def check(self) -> str:
        """Speak to the server once; its version in words."""

    async def schemas(self) -> Sequence[str]:
        """All schemas of the connection's database, less the engine's own."""

    async def describe_schema(self, schema: Fqn) -> FoundSchema:
        """Tables, views, columns, keys and comments of one schema."""

    async def describe_table(self, table: Fqn) -> FoundTable:
        """One table or view as it is now; `TableFailed` when it is gone."""

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        """Run one read-only statement."""

    async def copy_into(
        self, engine: duckdb.DuckDBPyConnection, name: str, table: FoundTable, sample: Sample | None
    ) -> int:
        """Copy the table (or a sample of it) into the local engine as table `name`; the number of rows copied."""

    async def close(self) -> None:
        """Give the connections back."""
