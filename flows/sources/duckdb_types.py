"""How each DuckDB type leaves the local engine, so that no value can change on its way."""

from __future__ import annotations

import re

from flows.sources.base import ValueKind
from flows.sources.dialect import quote_name
from flows.sources.long_texts import shortened_by_duckdb

_NATIVE = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), ValueKind.NUMBER
    ),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), ValueKind.NUMBER),
    "BOOLEAN": ValueKind.BOOLEAN,
    "DATE": ValueKind.MOMENT,
    "TIMESTAMP": ValueKind.MOMENT,
}
_CONVERTED = {
    # A Parquet file would hold them as doubles.
    "HUGEINT": ("{}::VARCHAR", ValueKind.NUMBER),
    "UHUGEINT": ("{}::VARCHAR", ValueKind.NUMBER),
    "TIMESTAMP WITH TIME ZONE": ("({} AT TIME ZONE 'UTC')", ValueKind.MOMENT),
    **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), ("{}::TIMESTAMP", ValueKind.MOMENT)),
    "ENUM": ("{}::VARCHAR", ValueKind.TEXT),
    "BLOB": ("'sha256:' || sha256({})", ValueKind.OTHER),
}
_MODIFIER = re.compile(r"\(.*", re.DOTALL)


def reading_of(column: str, data_type: str) -> tuple[str, ValueKind]:
    """The expression that reads the column, and the kind of what it gives."""
    name = quote_name(column)
    plain = "" if data_type.endswith("]") else _MODIFIER.sub("", data_type)
    if plain == "VARCHAR":
        return shortened_by_duckdb(name), ValueKind.TEXT
    if plain in _NATIVE:
        return name, _NATIVE[plain]
    if plain in _CONVERTED:
        expression, kind = _CONVERTED[plain]
        return expression.format(name), kind
    return shortened_by_duckdb(f"{name}::VARCHAR"), ValueKind.OTHER
