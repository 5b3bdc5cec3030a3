"""How each PostgreSQL type leaves the source, so that no value can break the copy or change in it."""

import re

from flows.sources.base import ValueKind
from flows.sources.dialect import as_text, quote_name
from flows.sources.long_texts import shortened_by_postgres

_NATIVE = {
    "smallint": ValueKind.NUMBER,
    "integer": ValueKind.NUMBER,
    "bigint": ValueKind.NUMBER,
    "real": ValueKind.NUMBER,
    "double precision": ValueKind.NUMBER,
    "boolean": ValueKind.BOOLEAN,
    "date": ValueKind.MOMENT,
}
_TEXTS = frozenset({"text", "character varying", "character", "name", "citext"})
_LATEST_TIMESTAMP = "290000-01-01"
_MODIFIER = re.compile(r"\(.*?\)")


def reading_of(column: str, base_type: str, *, is_enum: bool, may_be_long: bool) -> tuple[str, ValueKind]:
    """The expression that reads the column, and the kind of what it gives. `base_type` is beneath any domain."""
    name = quote_name(column)
    plain = _MODIFIER.sub("", base_type).strip()
    if plain in _NATIVE:
        return name, _NATIVE[plain]
    match plain:
        case "numeric":
            return _numeric(name, base_type), ValueKind.NUMBER
        case "timestamp without time zone":
            return _timestamp(name), ValueKind.MOMENT
        case "timestamp with time zone":
            return _timestamp(f"({name} AT TIME ZONE 'UTC')"), ValueKind.MOMENT
        case "bytea":
            return f"'sha256:' || encode(sha256({name}), 'hex')", ValueKind.OTHER
    kind = ValueKind.TEXT if is_enum or plain in _TEXTS else ValueKind.OTHER
    return _shortened(as_text(name, plain), kind) if may_be_long else as_text(name, plain), kind


def _shortened(text: str, kind: ValueKind) -> str:
    """Of other types the text is written once and kept, which costs more than it saves where the value is a text."""
    if kind is ValueKind.TEXT:
        return shortened_by_postgres(text)
    return f"(SELECT {shortened_by_postgres('written')} FROM (SELECT {text} AS written OFFSET 0) AS value)"  # noqa: S608 - quoted


def _numeric(name: str, declared: str) -> str:
    """As text: DuckDB's scanner reads NaN and infinity as 0, and digits beyond double are lost.

    Without a declared scale 1.0 and 1.00 are one number, so the zeros go.
    """
    return f"{name}::text" if "(" in declared else f"trim_scale({name})::text"


def _timestamp(expression: str) -> str:
    """PostgreSQL's last 4,000 years lie beyond DuckDB's, where they would wrap round to years BC."""
    limit = f"timestamp '{_LATEST_TIMESTAMP}'"
    return f"CASE WHEN {expression} > {limit} THEN timestamp 'infinity' ELSE {expression} END"
