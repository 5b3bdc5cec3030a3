"""A stand-in for a warehouse: a DuckDB that understands a statement only if the engine's own grammar does.

Each statement is read in the engine's SQL by sqlglot, with errors raised, and run in DuckDB. What stands behind a
driver's interface is no part of Assay; the interface itself is given by `drivers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

CATALOGUE = "memory.catalogue"
_VIEWS = """
CREATE SCHEMA catalogue;
CREATE TABLE spelled (found VARCHAR, told VARCHAR);
CREATE VIEW catalogue.schemata AS
SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'shop' AND NOT internal;
CREATE VIEW catalogue.views AS SELECT schema_name AS table_schema, view_name AS table_name, sql AS view_definition
FROM duckdb_views() WHERE database_name = 'shop' AND NOT internal;
CREATE VIEW catalogue.tables AS
SELECT schema_name AS table_schema, table_name, 'BASE TABLE' AS table_type, comment, estimated_size AS row_count,
       estimated_size * 8 AS bytes
FROM duckdb_tables() WHERE database_name = 'shop'
UNION ALL SELECT schema_name, view_name, 'VIEW', comment, NULL, NULL
FROM duckdb_views() WHERE database_name = 'shop' AND NOT internal;
CREATE VIEW catalogue.columns AS
SELECT schema_name AS table_schema, table_name, column_name, column_index AS ordinal_position, coalesce(told, data_type)
       AS data_type, coalesce(told, data_type) AS full_data_type, if(is_nullable, 'YES', 'NO') AS is_nullable,
       column_default, comment, numeric_precision, numeric_scale, NULL::INTEGER AS character_maximum_length
FROM duckdb_columns() LEFT JOIN spelled ON found = regexp_replace(data_type, '\\(.*', '') WHERE database_name = 'shop';
CREATE VIEW catalogue.key_parts AS
SELECT schema_name, table_name, constraint_name, constraint_type, referenced_table,
       unnest(constraint_column_names) AS part, generate_subscripts(constraint_column_names, 1) AS place,
       unnest(referenced_column_names) AS parent_part
FROM duckdb_constraints() WHERE database_name = 'shop' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY');
CREATE VIEW catalogue.key_column_usage AS
SELECT k.schema_name AS table_schema, k.table_name, k.schema_name AS constraint_schema, k.constraint_name,
       k.part AS column_name, k.place AS ordinal_position, p.place AS position_in_unique_constraint,
       p.constraint_name AS unique_constraint_name
FROM catalogue.key_parts k LEFT JOIN catalogue.key_parts p ON k.constraint_type = 'FOREIGN KEY'
    AND p.constraint_type = 'PRIMARY KEY' AND p.table_name = k.referenced_table AND p.part = k.parent_part;
CREATE VIEW catalogue.table_constraints AS
SELECT DISTINCT schema_name AS constraint_schema, constraint_name, table_name, constraint_type FROM catalogue.key_parts;
CREATE VIEW catalogue.referential_constraints AS
SELECT DISTINCT constraint_schema, constraint_name, constraint_schema AS unique_constraint_schema,
       unique_constraint_name FROM catalogue.key_column_usage WHERE unique_constraint_name IS NOT NULL;
CREATE VIEW catalogue.constraint_column_usage AS
SELECT constraint_name, schema_name AS table_schema, referenced_table AS table_name FROM catalogue.key_parts;
CREATE VIEW catalogue.column_field_paths AS
SELECT table_name, column_name AS field_path, comment AS description FROM duckdb_columns() WHERE database_name = 'shop';
CREATE VIEW catalogue.__tables__ AS
SELECT table_name AS table_id, row_count, bytes AS size_bytes FROM catalogue.tables WHERE table_type = 'BASE TABLE';
CREATE VIEW catalogue.schemas AS
SELECT oid AS schema_id, schema_name AS name FROM duckdb_schemas() WHERE database_name = 'shop';
CREATE VIEW catalogue.partitions AS
SELECT table_oid AS object_id, 1 AS index_id, estimated_size AS rows FROM duckdb_tables() WHERE database_name = 'shop';
CREATE VIEW catalogue.fields AS
SELECT table_oid AS object_id, column_index AS column_id, column_name AS name, table_name FROM duckdb_columns();
CREATE VIEW catalogue.foreign_key_columns AS
SELECT hash(k.constraint_name) AS constraint_object_id, k.place AS constraint_column_id,
       own.object_id AS parent_object_id, own.column_id AS parent_column_id, theirs.object_id AS referenced_object_id,
       theirs.column_id AS referenced_column_id
FROM catalogue.key_parts k JOIN catalogue.fields own ON own.table_name = k.table_name AND own.name = k.part
JOIN catalogue.fields theirs ON theirs.table_name = k.referenced_table AND theirs.name = k.parent_part;
CREATE VIEW catalogue.objects AS
SELECT table_oid::UBIGINT AS object_id, schema_oid AS schema_id, table_name AS name FROM duckdb_tables()
WHERE database_name = 'shop'
UNION ALL SELECT DISTINCT hash(constraint_name), 0, constraint_name FROM catalogue.key_parts;
CREATE VIEW catalogue.pg_namespace AS SELECT schema_id AS oid, name AS nspname FROM catalogue.schemas;
CREATE VIEW catalogue.pg_class AS
SELECT table_name AS relname, schema_oid AS relnamespace, estimated_size::FLOAT AS reltuples FROM duckdb_tables()
WHERE database_name = 'shop';
"""
_SHOWN = """
SELECT schema_name, table_name, part AS column_name, place AS key_sequence, constraint_name FROM catalogue.key_parts
WHERE schema_name = $1 AND constraint_type = $2
"""
_SHOWN_REFERENCES = """
SELECT table_name AS fk_table_name, constraint_name AS fk_name, part AS fk_column_name, place AS key_sequence,
       schema_name AS pk_schema_name, referenced_table AS pk_table_name, parent_part AS pk_column_name
