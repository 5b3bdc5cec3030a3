"""Reads a PostgreSQL table whole, with what the catalogue says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from domain.fqn import Fqn
from tests.flows.profiling.reference.values import Column, read_column

_RELATION = """
SELECT c.oid, c.relkind IN ('v', 'm') AS is_view,
       CASE WHEN c.relkind = 'p' THEN (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid))::bigint
            WHEN c.relkind <> 'v' THEN pg_total_relation_size(c.oid) END AS size_bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
"""
_COLUMNS = """
WITH RECURSIVE beneath AS (
    SELECT attnum AS place, attname AS name, format_type(atttypid, atttypmod) AS declared, atttypid AS id,
           atttypmod AS m
    FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT b.place, b.name, b.declared, t.typbasetype, t.typtypmod
    FROM beneath b JOIN pg_type t ON t.oid = b.id AND t.typtype = 'd'
)
SELECT name, declared, format_type(id, m) AS base, typtype = 'e' AS is_enum
FROM beneath b JOIN pg_type t ON t.oid = b.id WHERE typtype <> 'd' ORDER BY place
"""
_KEYS = """
SELECT i.indisprimary AS is_primary, array_agg(a.attname::text ORDER BY k.place) AS columns
FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, i.indexrelid
"""


@dataclass(frozen=True, slots=True)
class ReadTable:
    fqn: Fqn
    is_view: bool
    size_bytes: int | None
    rows: int
    columns: Sequence[Column]
    primary_key: tuple[str, ...] = ()
    declared_keys: Sequence[tuple[str, ...]] = ()
    """The primary one first."""

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


async def read_table(connection: asyncpg.Connection, fqn: Fqn) -> ReadTable:
    schema, name = fqn.parts[-2:]
    relation = await connection.fetchrow(_RELATION, schema, name)
    found = await connection.fetch(_COLUMNS, relation["oid"])
    keys = await connection.fetch(_KEYS, relation["oid"])
    texts = "".join(f", {_as_text(_quoted(column['name']), column['base'])}" for column in found)
    rows = await connection.fetch(f"SELECT 1{texts} FROM {_quoted(schema)}.{_quoted(name)}")
    columns = [
        read_column(
            column["name"],
            column["declared"],
            column["base"],
            [row[place] for row in rows],
            is_enum=column["is_enum"],
        )
        for place, column in enumerate(found, start=1)
    ]
    return ReadTable(
        fqn=fqn,
        is_view=relation["is_view"],
        size_bytes=relation["size_bytes"],
        rows=len(rows),
        columns=columns,
        primary_key=next((tuple(key["columns"]) for key in keys if key["is_primary"]), ()),
        declared_keys=[tuple(key["columns"]) for key in keys],
    )


def _as_text(name: str, base_type: str) -> str:
    """As the server writes the value; a cast would write the mask of a single host, too."""
    return f"CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END" if base_type == "inet" else f"{name}::text"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
