"""What a declared type holds, whatever the engine calls it."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    UUID = "uuid"
    JSON = "json"
    BINARY = "binary"
    OTHER = "other"

    @property
    def is_number(self) -> bool:
        return self in {Kind.INTEGER, Kind.DECIMAL}

    @property
    def is_moment(self) -> bool:
        return self in {Kind.DATE, Kind.TIMESTAMP}


_FORMS = (
    (Kind.TIMESTAMP, r"timestamp|datetime"),
    (Kind.DATE, r"date\b"),
    (Kind.TIME, r"time\b|interval"),
    (Kind.BOOLEAN, r"bool|bit\(1\)"),
    (Kind.UUID, r"uuid|uniqueidentifier"),
    (Kind.JSON, r"json|xml|variant|map|struct"),
    (Kind.BINARY, r"bytea|blob|binary|varbinary|image"),
    (Kind.INTEGER, r"(small|big|tiny|medium|u)?int(eger)?[248]?\b|(small|big)?serial|year\b|hugeint|int64"),
    (Kind.DECIMAL, r"numeric|decimal|double|real|float|money|number"),
    (Kind.TEXT, r"character|n?varchar|n?char|bpchar|text|string|clob|citext|name\b|enum"),
)


def kind_of(declared_type: str) -> Kind:
    """OTHER for what is not known, such as a type of the database's own."""
    spelled = declared_type.strip().lower()
    return next((kind for kind, form in _FORMS if re.match(form, spelled)), Kind.OTHER)
