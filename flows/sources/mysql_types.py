"""How each MySQL type leaves the server, so that no value can change on its way or break the reading."""

from __future__ import annotations

from collections.abc import Mapping

from flows.sources.door import Hope
from flows.sources.mysql_names import quote_column

_AS_THEY_ARE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "float", "double"})
_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
_BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector"})
_ONE_SHAPE = ("point", "linestring", "polygon")
_SHAPES = frozenset(
    {"geometry", "geometrycollection", "geomcollection", *_ONE_SHAPE, *(f"multi{shape}" for shape in _ONE_SHAPE)}
)
_BOOLEANS = frozenset({"tinyint(1)", "bit(1)"})
_HOPES: Mapping[str, Hope] = {
    "decimal": Hope.EXACT,
    "year": Hope.NUMBER,
    "date": Hope.MOMENT,
    "datetime": Hope.MOMENT,
    "timestamp": Hope.MOMENT,
}


def reading_of(column: str, column_type: str) -> str:
    """The expression that reads the column.

    Numbers come as they are. All else is written by the server: the scanner makes NULL of a date of zeros, loses a
    digit of unsigned decimals, and takes text with a binary collation for bytes.
    """
    name, plain = quote_column(column), plain_type(column_type)
    if plain in _AS_THEY_ARE:
        return name
    if plain in _BINARY:
        return f"CONCAT('sha256:', SHA2({name}, 256))"
    if plain in _SHAPES:
        return f"ST_AsText({name})"
    if plain == "bit":
        return f"LPAD(BIN({name} + 0), {_bits(column_type)}, '0')"
    return f"CAST({name} AS CHAR)"


def hope_of(column_type: str) -> Hope | None:
    """None for what is text."""
    plain = plain_type(column_type)
    if column_type in _BOOLEANS:
        return Hope.BOOLEAN
    if plain in _AS_THEY_ARE or plain in _TEXTS:
        return None
    return _HOPES.get(plain, Hope.OTHER)


def plain_type(column_type: str) -> str:
    """`int(10) unsigned` is `int`."""
    return column_type.partition("(")[0].partition(" ")[0].lower()


def _bits(column_type: str) -> int:
    return int(column_type.partition("(")[2].rstrip(")") or 1)