FROM catalogue.key_parts WHERE schema_name = $1 AND constraint_type = $2
"""
_SYSTEM = frozenset({"information_schema", "sys", "pg_catalog"})
_SHOW = {
    "PRIMARY KEYS": (_SHOWN, "PRIMARY KEY"),
    "UNIQUE KEYS": (_SHOWN, "UNIQUE"),
    "IMPORTED KEYS": (_SHOWN_REFERENCES, "FOREIGN KEY"),
}


@dataclass
class StandIn:
    """`types` says what the engine calls the types of DuckDB; the others keep their names."""

    dialect: str
    schema: str
    version: str
    types: Mapping[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    """All statements but those of `settings`, in their order."""
    settings: list[str] = field(default_factory=list)
    given: list[Mapping[str, Any]] = field(default_factory=list)
    """What the driver was called with, once for each session."""
    refusal: Exception | None = None
    """What the driver raises for who signs in."""

    closing: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        for close in self.closing:
            close()
        self.owner.close()

    def __post_init__(self) -> None:
        self.owner = duckdb.connect(config={"threads": 1})
        self.owner.execute(f"ATTACH ':memory:' AS shop; {_VIEWS}")
        self.owner.executemany("INSERT INTO spelled VALUES (?, ?)", list(self.types.items()) or [("", "")])
        self.owner.execute(f'CREATE SCHEMA IF NOT EXISTS shop."{self.schema}"')

    def sign_in(self, **given: Any) -> duckdb.DuckDBPyConnection:
        self.given.append(given)
        if self.refusal:
            raise self.refusal
        return self.owner.cursor()

    def run(self, session: duckdb.DuckDBPyConnection, sql: str) -> Any:
        """A stream of Arrow batches."""
        tree = sqlglot.parse_one(sql, read=self.dialect, error_level=ErrorLevel.RAISE)
        assert_only_reads(tree)
        self.sent.append(sql)
        if isinstance(tree, exp.Show):
            question, kind = _SHOW[tree.name]
            return session.execute(question, [tree.args["scope"].name, kind]).to_arrow_reader(2_048)
        return session.execute(self._in_duckdb(tree)).to_arrow_reader(2_048)

    def _in_duckdb(self, tree: exp.Expr) -> str:
        for node in reversed(list(tree.bfs())):
            here = self._here(node)
            if here is not node:
                node.replace(here)
        return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)

    def _here(self, node: exp.Expr) -> exp.Expr:
        match node:
            case exp.Table():
                return _table_here(node)
            case exp.TableSample():
                node.set("method", exp.var("BERNOULLI"))
            case exp.RegexpReplace():
                node.set("modifiers", exp.Literal.string("g"))
            case exp.CurrentVersion():
                return exp.Literal.string(self.version)
            case exp.Anonymous():
                return self._function(node)
        return _plain(node)

    def _function(self, node: exp.Anonymous) -> exp.Expr:
        """What sqlglot knows by its name alone."""
        match node.name.upper():
            case "CURRENT_VERSION" | "VERSION" | "SERVERPROPERTY":
                return exp.Literal.string(self.version)
            case "SWITCHOFFSET" | "AT_TIMEZONE":
                return exp.AtTimeZone(this=node.expressions[0].copy(), zone=exp.Literal.string("UTC"))
            case "DATALENGTH":
                return exp.Mul(this=exp.Length(this=_joined(node.expressions[0])), expression=exp.Literal.number(2))
        return node


def assert_only_reads(tree: exp.Expr | None) -> None:
    """It is one SELECT or SHOW, and all its names are quoted."""
    assert isinstance(tree, exp.Query | exp.Show)
    assert not list(tree.find_all(exp.DML, exp.DDL, exp.Command, exp.Into)) or isinstance(tree, exp.Query)
    named = (exp.Column, exp.Table, exp.TableAlias, exp.Alias, exp.CTE)
    bare = [name.sql() for name in tree.find_all(exp.Identifier) if isinstance(name.parent, named) and not name.quoted]
    assert bare == []


def _table_here(node: exp.Table) -> exp.Expr:
    """What engines tell of themselves stands in one schema here; BigQuery's names of it hold a dot."""
    schema, _, name = node.name.rpartition(".")
    if (schema or node.db).lower() in _SYSTEM or name == "__TABLES__":
        found = "fields" if (node.db, name) == ("sys", "columns") else name.lower()
        here = exp.table_(found, db="catalogue", catalog="memory", quoted=True)
        return exp.alias_(here, node.alias, table=True, quoted=True) if node.alias else here
    if node.db and not node.catalog:
        node.set("catalog", exp.to_identifier("shop"))
    return node


def _joined(text: exp.Expr) -> exp.Expr:
    """A plus between texts joins them."""
    joined = exp.Paren(this=text.copy())
    for plus in reversed(list(joined.find_all(exp.Add))):
        plus.replace(exp.DPipe(this=plus.this.copy(), expression=plus.expression.copy()))
    return joined


def _plain(node: exp.Expr) -> exp.Expr:
    """What only says how texts are kept: in DuckDB they all hold Unicode and compare by their bytes."""
    match node:
        case exp.National():
            return exp.Literal.string(node.this)
        case exp.Collate():
            kept: exp.Expr = node.this.copy()
            return kept
        case exp.DataType() if node.expressions and not node.is_type("decimal"):
            node.set("expressions", None)
    return node
