import asyncio
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from flows.failures import TableFailed
from flows.sources.base import Copied, Coverage, Sample, ValueKind
from flows.sources.postgres import PostgresSource
from tests.flows.sources.source_database import PUBLIC, READER, READER_PASSWORD, SourceDatabase, until

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as engine:
        yield engine


async def _copy(
    source: PostgresSource, engine: duckdb.DuckDBPyConnection, table: str, sample: Sample | None = None
) -> tuple[Copied, list[tuple[Any, ...]]]:
    copied = await source.copy_into(engine, "copied", await source.describe_table(PUBLIC.child(table)), sample)
    rows = engine.execute("SELECT columns(*)::VARCHAR FROM copied").fetchall()
    engine.execute("DROP TABLE copied")
    return copied, rows


def attached(engine: duckdb.DuckDBPyConnection) -> int:
    """How many ways into a source the engine has open."""
    return len(engine.execute("FROM duckdb_databases() WHERE type = 'postgres'").fetchall())


@pytest.mark.parametrize(
    ("expression", "kind", "text"),
    [
        ("7::smallint", ValueKind.NUMBER, "7"),
        ("9223372036854775807::bigint", ValueKind.NUMBER, "9223372036854775807"),
        ("'NaN'::numeric(12, 2)", ValueKind.NUMBER, "NaN"),
        ("'Infinity'::numeric", ValueKind.NUMBER, "Infinity"),
        ("1.50::numeric", ValueKind.NUMBER, "1.5"),
        ("1.50::numeric(5, 2)", ValueKind.NUMBER, "1.50"),
        (f"{'1234567890' * 5}.25::numeric", ValueKind.NUMBER, f"{'1234567890' * 5}.25"),
        ("'NaN'::double precision", ValueKind.NUMBER, "nan"),
        ("'-Infinity'::real", ValueKind.NUMBER, "-inf"),
        ("true", ValueKind.BOOLEAN, "true"),
        ("'4713-01-01 BC'::date", ValueKind.MOMENT, "4713-01-01 (BC)"),
        ("'infinity'::date", ValueKind.MOMENT, "infinity"),
        ("'5874897-12-31'::date", ValueKind.MOMENT, "5874897-12-31"),
        ("'294276-12-31'::timestamp", ValueKind.MOMENT, "infinity"),
        ("'-infinity'::timestamptz", ValueKind.MOMENT, "-infinity"),
        ("'2024-06-01 12:00+02'::timestamptz", ValueKind.MOMENT, "2024-06-01 10:00:00"),
        ("'24:00'::time", ValueKind.OTHER, "24:00:00"),
        ("'1 year 2 days'::interval", ValueKind.OTHER, "1 year 2 days"),
        ("'{1,NULL,3}'::integer[]", ValueKind.OTHER, "{1,NULL,3}"),
        ("'[1,5)'::int4range", ValueKind.OTHER, "[1,5)"),
        ("""'{"a": 1}'::json""", ValueKind.OTHER, '{"a": 1}'),
        ("""'{"b":2,"a": 1}'::jsonb""", ValueKind.OTHER, '{"a": 1, "b": 2}'),
        ("'10.0.0.1'::inet", ValueKind.OTHER, "10.0.0.1"),
        ("point(1, 2)", ValueKind.OTHER, "(1,2)"),
        ("'abc'::char(6)", ValueKind.TEXT, "abc"),
        ("'sad'::mood", ValueKind.TEXT, "sad"),
        ("7::grade", ValueKind.NUMBER, "7"),
        ("'é\n\"''\t'::text", ValueKind.TEXT, "é\n\"'\t"),
        (
            "'\\x00ff'::bytea",
            ValueKind.OTHER,
            "sha256:06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8",
        ),
        ("NULL::integer", ValueKind.NUMBER, None),
    ],
)
async def test_value_of_any_type_arrives_as_it_is(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection, expression: str, kind: ValueKind, text: str | None
) -> None:
    await database.run("CREATE TYPE mood AS ENUM ('sad', 'glad')", "CREATE DOMAIN mark AS integer")
    await database.run("CREATE DOMAIN grade AS mark", f"CREATE TABLE t AS SELECT {expression} AS v")

    async with database.opened() as source:
        copied, rows = await _copy(source, engine, "t")

    assert (copied.columns[0].kind, rows) == (kind, [(text,)])


