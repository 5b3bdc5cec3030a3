from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.profiles.model import ValueOrder
from flows.profiling.order import PROBED_ROWS, value_orders
from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
same_engine = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def table(*key: str) -> FoundTable:
    return FoundTable(Fqn.of("bank", "main", "public", "t"), AssetType.TABLE, (), primary_key=key)


def orders(
    engine: duckdb.DuckDBPyConnection, rows: str, *key: str, kind: ValueKind = ValueKind.NUMBER
) -> dict[str, ValueOrder | None]:
    engine.execute(f"CREATE OR REPLACE TEMP TABLE rows_read AS {rows}")
    (count,) = engine.execute("SELECT count(*) FROM rows_read").fetchone() or (0,)
    columns = (CopiedColumn("id", "c1", ValueKind.NUMBER), CopiedColumn("v", "c2", kind))
    return dict(value_orders(engine, table(*key), Copied(count, count, Coverage.ALL, NOW, columns)))


def by_hand(values: list[int]) -> ValueOrder | None:
    if len(values) < 2:
        return None
    steps = {(later > earlier) - (later < earlier) for earlier, later in pairwise(values)}
    names = {
        (0,): ValueOrder.CONSTANT,
        (1,): ValueOrder.ASCENDING,
        (0, 1): ValueOrder.NOT_DESCENDING,
        (-1,): ValueOrder.DESCENDING,
        (-1, 0): ValueOrder.NOT_ASCENDING,
    }
    return names.get(tuple(sorted(steps)), ValueOrder.NONE)


@same_engine
@given(values=st.lists(st.none() | st.integers(0, 3), max_size=8))
def test_values_are_ordered_as_plain_python_finds_them(
    engine: duckdb.DuckDBPyConnection, values: list[int | None]
) -> None:
    engine.execute("CREATE OR REPLACE TEMP TABLE listed AS SELECT $1::BIGINT[] AS values", [values])
    rows = "SELECT unnest(range(len(values))) AS c1, unnest(values) AS c2 FROM listed ORDER BY hash(c1)"

    found = orders(engine, rows, "id")

    assert found == {"v": by_hand([value for value in values if value is not None])}


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("c1 * 2", ValueKind.NUMBER, ValueOrder.ASCENDING),
        ("c1 // 2", ValueKind.NUMBER, ValueOrder.NOT_DESCENDING),
        ("(c1 * 10)::VARCHAR", ValueKind.NUMBER, ValueOrder.ASCENDING),
        ("TIMESTAMP '2026-01-01' - INTERVAL 1 DAY * c1", ValueKind.MOMENT, ValueOrder.DESCENDING),
        (f"if(c1 = {PROBED_ROWS + 7}, 0, c1)", ValueKind.NUMBER, ValueOrder.NONE),
        ("9007199254740992 + c1", ValueKind.NUMBER, ValueOrder.ASCENDING),
    ],
)
def test_what_few_rows_suggest_is_decided_by_all(
    engine: duckdb.DuckDBPyConnection, value: str, kind: ValueKind, expected: ValueOrder
) -> None:
    rows = f"SELECT c1, {value} AS c2 FROM (SELECT unnest(range({3 * PROBED_ROWS})) AS c1)"

    assert orders(engine, rows, "id", kind=kind) == {"v": expected}


@pytest.mark.parametrize("key", [(), ("elsewhere",), ("id", "elsewhere")])
def test_without_the_whole_key_nothing_is_ordered(engine: duckdb.DuckDBPyConnection, key: tuple[str, ...]) -> None:
    assert orders(engine, "SELECT 1 AS c1, 1 AS c2", *key) == {}


def test_texts_have_no_order(engine: duckdb.DuckDBPyConnection) -> None:
    assert orders(engine, "SELECT 1 AS c1, 'a' AS c2", "id", kind=ValueKind.TEXT) == {}


def test_2000_columns_are_put_in_order_in_little_memory() -> None:
    with duckdb.connect(config={"memory_limit": "128MB", "threads": 1}) as engine:
        values = ", ".join(f"{'i' if number % 2 else '-i'} AS c{number}" for number in range(2, 2001))
        engine.execute(f"CREATE TEMP TABLE rows_read AS SELECT i AS c1, {values} FROM range(1000) r(i)")
        columns = tuple(CopiedColumn(f"c{number}", f"c{number}", ValueKind.NUMBER) for number in range(1, 2001))

        found = value_orders(engine, table("c1"), Copied(1000, 1000, Coverage.ALL, NOW, columns))

    assert found == {
        f"c{number}": ValueOrder.ASCENDING if number % 2 else ValueOrder.DESCENDING for number in range(2, 2001)
    }
