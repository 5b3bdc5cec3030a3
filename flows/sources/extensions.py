"""DuckDB's extensions, which come as wheels."""

from __future__ import annotations

from importlib.resources import files

import duckdb

from flows.sources.dialect import quote_text


def load_extension(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    """From the wheel, where it lies: nothing is downloaded, and nothing is installed into a home folder."""
    version = str((engine.execute("PRAGMA version").fetchone() or ("",))[0])
    wheel = files(f"duckdb_extension_{name}")
    engine.execute(f"LOAD {quote_text(str(wheel / 'extensions' / version / f'{name}.duckdb_extension'))}")