async def test_names_that_differ_in_case_only_or_need_quotes_are_kept_apart(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run('CREATE TABLE "T ""x"".y" ("a" integer, "A" integer, "select" text, "é ""." text)')
    await database.run("""INSERT INTO "T ""x"".y" VALUES (1, 2, '3', '4')""")

    async with database.opened() as source:
        copied, rows = await _copy(source, engine, 'T "x".y')

    assert [(column.name, column.alias) for column in copied.columns] == [
        ("a", "c1"),
        ("A", "c2"),
        ("select", "c3"),
        ('é ".', "c4"),
    ]
    assert rows == [("1", "2", "3", "4")]


async def test_table_without_columns_still_has_its_rows(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES", "INSERT INTO t DEFAULT VALUES")

    async with database.opened() as source:
        copied, _ = await _copy(source, engine, "t")

    assert (copied.rows, copied.columns) == (2, ())


async def test_sample_is_by_seed(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    await database.run("CREATE TABLE t AS SELECT i FROM generate_series(1, 200000) i", "ANALYZE t")

    async with database.opened() as source:
        first, rows = await _copy(source, engine, "t", Sample(10_000, seed=1))
        _, again = await _copy(source, engine, "t", Sample(10_000, seed=1))
        _, other = await _copy(source, engine, "t", Sample(10_000, seed=2))

    assert first.coverage is Coverage.BLOCKS
    assert sorted(rows) == sorted(again)
    assert sorted(rows) != sorted(other)
    assert 5_000 < first.rows < 20_000


async def test_table_that_was_never_analyzed_is_still_sampled_by_block(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run(
        "CREATE TABLE t (i integer) WITH (autovacuum_enabled = off)",
        "INSERT INTO t SELECT generate_series(1, 100000)",
    )

    async with database.opened() as source:
        (found,) = (await source.describe_schema(PUBLIC)).tables
        copied = await source.copy_into(engine, "copied", found, Sample(20_000, seed=1))

    assert (found.estimated_rows, copied.coverage) == (None, Coverage.BLOCKS)
    assert 10_000 < copied.rows < 40_000
    assert 80_000 < copied.population < 120_000


@pytest.mark.parametrize(("limit", "coverage", "rows"), [(10, Coverage.FIRST, 10), (100, Coverage.FIRST, 100)])
async def test_view_is_read_up_to_a_bound(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection, limit: int, coverage: Coverage, rows: int
) -> None:
    await database.run("CREATE VIEW v AS SELECT i FROM generate_series(1, 100) i")

    async with database.opened() as source:
        copied, _ = await _copy(source, engine, "v", Sample(limit, seed=1))

    assert (copied.coverage, copied.rows) == (coverage, rows)


async def test_bound_that_was_never_met_means_that_all_was_read(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW v AS SELECT i FROM generate_series(1, 100) i")

    async with database.opened() as source:
        copied, _ = await _copy(source, engine, "v", Sample(101, seed=1))

    assert (copied.coverage, copied.rows) == (Coverage.ALL, 100)


async def test_copy_runs_in_a_gentle_session(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    names = ("default_transaction_read_only", "statement_timeout", "lock_timeout", "application_name", "TimeZone")
    asked = ", ".join(f"current_setting('{name}') AS \"{name}\"" for name in names)
    await database.run(f"CREATE VIEW session AS SELECT {asked}")

    async with database.opened(statement_timeout_seconds=7, lock_timeout_seconds=3) as source:
        _, rows = await _copy(source, engine, "session", Sample(10, seed=1))

    assert rows == [("on", "7s", "3s", "assay", "UTC")]


async def test_tables_are_read_one_after_the_other_in_one_session(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW session AS SELECT pg_backend_pid() AS backend")

    async with database.opened() as source:
        with engine.cursor() as first, engine.cursor() as second:
            _, before = await _copy(source, first, "session", Sample(10, seed=1))
            _, after = await _copy(source, second, "session", Sample(10, seed=1))

    assert before == after


async def test_session_that_the_source_has_closed_is_replaced(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW session AS SELECT pg_backend_pid() AS backend")

    async with database.opened() as source:
        with engine.cursor() as first, engine.cursor() as second:
            _, ((before,),) = await _copy(source, first, "session", Sample(10, seed=1))
            await database.run(f"SELECT pg_terminate_backend({before}, 5000)")
            _, ((after,),) = await _copy(source, second, "session", Sample(10, seed=1))

    assert before != after


async def test_another_engine_reads_over_a_session_of_its_own(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW session AS SELECT pg_backend_pid() AS backend")

    async with database.opened() as source:
        _, ((before,),) = await _copy(source, engine, "session", Sample(10, seed=1))
        with duckdb.connect() as other:
            _, ((after,),) = await _copy(source, other, "session", Sample(10, seed=1))

    assert before != after


async def test_failed_copy_leaves_nothing_attached(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    await database.run("CREATE VIEW broken AS SELECT 1 / (i - i) AS v FROM generate_series(1, 3) i")

    async with database.opened() as source:
        with pytest.raises(TableFailed):
            await _copy(source, engine, "broken", Sample(10, seed=1))

    assert attached(engine) == 0


async def test_copy_whose_connection_broke_leaves_neither_source_nor_password_in_the_engine(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v")

    async with database.opened() as source:
        task = asyncio.create_task(_copy(source, engine, "slow", Sample(10, seed=1)))
        await until(lambda: database.is_running(1))
        await database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        with pytest.raises(TableFailed):
            await task

    assert attached(engine) == 0
    assert engine.execute("SELECT count(*) FROM duckdb_secrets()").fetchall() == [(0,)]


async def test_cancelled_copy_ends_in_the_source_and_leaves_the_engine_usable(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection
) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v")

    async with database.opened() as source:
        task = asyncio.create_task(_copy(source, engine, "slow", Sample(10, seed=1)))
        await until(lambda: database.is_running(1))
        task.cancel()
        seconds = await until(lambda: database.is_running(0))
        with pytest.raises(asyncio.CancelledError):
            await task

    assert seconds < 5
    assert attached(engine) == 0


async def test_copy_over_its_time_says_so(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v")

    async with database.opened(statement_timeout_seconds=0.3) as source:
        with pytest.raises(TableFailed) as caught:
            await _copy(source, engine, "slow", Sample(10, seed=1))

    assert caught.value.message == (
        "svc.shop.public.slow cannot be copied: it took longer than source.statement_timeout_seconds (0.3) allows."
    )


async def test_failing_view_tells_neither_value_nor_password(
    database: SourceDatabase, engine: duckdb.DuckDBPyConnection, capfd: pytest.CaptureFixture[str]
) -> None:
    await database.run("CREATE TABLE t AS SELECT 'top secret' AS v", "CREATE VIEW bad AS SELECT v::integer FROM t")
    await database.run(f"GRANT SELECT ON bad TO {READER}")

    async with database.opened_by_reader() as source:
        with pytest.raises(TableFailed) as caught:
            await _copy(source, engine, "bad", Sample(10, seed=1))

    assert (
        caught.value.message
        == "svc.shop.public.bad cannot be copied: a value does not fit the type that it is cast to."
    )
    shown = caught.value.message + repr(source.__dict__) + "".join(capfd.readouterr())
    assert "top secret" not in shown
    assert READER_PASSWORD not in shown


async def test_1600_columns_are_copied(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    await database.run(f"CREATE TABLE t ({', '.join(f'column_number_{i} integer' for i in range(1600))})")
    await database.run("INSERT INTO t (column_number_1599) VALUES (5)")

    async with database.opened() as source:
        copied, rows = await _copy(source, engine, "t")

    assert (len(copied.columns), rows[0][1599], rows[0][0]) == (1600, "5", None)


async def test_the_clock_is_the_sources(database: SourceDatabase, engine: duckdb.DuckDBPyConnection) -> None:
    await database.run("CREATE TABLE t AS SELECT 1 AS v")

    async with database.opened() as source:
        before = await source.fetch("SELECT clock_timestamp() AS now")
        copied, _ = await _copy(source, engine, "t")
        after = await source.fetch("SELECT clock_timestamp() AS now")

    assert before[0]["now"] < copied.observed_at < after[0]["now"]
