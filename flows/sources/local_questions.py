"""Questions about a source's tables, asked of the DuckDB that reads it.

A question names tables as the source does. Here each name is replaced by a view of our own that reads the table, so
that names which DuckDB takes for one (it does not tell upper case from lower) or for its own stay apart.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import duckdb

from flows.failures import TableFailed
from flows.sources.base import Row
from flows.sources.door import Door

_CATALOGUE, _SCHEMA = "memory", "main"
_TREE = "SELECT json_serialize_sql(?::VARCHAR)"
_TEXT = "SELECT json_deserialize_sql(?::JSON)"


class LocalQuestions:
    def __init__(self, door: Door) -> None:
        self._door = door
        self._views: dict[tuple[str, str], str] = {}
        self._making = threading.Lock()

    def ask(self, engine: duckdb.DuckDBPyConnection, sql: str, arguments: tuple[object, ...]) -> list[Row]:
        answer = engine.execute(self._redirected(engine, sql), list(arguments))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _redirected(self, engine: duckdb.DuckDBPyConnection, sql: str) -> str:
        tree = json.loads(_one_text(engine, _TREE, sql))
        if tree["error"]:
            raise TableFailed("The statement cannot be read; it has to be one SELECT in DuckDB's SQL.")
        own_names = set(_names_given(tree["statements"]))
        for table in _tables(tree["statements"]):
            if not table["schema_name"] and table["table_name"] in own_names:
                continue
            view = self._view(engine, table["schema_name"], table["table_name"])
            table["alias"] = table["alias"] or table["table_name"]
            table["catalog_name"], table["schema_name"], table["table_name"] = _CATALOGUE, _SCHEMA, view
        return _one_text(engine, _TEXT, json.dumps(tree))

    def _view(self, engine: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        with self._making:
            if (schema, table) not in self._views:
                name = f"table_{len(self._views) + 1}"
                reading = self._door.reading(engine, schema, table)
                engine.execute(f"CREATE OR REPLACE VIEW {_CATALOGUE}.{_SCHEMA}.{name} AS {reading}")
                self._views[schema, table] = name
            return self._views[schema, table]


def _one_text(engine: duckdb.DuckDBPyConnection, sql: str, argument: str) -> str:
    row = engine.execute(sql, [argument]).fetchone()
    assert row is not None, "the question has one answer"
    return str(row[0])


def _tables(tree: object) -> Iterator[dict[str, Any]]:  # DuckDB's own JSON
    """The parts of a statement that name a table."""
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree
        for part in tree.values():
            yield from _tables(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _tables(part)


def _names_given(tree: object) -> Iterator[str]:
    """Names of a statement's own for parts of it, which are no tables of the source."""
    if isinstance(tree, dict):
        if isinstance(given := tree.get("cte_map"), dict):
            yield from (entry["key"] for entry in given["map"])
        for part in tree.values():
            yield from _names_given(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _names_given(part)
