"""What each engine's catalogue says becomes tables with their columns, keys and references."""

from collections.abc import Callable

import pytest

from domain.assets.model import AssetType, ForeignKey
from domain.connections.model import ConnectionKind
from flows.sources.warehouses.engines import WAREHOUSES
from flows.sources.warehouses.warehouse import plain_name
from tests.flows.sources.engines import InWarehouse, opened

EngineOf = Callable[[ConnectionKind], InWarehouse]
SHOP = """
CREATE TABLE shop.{0}.parent (id integer, place varchar, PRIMARY KEY (place, id));
CREATE TABLE shop.{0}.child (id integer PRIMARY KEY, code varchar NOT NULL UNIQUE, parent_place varchar,
    parent_id integer, FOREIGN KEY (parent_place, parent_id) REFERENCES {0}.parent (place, id));
CREATE TABLE shop.{0}.other (child_id integer REFERENCES {0}.child (id), price decimal(5, 2));
CREATE VIEW shop.{0}.seen AS SELECT id FROM shop.{0}.child;
"""
NO_UNIQUE_KEYS = {ConnectionKind.BIGQUERY, ConnectionKind.TRINO}


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_keys_and_references_are_read_with_their_columns_in_order(
    kind: ConnectionKind, engine_of: EngineOf
) -> None:
    engine = engine_of(kind)
    engine.stand_in.owner.execute("USE shop")
    engine.stand_in.owner.execute(SHOP.format(f'"{engine.schema.name}"'))

    async with opened(engine) as source:
        tables = {table.fqn.name: table for table in (await source.describe_schema(engine.schema)).tables}

    has_keys = kind is not ConnectionKind.TRINO
    child, other, parent = tables["child"], tables["other"], tables["parent"]
    assert list(tables) == ["child", "other", "parent", "seen"]
    assert [column.nullable for column in child.columns] == [False, False, True, True]
    assert (child.primary_key, parent.primary_key) == ((("id",), ("place", "id")) if has_keys else ((), ()))
    assert child.unique_keys == (() if kind in NO_UNIQUE_KEYS else (("code",),))
    assert [_columns(key) for key in child.foreign_keys] == (
        [(("parent_place", "parent_id"), engine.schema.child("parent"), ("place", "id"))]
        if has_keys and kind is not ConnectionKind.REDSHIFT
        else []
    )
    assert [_columns(key) for key in other.foreign_keys] == (
        [(("child_id",), engine.schema.child("child"), ("id",))] if has_keys else []
    )
    assert (tables["seen"].type, tables["seen"].estimated_rows) == (AssetType.VIEW, None)
    assert "SELECT id FROM" in (tables["seen"].definition or "")


def _columns(key: ForeignKey) -> tuple[object, ...]:
    return key.columns, key.referenced_table, key.referenced_columns


@pytest.mark.parametrize(
    ("data_type", "plain"),
    [
        ("NUMBER(38,0)", "number"),
        ("ARRAY<STRUCT<a INT64>>", "array"),
        ("timestamp(6) with time zone", "timestamp with time zone"),
        ("decimal(10, 2)", "decimal"),
        ("row(a bigint, b varchar(10))", "row"),
        ("character varying", "character varying"),
    ],
)
def test_a_type_is_known_by_its_name_alone(data_type: str, plain: str) -> None:
    assert plain_name(data_type) == plain
