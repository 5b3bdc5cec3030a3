"""The statements that describe a database, as far as the standard's information schema goes."""

from __future__ import annotations

from flows.sources.warehouses.warehouse import Question

_TABLES = """
SELECT t.table_name AS relation, t.table_type AS kind, v.view_definition AS definition, {facts}
FROM {at}.tables AS t
LEFT JOIN {at}.views AS v ON v.table_schema = t.table_schema AND v.table_name = t.table_name {more}
WHERE t.table_schema = :schema
"""
_COLUMNS = """
SELECT c.table_name AS relation, c.column_name AS name, c.ordinal_position AS place, c.is_nullable AS nullable,
       c.column_default AS default_value, {facts}
FROM {at}.columns AS c {more}
WHERE c.table_schema = :schema
"""
_KEYS = """
SELECT k.table_name AS relation, k.constraint_name AS name, c.constraint_type AS kind, k.column_name AS part,
       k.ordinal_position AS place
FROM {at}.key_column_usage AS k
JOIN {at}.table_constraints AS c ON c.constraint_schema = k.constraint_schema
    AND c.constraint_name = k.constraint_name AND c.table_name = k.table_name
WHERE k.table_schema = :schema AND c.constraint_type IN ('PRIMARY KEY', 'UNIQUE')
"""
_FOREIGN_KEYS = """
SELECT own.table_name AS relation, own.constraint_name AS name, own.column_name AS part, own.ordinal_position AS place,
       theirs.table_schema AS parent_schema, theirs.table_name AS parent, theirs.column_name AS parent_part
FROM {at}.referential_constraints AS r
JOIN {at}.key_column_usage AS own ON own.constraint_schema = r.constraint_schema
    AND own.constraint_name = r.constraint_name
JOIN {at}.key_column_usage AS theirs ON theirs.constraint_schema = r.unique_constraint_schema
    AND theirs.constraint_name = r.unique_constraint_name
    AND theirs.ordinal_position = own.position_in_unique_constraint
WHERE own.table_schema = :schema
"""
SIZED = """c.data_type AS data_type, c.numeric_precision AS digits, c.numeric_scale AS scale,
       c.character_maximum_length AS length"""
"""A type in parts, from which `numeric(5,2)` is put together."""


def keys_in(at: str) -> Question:
    return Question(_KEYS.format(at=at))


def foreign_keys_in(at: str) -> Question:
    return Question(_FOREIGN_KEYS.format(at=at))


def schemas_in(at: str) -> str:
    return f"SELECT schema_name AS name FROM {at}.schemata"  # noqa: S608 - a constant of ours


def tables_in(at: str, facts: str, more: str = "") -> str:
    """`facts` are `comment`, `estimated_rows` and `size_bytes`, where the engine tells them; `more` joins for them."""
    return _TABLES.format(at=at, facts=facts, more=more)


def columns_in(at: str, facts: str, more: str = "") -> str:
    """`facts` are `data_type` and what the engine tells beside it."""
    return _COLUMNS.format(at=at, facts=facts, more=more)
