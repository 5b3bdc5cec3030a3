"""SQLite binds no value to the type of its column; what is read of it is exact all the same."""

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from domain.assets.model import AssetType, ForeignKey, FoundSchema
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.sources.base import ValueKind
from flows.sources.sqlite import open_sqlite

MAIN = Fqn.of("svc", "shop", "main")


async def described(path: Path, script: str) -> FoundSchema:
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.executescript(script)
    source = await open_sqlite(ConnectionSettings(path=str(path)), None, SourceSettings())
    try:
        return await source.describe_schema(MAIN)
    finally:
        await source.close()


@pytest.mark.parametrize(
    ("declared", "values", "kind", "read"),
    [
        ("INTEGER", "(9223372036854775807), (-1)", ValueKind.NUMBER, [-1, 9223372036854775807]),
        ("INTEGER", "(1), ('n/a')", ValueKind.TEXT, ["1", "n/a"]),
        ("REAL", "(0.1 + 0.2), (1e300)", ValueKind.NUMBER, [0.30000000000000004, 1e300]),
        ("NUMERIC(10, 2)", "(1.5), (2)", ValueKind.NUMBER, [1.5, 2.0]),
        ("BOOLEAN", "(0), (1)", ValueKind.BOOLEAN, [False, True]),
        ("BOOLEAN", "(0), (2)", ValueKind.TEXT, ["0", "2"]),
        ("DATE", "('2020-02-30')", ValueKind.TEXT, ["2020-02-30"]),
        ("TEXT", "('007'), ('é\n')", ValueKind.TEXT, ["007", "é\n"]),
        ("BLOB", "(x'00ff')", ValueKind.TEXT, ["blob:2:00FF"]),
        ("INTEGER", "(NULL)", ValueKind.NUMBER, [None]),
    ],
)
async def test_a_column_is_what_all_of_its_values_can_be(
    tmp_path: Path, declared: str, values: str, kind: ValueKind, read: list[object]
) -> None:
    path = tmp_path / "shop.db"
    await described(path, f"CREATE TABLE t (v {declared}); INSERT INTO t VALUES {values};")

    source = await open_sqlite(ConnectionSettings(path=str(path)), None, SourceSettings())
    with duckdb.connect() as local:
        copied = await source.copy_into(local, "copied", await source.describe_table(MAIN.child("t")), None)
        rows = [value for (value,) in local.execute("SELECT c1 FROM copied ORDER BY c1").fetchall()]
    await source.close()

    assert ([column.kind for column in copied.columns], rows) == ([kind], read)


async def test_keys_and_views_are_described(tmp_path: Path) -> None:
    schema = await described(
        tmp_path / "shop.db",
        """CREATE TABLE parent (b TEXT, a INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE TABLE child (id INTEGER PRIMARY KEY, a INTEGER NOT NULL DEFAULT 7, b TEXT, UNIQUE (b, id),
            FOREIGN KEY (a, b) REFERENCES parent);
        CREATE UNIQUE INDEX computed ON child (lower(b));
        CREATE VIEW latest AS SELECT id FROM child;
        CREATE VIEW torn AS SELECT id FROM gone;
        INSERT INTO child VALUES (5, 1, 'x');""",
    )

    tables = {table.fqn.name: table for table in schema.tables}
    child, parent = tables["child"], tables["parent"]
    assert (parent.primary_key, parent.estimated_rows) == (("a", "b"), None)
    assert (child.primary_key, child.unique_keys, child.estimated_rows) == (("id",), (("b", "id"),), 5)
    assert child.foreign_keys == (ForeignKey("parent_0", ("a", "b"), MAIN.child("parent"), ("a", "b")),)
    assert [(column.name, column.nullable, column.default) for column in child.columns] == [
        ("id", False, None),
        ("a", False, "7"),
        ("b", True, None),
    ]
    assert (tables["latest"].type, tables["latest"].definition) == (
        AssetType.VIEW,
        "CREATE VIEW latest AS SELECT id FROM child",
    )
    assert (tables["torn"].type, tables["torn"].columns) == (AssetType.VIEW, ())
