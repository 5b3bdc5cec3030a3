"""What goes wrong in a source's own DuckDB, in our words: its own may quote a value."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

_CAUSES: Mapping[type[duckdb.Error], str] = {
    duckdb.OutOfMemoryException: "a row or document of it is too large to be read",
    duckdb.PermissionException: "it reads something outside of the source's own file or folder",
    duckdb.CatalogException: "it does not exist, or it refers to something that does not",
    duckdb.BinderException: "it refers to something that does not exist",
    duckdb.IOException: "the file cannot be read",
    duckdb.InvalidInputException: "the file holds something that is not what it should be, or text that is not UTF-8",
    duckdb.ConversionException: "a value does not fit its column's type",
    duckdb.InterruptException: "the reading was interrupted",
}


def cause_of(error: duckdb.Error) -> str:
    known = (cause for kind, cause in _CAUSES.items() if isinstance(error, kind))
    return next(known, f"the local engine failed ({type(error).__name__})")
