"""What every source does alike, whatever its engine."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from domain.connections.kinds import KINDS
from domain.connections.model import ConnectionKind
from flows.failures import SourceUnreachable, TableFailed
from flows.sources.base import Coverage, Sample, ValueKind
from flows.sources.dialect import quote_name, quote_table
from flows.sources.registry import OPENERS
from tests.fixtures.postgres import PostgresServer
from tests.flows.sources.engines import (
    CsvFolder,
    DuckDb,
    Engine,
    InWarehouse,
    JsonFolder,
    MariaDb,
    ParquetFolder,
    Postgres,
    Sqlite,
    opened,
)
from tests.flows.sources.source_database import fresh_source_database
from tests.flows.sources.warehouses.drivers import DRIVERS, stand_in_for

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

FILES: Mapping[str, Callable[[Path], Engine]] = {
    "sqlite": Sqlite,
    "duckdb": DuckDb,
    "csv": CsvFolder,
    "parquet": ParquetFolder,
    "json": JsonFolder,
}
ORDERS = {"id": "integer", "place": "varchar(20)"}
THREE = [(1, "rome"), (2, "Österås"), (3, None)]


@pytest.fixture(params=["postgresql", "mariadb", *DRIVERS, *FILES])
async def engine(
    request: pytest.FixtureRequest, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    match request.param:
        case ConnectionKind():
            with closing(stand_in_for(request.param, monkeypatch)) as stand_in:
                yield InWarehouse(request.param, stand_in)
        case "postgresql":
            yield Postgres(await fresh_source_database(postgres))
        case "mariadb":
            yield MariaDb(request.getfixturevalue("mariadb"))
        case file:
            yield FILES[file](tmp_path)


def test_every_kind_of_connection_has_a_source_and_says_what_it_can() -> None:
    assert set(OPENERS) == set(KINDS) == set(ConnectionKind)


async def test_check_says_what_the_source_is(engine: Engine) -> None:
    async with opened(engine) as source:
        assert (await source.check()).startswith(engine.system)
        assert source.address == (await engine.settings()).address


async def test_a_schema_is_described_with_its_tables_and_columns(engine: Engine) -> None:
    await engine.make("orders", ORDERS, THREE)
    await engine.make("customers", {"id": "integer"}, [(1,)])

    async with opened(engine) as source:
        schemas = await source.schemas()
        described = await source.describe_schema(engine.schema)
        alone = await source.describe_table(engine.schema.child("orders"))

    assert schemas == [engine.schema.name]
    assert [table.fqn.name for table in described.tables] == ["customers", "orders"]
    assert [(column.name, column.position) for column in alone.columns] == [("id", 1), ("place", 2)]
    assert alone.fqn == described.tables[1].fqn
    assert alone.columns == described.tables[1].columns
    assert (alone.estimated_rows is not None) is KINDS[engine.kind].capabilities.estimates


async def test_all_rows_are_copied_with_their_values(engine: Engine) -> None:
    await engine.make("orders", ORDERS, THREE)

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("orders"))
        with duckdb.connect() as local:
            copied = await source.copy_into(local, "copied", table, None)
            rows = local.execute("FROM copied ORDER BY ALL").fetchall()

    assert (copied.rows, copied.population, copied.coverage) == (3, 3, Coverage.ALL)
    assert [(column.name, column.kind) for column in copied.columns] == [
        ("id", ValueKind.NUMBER),
        ("place", ValueKind.TEXT),
    ]
    assert rows == THREE


async def test_a_sample_is_drawn_by_its_seed(engine: Engine) -> None:
    await engine.make("orders", ORDERS, ((number, f"place {number % 7}") for number in range(20_000)))
    drawn = []

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("orders"))
        for seed in (1, 1, 2):
            with duckdb.connect() as local:
                copied = await source.copy_into(local, "copied", table, Sample(2_000, seed))
                drawn.append(sorted(local.execute("SELECT c1 FROM copied").fetchall()))

    assert (drawn[0] == drawn[1]) is KINDS[engine.kind].capabilities.repeatable_samples
    assert drawn[1] != drawn[2]
    assert 1_000 < len(drawn[0]) < 8_000
    assert 19_000 < copied.population < 21_000
    sampled = Coverage.BLOCKS if KINDS[engine.kind].capabilities.block_sampling else Coverage.ROWS
    assert copied.coverage is sampled


async def test_a_table_that_fits_into_its_sample_is_read_whole(engine: Engine) -> None:
    await engine.make("orders", ORDERS, THREE)

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("orders"))
        with duckdb.connect() as local:
            copied = await source.copy_into(local, "copied", table, Sample(100, 1))

    assert (copied.rows, copied.coverage) == (3, Coverage.ALL)


async def test_a_table_without_rows_has_its_columns(engine: Engine) -> None:
    rows = [(None, None)] if isinstance(engine, JsonFolder) else []  # without documents JSON has no columns
    await engine.make("orders", ORDERS, rows)

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("orders"))
        with duckdb.connect() as local:
            copied = await source.copy_into(local, "copied", table, None)

    assert [column.name for column in copied.columns] == ["id", "place"]
    assert copied.rows == len(rows)


@pytest.mark.parametrize("name", ['or"ders', "o.r.d'ers", "select", "größe 表", "*[a-z]?.x", "temp", "$1 --"])
async def test_odd_names_are_only_names(engine: Engine, name: str) -> None:
    odd = 'c "1".x'
    if engine.kind is ConnectionKind.BIGQUERY:  # where a dot parts names, even between quotes
        name, odd = name.replace(".", "-"), odd.replace(".", "-")
    await engine.make("other", {"id": "integer"}, [(number,) for number in range(9)])
    await engine.make(name, {odd: "integer", "select": "varchar(20)"}, [(7, "x")])

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child(name))
        column = quote_name(table.columns[0].name)
        rows = await source.fetch(f"SELECT count(*) AS n, max({column}) AS m FROM {quote_table(table.fqn)}")
        with duckdb.connect() as local:
            copied = await source.copy_into(local, "copied", table, None)

    assert [column.name for column in copied.columns] == [odd, "select"]
    assert [(row["n"], str(row["m"])) for row in rows] == [(1, "7")]
    assert copied.rows == 1


async def test_questions_are_answered_by_name(engine: Engine) -> None:
    await engine.make("orders", ORDERS, THREE)
    fqn = quote_table(engine.schema.child("orders"))

    async with opened(engine) as source:
        (row,) = await source.fetch(
            f"SELECT count(*) AS rows, count(*) FILTER (WHERE child.place IS NULL) AS missing "
            f"FROM {fqn} AS child WHERE EXISTS (SELECT 1 FROM {fqn} AS parent WHERE parent.id = child.id)"
        )

    assert dict(row) == {"rows": 3, "missing": 1}


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "INSERT INTO {} VALUES (4, 'x')", "DROP TABLE {}"])
async def test_nothing_can_be_written(engine: Engine, statement: str) -> None:
    await engine.make("orders", ORDERS, THREE)
    fqn = quote_table(engine.schema.child("orders"))

    async with opened(engine) as source:
        with pytest.raises(TableFailed):
            await source.fetch(statement.format(fqn))
        (row,) = await source.fetch(f"SELECT count(*) AS rows FROM {fqn}")

    assert row["rows"] == 3


@pytest.mark.parametrize(
    "engine", ["postgresql", "mariadb", *DRIVERS, *sorted(FILES.keys() - {"duckdb"})], indirect=True
)
async def test_a_table_that_is_dropped_meanwhile_fails_alone(engine: Engine) -> None:
    """Nobody can drop a table of a DuckDB file that is being read."""
    await engine.make("orders", ORDERS, THREE)
    await engine.make("other", ORDERS, THREE)

    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("orders"))
        other = await source.describe_table(engine.schema.child("other"))
        await engine.drop("orders")
        with duckdb.connect() as local:
            with pytest.raises(TableFailed, match="orders"):
                await source.copy_into(local, "copied", table, None)
            with pytest.raises(TableFailed, match=r"orders does not exist"):
                await source.describe_table(table.fqn)
            copied = await source.copy_into(local, "copied", other, None)

    assert copied.rows == 3


async def test_a_statement_that_takes_too_long_is_ended(engine: Engine) -> None:
    await engine.make("orders", ORDERS, ((number, "x") for number in range(3_000)))

    async with opened(engine, statement_timeout_seconds=1) as source:
        began = time.monotonic()
        with pytest.raises(TableFailed, match=r"source\.statement_timeout_seconds"):
            await source.fetch(_endless(engine))
        seconds = time.monotonic() - began
        (row,) = await source.fetch(f"SELECT count(*) AS rows FROM {quote_table(engine.schema.child('orders'))}")

    assert seconds < 8
    assert row["rows"] == 3_000


async def test_a_cancelled_statement_ends_and_leaves_the_source_usable(engine: Engine) -> None:
    await engine.make("orders", ORDERS, ((number, "x") for number in range(3_000)))

    async with opened(engine) as source:
        asked = asyncio.create_task(source.fetch(_endless(engine)))
        done, _ = await asyncio.wait([asked], timeout=0.5)
        began = time.monotonic()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        seconds = time.monotonic() - began
        (row,) = await source.fetch(f"SELECT count(*) AS rows FROM {quote_table(engine.schema.child('orders'))}")

    assert (done, row["rows"]) == (set(), 3_000)
    assert seconds < 5


def _endless(engine: Engine) -> str:
    """2.7e10 combinations of rows, which no index spares."""
    name = quote_table(engine.schema.child("orders"))
    return f"SELECT count(*) AS n FROM {name} a, {name} b, {name} c WHERE length(a.place || b.place || c.place) < 0"


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
async def test_a_source_that_is_not_there_is_named(make: Callable[[Path], Engine], tmp_path: Path) -> None:
    engine = make(tmp_path)
    (tmp_path / "shop").rename(tmp_path / "elsewhere")

    with pytest.raises(SourceUnreachable, match=r"shop cannot be reached: there is no such f(ile|older)"):
        async with opened(engine):
            raise AssertionError("it cannot open")


@pytest.mark.parametrize("make", [Sqlite, DuckDb])
async def test_a_file_of_another_kind_is_refused(make: type[Sqlite], tmp_path: Path) -> None:
    engine = make(tmp_path)
    engine.path.write_text("this is no database, " * 500)

    with pytest.raises(SourceUnreachable, match=r"shop cannot be reached: it is no (SQLite|DuckDB) database"):
        async with opened(engine):
            raise AssertionError("it cannot open")
