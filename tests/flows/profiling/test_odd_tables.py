"""Tables of PostgreSQL that fail, that break in the middle, or that hold what nobody foresaw: each has its result."""

import asyncio

import pytest

from domain.profiles.model import Measured, Method, TableProfile
from domain.settings import ProfilingSettings
from flows.failures import TableFailed
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.plan import plan_profile
from flows.sources.postgres import PostgresSource
from tests.flows.sources.source_database import PUBLIC, READER, SourceDatabase, until

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

FOREIGN = (
    "CREATE EXTENSION {0} SCHEMA public",
    "CREATE SERVER behind_{0} FOREIGN DATA WRAPPER {0} OPTIONS ({1})",
    "CREATE FOREIGN TABLE t (id int) SERVER behind_{0} OPTIONS ({2})",
)
NO_SERVER = [one.format("postgres_fdw", "host '127.0.0.1', port '1'", "table_name 'x'") for one in FOREIGN]
NO_SERVER.insert(2, "CREATE USER MAPPING FOR CURRENT_USER SERVER behind_postgres_fdw")
NO_FILE = [one.format("file_fdw", "", "filename '/nowhere/x.csv'") for one in FOREIGN]
NO_FILE[1] = NO_FILE[1].replace(" OPTIONS ()", "")
UNWRITABLE = (
    "CREATE TYPE odd",
    "CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal IMMUTABLE STRICT AS 'textin'",
    "CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'shell_out'",
    "CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out)",
    "CREATE TABLE t AS SELECT 'x'::odd AS v",
)


async def measured(source: PostgresSource, engine: ProfilingEngine, table: str) -> TableProfile:
    found = await source.describe_table(PUBLIC.child(table))
    return await profile_table(source, engine, plan_profile(found, ProfilingSettings()))


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (["CREATE VIEW t AS SELECT 1 / (i - i) AS v FROM other"], "copied: it divides by zero"),
        (UNWRITABLE, "copied: a value of its type cannot be written"),
        (NO_SERVER, "read: a server that it reads from cannot be reached"),
        (NO_FILE, "read: a file that it reads from does not exist"),
    ],
    ids=["division", "type", "foreign server", "foreign file"],
)
async def test_what_cannot_be_read_fails_alone_and_says_why(
    database: SourceDatabase, engine: ProfilingEngine, statements: list[str], why: str
) -> None:
    await database.run("CREATE TABLE other AS SELECT 7 AS i")
    await database.run(*statements)

    async with database.opened() as source:
        with pytest.raises(TableFailed) as caught:
            await measured(source, engine, "t")
        other = await measured(source, engine, "other")

    assert caught.value.message == f"svc.shop.public.t cannot be {why}."
    assert other.row_count == Measured(1, Method.EXACT)


@pytest.mark.parametrize("granted", ["", "(a)"], ids=["table", "column"])
async def test_table_of_which_not_all_may_be_read_fails_alone(
    database: SourceDatabase, engine: ProfilingEngine, granted: str
) -> None:
    await database.run("CREATE TABLE t AS SELECT 1 AS a, 2 AS b", "CREATE TABLE other AS SELECT 1 AS a")
    await database.run(f"GRANT SELECT ON other TO {READER}")
    if granted:
        await database.run(f"GRANT SELECT {granted} ON t TO {READER}")

    async with database.opened_by_reader() as source:
        with pytest.raises(TableFailed) as caught:
            await measured(source, engine, "t")
        other = await measured(source, engine, "other")

    assert caught.value.message == "svc.shop.public.t cannot be read: permission denied."
    assert other.row_count.value == 1


async def test_connection_that_breaks_while_rows_are_read_fails_its_table_alone(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v", "CREATE TABLE other AS SELECT 1 AS a")

    async with database.opened() as source:
        reading = asyncio.create_task(measured(source, engine, "slow"))
        await until(lambda: database.is_running(1))
        await database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        with pytest.raises(TableFailed) as caught:
            await reading
        other = await measured(source, engine, "other")

    assert caught.value.message == "svc.shop.public.slow cannot be copied: the connection to the source broke."
    assert other.row_count.value == 1


async def test_table_that_is_dropped_while_it_is_read_is_read_to_its_end(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 2) i",
        "CREATE VIEW slow AS SELECT i, pg_sleep(0.5)::text AS v FROM t",
    )

    async with database.opened() as source:
        reading = asyncio.create_task(measured(source, engine, "slow"))
        await until(lambda: database.is_running(1))
        await database.run("DROP TABLE t CASCADE")
        profile = await reading
        with pytest.raises(TableFailed, match=r"slow does not exist"):
            await measured(source, engine, "slow")

    assert profile.row_count == Measured(2, Method.EXACT)
    assert profile.columns[0].distinct.value == 2


VALUES = {
    "hstore": ("'a=>1'::hstore", '"a"=>"1"'),
    "ltree": ("'a.b'::ltree", "a.b"),
    "cube": ("'(1,2)'::cube", "(1, 2)"),
    "point": ("point(1, 2)", "(1,2)"),
    "polygon": ("'((0,0),(1,1),(1,0))'::polygon", "((0,0),(1,1),(1,0))"),
    "circle": ("'<(0,0),1>'::circle", "<(0,0),1>"),
    "path": ("'[(0,0),(1,1)]'::path", "[(0,0),(1,1)]"),
    "pair": ("ROW(1, 'x')::pair", "(1,x)"),
    "pair[]": ("ARRAY[ROW(1, 'x')::pair]", '{"(1,x)"}'),
    "integer[]": ("ARRAY[ARRAY[1, 2], ARRAY[3, 4]]", "{{1,2},{3,4}}"),
    "degrees": ("'[1.5,2)'::degrees", "[1.5,2)"),
    "int4multirange": ("'{[1,3),[5,7)}'::int4multirange", "{[1,3),[5,7)}"),
    '"bit"': ("B'101'", "101"),
    "tsvector": ("'fat cat'::tsvector", "'cat' 'fat'"),
    "jsonpath": ("'$.a'::jsonpath", '$."a"'),
    "pg_lsn": ("'0/1'::pg_lsn", "0/1"),
    "time with time zone": ("'24:00:00+02'::timetz", "24:00:00+02"),
}


async def test_values_of_rare_types_are_counted_as_they_are_written(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(*(f"CREATE EXTENSION {name} SCHEMA public" for name in ("hstore", "ltree", "cube", "citext")))
    await database.run("CREATE TYPE pair AS (a int, b text)", "CREATE TYPE degrees AS RANGE (SUBTYPE = float8)")
    items = ", ".join(f"{value} AS c{place}" for place, (value, _) in enumerate(VALUES.values()))
    await database.run(f"CREATE TABLE t AS SELECT {items}, 'Ab'::citext AS word FROM generate_series(1, 3)")

    async with database.opened() as source:
        *columns, word = (await measured(source, engine, "t")).columns

    assert {column.declared_type: column.top[0].value for column in columns} == {
        name: written for name, (_, written) in VALUES.items()
    }
    assert {(column.nulls, column.distinct.value, column.top[0].count) for column in columns} == {(0, 1, 3)}
    assert {(column.numbers, column.text, column.dates) for column in columns} == {(None, None, None)}
    assert word.text
    assert (word.text.max_length, word.top[0].value) == (2, "Ab")
