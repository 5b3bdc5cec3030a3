"""How the local DuckDB reads one kind of source. A file beside this one implements it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import duckdb

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from flows.failures import RunFailure
from flows.sources.base import Coverage, Sample
from flows.sources.dialect import Dialect


class Hope(StrEnum):
    """What the texts of a column are understood as, if all of them can be.

    EXACT and OTHER are known of a type beforehand: texts that spell numbers, and texts without facts of their own.
    """

    NUMBER = "NUMBER"
    EXACT = "EXACT"
    MOMENT = "MOMENT"
    BOOLEAN = "BOOLEAN"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Selected:
    """What is read, and which part of the table that is."""

    sql: str
    coverage: Coverage
    population: int | None = None
    """None where the rows read are the population."""


class Door(Protocol):
    """All methods block. They raise `duckdb.Error`, or `TableFailed` for what they can say better."""

    @property
    def address(self) -> str:
        """For messages."""

    @property
    def dialect(self) -> Dialect:
        """What the rows of `reading` are asked in."""

    def open(self, engine: duckdb.DuckDBPyConnection) -> Sequence[Path]:
        """Reach the source; `SourceUnreachable` otherwise. The folders in which files will be opened later on."""

    def version(self, engine: duckdb.DuckDBPyConnection) -> str:
        """What the source is, in words."""

    def schemas(self, engine: duckdb.DuckDBPyConnection, *, with_system: bool) -> Sequence[str]:
        """Names of the schemas."""

    def tables(self, engine: duckdb.DuckDBPyConnection, schema: Fqn, only: str | None) -> Sequence[FoundTable]:
        """All tables of the schema, or the one of this name."""

    def reading(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        """A SELECT of all rows, under the names of their columns."""

    def hopes(self, table: FoundTable) -> Mapping[str, Hope]:
        """By column, where text is to be read as something better."""

    def selection(self, engine: duckdb.DuckDBPyConnection, reading: str, table: FoundTable, sample: Sample) -> Selected:
        """Of a table that is not to be read whole; `reading` is what `reading` gave for it."""

    def ending(self, engine: duckdb.DuckDBPyConnection) -> Callable[[], None]:
        """Asked before any work in this connection: what ends it wherever it is, from another thread."""

    def failure(self, subject: str, error: duckdb.Error) -> RunFailure:
        """What the engine's error means in our words; its own may quote a value."""
