"""What holds for every file and folder: no server stands behind them, so all of it happens here."""

# ruff: noqa: S608 - a reading is SQL of ours

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb

from domain.assets.model import FoundTable
from flows.failures import RunFailure, TableFailed
from flows.sources.base import Coverage, Sample
from flows.sources.door import Hope, Selected
from flows.sources.local_errors import cause_of


class FileDoor:
    def hopes(self, table: FoundTable) -> Mapping[str, Hope]:
        del table
        return {}

    def selection(self, engine: duckdb.DuckDBPyConnection, reading: str, table: FoundTable, sample: Sample) -> Selected:
        """Rows are counted and drawn in readings of the whole table."""
        del table
        row = engine.execute(f"SELECT count(*) FROM ({reading})").fetchone()
        assert row is not None, "a count has one row"
        if row[0] <= sample.rows:
            return Selected(reading, Coverage.ALL)
        reservoir = f"reservoir({sample.rows} ROWS) REPEATABLE ({sample.seed % 2**31})"
        return Selected(f"SELECT * FROM ({reading}) USING SAMPLE {reservoir}", Coverage.ROWS, row[0])

    def ending(self, engine: duckdb.DuckDBPyConnection) -> Callable[[], None]:
        """Whatever reads a file ends with the engine's own work."""
        return engine.interrupt

    def failure(self, subject: str, error: duckdb.Error) -> RunFailure:
        return TableFailed(f"{subject} cannot be read: {cause_of(error)}.")
