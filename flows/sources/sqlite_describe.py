"""From SQLite's catalogue to what its schema holds. Every answer comes as text."""

# ruff: noqa: S608 - every name is quoted where it enters the text

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import duckdb

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.sources.base import Row
from flows.sources.dialect import quote_name, quote_text
from flows.sources.door import Hope

Ask = Callable[[str], Sequence[Row]]

SCHEMA = "main"
_TABLES = """
SELECT name, type, sql FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' {only} ORDER BY name
"""
_UNIQUE = """
SELECT list.name AS key, info.name AS name FROM pragma_index_list({table}) list
JOIN pragma_index_info(list.name) info WHERE list."unique" AND NOT list.partial AND list.origin <> 'pk'
ORDER BY list.seq, info.seqno
"""
_REFERENCES = """
SELECT id, "table" AS parent, "from" AS own, coalesce("to", '') AS theirs
FROM pragma_foreign_key_list({table}) ORDER BY id, seq
"""


def describe(ask: Ask, schema: Fqn, only: str | None) -> list[FoundTable]:
    wanted = "" if only is None else f"AND name = {quote_text(only)}"
    return [_table(ask, schema, row) for row in ask(_TABLES.format(only=wanted))]


def hope_of(declared: str) -> Hope | None:
    """What SQLite's rules of affinity make of a declared type, and the names that people give to moments."""
    spelled = declared.upper()
    if "BOOL" in spelled:
        return Hope.BOOLEAN
    if "DATE" in spelled or "TIMESTAMP" in spelled:
        return Hope.MOMENT
    if any(word in spelled for word in ("CHAR", "CLOB", "TEXT", "BLOB")) or not spelled:
        return None
    return Hope.NUMBER


def _table(ask: Ask, schema: Fqn, row: Row) -> FoundTable:
    name = str(row["name"])
    is_view = row["type"] == "view"
    columns, key = _columns(ask, name)
    return FoundTable(
        fqn=schema.child(name),
        type=AssetType.VIEW if is_view else AssetType.TABLE,
        columns=columns,
        primary_key=key,
        unique_keys=_unique_keys(ask, name),
        foreign_keys=_foreign_keys(ask, schema, name),
        estimated_rows=None if is_view else _estimated_rows(ask, name),
        definition=row["sql"] if is_view else None,
    )


def _columns(ask: Ask, table: str) -> tuple[tuple[FoundColumn, ...], tuple[str, ...]]:
    """With the primary key. A view that refers to what is gone has none, and fails when it is read."""
    try:
        rows = ask(f"SELECT * FROM pragma_table_xinfo({quote_text(table)}) WHERE hidden <> '1' ORDER BY cid + 0")
    except duckdb.Error:
        return (), ()
    in_key = sorted((row for row in rows if row["pk"] != "0"), key=lambda row: int(row["pk"]))
    return tuple(_column(row) for row in rows), tuple(row["name"] for row in in_key)


def _column(row: Row) -> FoundColumn:
    return FoundColumn(
        name=row["name"],
        position=int(row["cid"]) + 1,
        data_type=row["type"] or "ANY",
        nullable=row["notnull"] == "0" and row["pk"] == "0",
        default=row["dflt_value"],
    )


def _unique_keys(ask: Ask, table: str) -> tuple[tuple[str, ...], ...]:
    """A key with a computed part, which has no name, guarantees less."""
    rows = ask(_UNIQUE.format(table=quote_text(table)))
    keys = [tuple(row["name"] for row in group) for _, group in groupby(rows, key=lambda row: row["key"])]
    return tuple(dict.fromkeys(key for key in keys if None not in key))


def _foreign_keys(ask: Ask, schema: Fqn, table: str) -> tuple[ForeignKey, ...]:
    rows = ask(_REFERENCES.format(table=quote_text(table)))
    return tuple(_foreign_key(ask, schema, list(group)) for _, group in groupby(rows, key=lambda row: row["id"]))


def _foreign_key(ask: Ask, schema: Fqn, rows: Sequence[Row]) -> ForeignKey:
    """Without named columns it refers to the primary key."""
    parent = str(rows[0]["parent"])
    theirs = tuple(row["theirs"] for row in rows)
    return ForeignKey(
        name=f"{parent}_{rows[0]['id']}",
        columns=tuple(row["own"] for row in rows),
        referenced_table=schema.child(parent),
        referenced_columns=theirs if all(theirs) else _columns(ask, parent)[1],
    )


def _estimated_rows(ask: Ask, table: str) -> int | None:
    """The highest row number is found without reading; rows that were deleted make it too high."""
    try:
        highest = ask(f"SELECT max(rowid) AS highest FROM {quote_name(table)}")[0]["highest"]
    except duckdb.Error:
        return None
    return int(highest or 0)
