"""A stand-in for a warehouse: a DuckDB that understands a statement only if the engine's own grammar does.

Each statement is read in the engine's SQL by sqlglot, with errors raised, and run in DuckDB. What stands behind a
driver's interface is no part of Assay; the interface itself is given by `drivers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
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
        (tree,) = sqlglot.parse(sql, read=self.dialect, error_level=ErrorLevel.RAISE)
        assert isinstance(tree, exp.Query | exp.Show), f"not to be sent to a source: {sql}"
        self.sent.append(sql)
        if isinstance(tree, exp.Show):
            question, kind = _SHOW[tree.name]
            return session.execute(question, [tree.args["scope"].name, kind]).to_arrow_reader(2_048)
        return session.execute(self._in_duckdb(tree)).to_arrow_reader(2_048)

    def _in_duckdb(self, tree: exp.Expr) -> str:
        return tree.transform(self._here).sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)

    def _here(self, node: exp.Expr) -> exp.Expr:
        match node:
            case exp.Table() if node.db and node.db.lower() == "information_schema":
                here = exp.table_(node.name.lower(), db="catalogue", catalog="memory", quoted=True)
                return exp.alias_(here, node.alias, table=True) if node.alias else here
            case exp.Table() if node.db and not node.catalog:
                node.set("catalog", exp.to_identifier("shop"))
            case exp.TableSample():
                node.set("method", exp.var("BERNOULLI"))
            case exp.CurrentVersion():
                return exp.Literal.string(self.version)
            case exp.Anonymous() if node.name.upper() in {"CURRENT_VERSION", "VERSION"}:
                return exp.Literal.string(self.version)
        return node
