"""From the catalogue of an attached DuckDB database to what its schemas hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundTable
from domain.fqn import Fqn

Facts = Mapping[str, Sequence[tuple[Any, ...]]]
"""Rows of the catalogue, by their table."""

_SCHEMAS = """
SELECT schema_name FROM duckdb_schemas() WHERE database_name = $1 AND (NOT internal OR schema_name = 'main' OR $2)
ORDER BY schema_name
"""
_TABLES = """
SELECT table_name, comment, estimated_size, NULL AS definition FROM duckdb_tables()
WHERE database_name = $1 AND schema_name = $2 AND table_name = coalesce($3, table_name)
UNION ALL
SELECT view_name, comment, NULL, sql FROM duckdb_views()
WHERE database_name = $1 AND schema_name = $2 AND view_name = coalesce($3, view_name) ORDER BY ALL
"""
_COLUMNS = """
SELECT table_name, column_name, column_index, data_type, is_nullable, column_default, comment FROM duckdb_columns()
WHERE database_name = $1 AND schema_name = $2 AND table_name = coalesce($3, table_name)
ORDER BY table_name, column_index
"""
_CONSTRAINTS = """
SELECT table_name, constraint_type, constraint_column_names, constraint_text, referenced_table,
       referenced_column_names, constraint_name
FROM duckdb_constraints()
WHERE database_name = $1 AND schema_name = $2 AND table_name = coalesce($3, table_name)
ORDER BY table_name, constraint_index
"""


def schema_names(engine: duckdb.DuckDBPyConnection, door: str, *, with_system: bool) -> list[str]:
    return [name for (name,) in engine.execute(_SCHEMAS, [door, with_system]).fetchall()]


def describe(engine: duckdb.DuckDBPyConnection, door: str, schema: Fqn, only: str | None) -> list[FoundTable]:
    where = [door, schema.name, only]
    columns = _by_table(engine, _COLUMNS, where)
    constraints = _by_table(engine, _CONSTRAINTS, where)
    return [_table(schema, row, columns, constraints) for row in engine.execute(_TABLES, where).fetchall()]


def _by_table(engine: duckdb.DuckDBPyConnection, sql: str, where: Sequence[str | None]) -> Facts:
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for table, *facts in engine.execute(sql, list(where)).fetchall():
        found[table].append(tuple(facts))
    return found


def _table(schema: Fqn, row: tuple[Any, ...], columns: Facts, constraints: Facts) -> FoundTable:
    name, comment, rows, definition = row
    declared = constraints.get(name, ())
    keys = {kind: [tuple(own) for found, own, *_ in declared if found == kind] for kind in ("PRIMARY KEY", "UNIQUE")}
    return FoundTable(
        fqn=schema.child(name),
        type=AssetType.TABLE if definition is None else AssetType.VIEW,
        columns=tuple(_column(*facts) for facts in columns.get(name, ())),
        comment=comment,
        primary_key=next(iter(keys["PRIMARY KEY"]), ()),
        unique_keys=tuple(dict.fromkeys(keys["UNIQUE"])),
        foreign_keys=tuple(_foreign_key(schema, facts) for facts in declared if facts[0] == "FOREIGN KEY"),
        check_constraints=tuple(facts[2] for facts in declared if facts[0] == "CHECK"),
        estimated_rows=rows,
        definition=definition,
    )


def _column(
    name: str, position: int, data_type: str, is_nullable: bool, default: str | None, comment: str | None
) -> FoundColumn:
    return FoundColumn(name, position, data_type, is_nullable, default, comment)


def _foreign_key(schema: Fqn, facts: tuple[Any, ...]) -> ForeignKey:
    _, columns, _, parent, theirs, name = facts
    return ForeignKey(name, tuple(columns), schema.child(parent), tuple(theirs))
