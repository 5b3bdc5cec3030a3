"""How DuckDB reads a CSV, Parquet or JSON file. What is found out about a CSV file is kept while it does not change."""

# ruff: noqa: S608 - every value is quoted where it enters the text

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.failures import TableFailed
from flows.sources.dialect import quote_text
from flows.sources.file_names import Format, format_of

_LARGEST_DOCUMENT = 8 * 2**20
_NOTHING = "(empty)"
"""How the sniffer says that a file has no such character."""
_SEPARATORS = frozenset(",;\t|")

Stamp = tuple[int, int]


class Readings:
    def __init__(self) -> None:
        self._known: dict[Path, tuple[Stamp, str]] = {}

    def of(self, engine: duckdb.DuckDBPyConnection, file: Path) -> str:
        """A SELECT of all rows; `TableFailed` for a file that cannot be one table."""
        try:
            status = file.stat()
        except OSError as error:
            raise TableFailed(f"{file.name} cannot be opened: {error.strerror}.") from None
        if not status.st_size:
            raise TableFailed(f"{file.name} is empty: it has not even the names of columns.")
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.get(file)
        if known is None or known[0] != stamp:
            known = self._known[file] = (stamp, _reading(engine, file))
        return known[1]


def _reading(engine: duckdb.DuckDBPyConnection, file: Path) -> str:
    match format_of(file):
        case Format.PARQUET:
            return f"SELECT * FROM read_parquet({_literally(file)})"
        case Format.JSON:
            options = f"sample_size = -1, maximum_object_size = {_LARGEST_DOCUMENT}"
            return f"SELECT * FROM read_json({_literally(file)}, {options})"
        case _:
            return _csv(engine, file)


def _csv(engine: duckdb.DuckDBPyConnection, file: Path) -> str:
    """All rows are looked at, so that a type is one that every value has; else the column is text."""
    path = _literally(file)
    sniffed = engine.execute(
        f"SELECT Delimiter, Quote, Escape, HasHeader, Columns, DateFormat, TimestampFormat "
        f"FROM sniff_csv({path}, sample_size = -1, skip = 0)"
    ).fetchone()
    assert sniffed is not None, "a file has one dialect"
    delimiter, quote, escape, has_header, columns, date_format, timestamp_format = sniffed
    if len(columns) == 1 and _SEPARATORS.intersection(columns[0]["name"]):
        raise TableFailed(f"{file.name} is no table: its lines do not all have the same number of fields.")
    types = ", ".join(f"{quote_text(one['name'])}: {quote_text(one['type'])}" for one in columns)
    characters = {"delim": delimiter, "quote": quote, "escape": escape}
    formats = {"dateformat": date_format, "timestampformat": timestamp_format}
    options = [
        *(f"{name} = {quote_text('' if value == _NOTHING else value)}" for name, value in characters.items()),
        *(f"{name} = {quote_text(value)}" for name, value in formats.items() if value),
    ]
    return (
        f"SELECT * FROM read_csv({path}, auto_detect = false, header = {has_header}, columns = {{{types}}}, "
        f"{', '.join(options)})"
    )


def _literally(file: Path) -> str:
    """The file of this very name: `*`, `?` and `[` would stand for others."""
    name = "".join(f"[{character}]" if character in "*?[" else character for character in str(file))
    return quote_text(name)
