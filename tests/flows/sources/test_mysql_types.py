"""What the columns of a MariaDB table are read as: no value changes on its way, and none breaks the reading."""

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from flows.sources.base import ValueKind
from flows.sources.mysql_types import hope_of, reading_of
from tests.fixtures.mariadb import MariaDbServer
from tests.flows.sources.engines import MariaDb, opened

pytestmark = pytest.mark.engine_mariadb

MOMENT = datetime.fromisoformat("2020-01-02 03:04:05.678")
EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("declared", "values", "kind", "read"),
    [
        ("bigint unsigned", "(18446744073709551615)", ValueKind.NUMBER, [18446744073709551615]),
        ("bigint", "(-9223372036854775808)", ValueKind.NUMBER, [-9223372036854775808]),
        ("mediumint unsigned zerofill", "(16777215), (7)", ValueKind.NUMBER, [7, 16777215]),
        ("tinyint(1)", "(0), (1)", ValueKind.BOOLEAN, [False, True]),
        ("tinyint(1)", "(0), (2)", ValueKind.NUMBER, [0, 2]),
        ("decimal(10,2) unsigned", "(12345678.10)", ValueKind.NUMBER, ["12345678.10"]),
        ("decimal(65,0)", "(REPEAT('9', 65))", ValueKind.NUMBER, ["9" * 65]),
        ("double", "(0.1e0 + 0.2e0), (1e300)", ValueKind.NUMBER, [0.30000000000000004, 1e300]),
        ("year", "(1901), (2155)", ValueKind.NUMBER, [1901, 2155]),
        ("bit(1)", "(b'0'), (b'1')", ValueKind.BOOLEAN, [False, True]),
        ("bit(3)", "(b'101'), (b'1')", ValueKind.OTHER, ["001", "101"]),
        ("bit(64)", "(b'1')", ValueKind.OTHER, ["1".rjust(64, "0")]),
        ("date", "('2020-02-29')", ValueKind.MOMENT, [date(2020, 2, 29)]),
        ("date", "('0000-00-00'), ('2020-02-00')", ValueKind.TEXT, ["0000-00-00", "2020-02-00"]),
        ("datetime(3)", "('2020-01-02 03:04:05.678')", ValueKind.MOMENT, [MOMENT]),
        ("datetime", "('0000-00-00')", ValueKind.TEXT, ["0000-00-00 00:00:00"]),
        ("time", "('-838:59:59')", ValueKind.OTHER, ["-838:59:59"]),
        ("varchar(9) COLLATE utf8mb4_bin", "('é\\n'), ('007')", ValueKind.TEXT, ["007", "é\n"]),
        ("varchar(9) CHARACTER SET latin1", "('Österås')", ValueKind.TEXT, ["Österås"]),
        ("longtext", "(REPEAT('ab', 5000))", ValueKind.TEXT, ["ab" * 5000]),
        ("json", "('{\"a\": 1}')", ValueKind.TEXT, ['{"a": 1}']),
        ("enum('x','y')", "('y')", ValueKind.TEXT, ["y"]),
        ("set('x','y')", "('x,y')", ValueKind.TEXT, ["x,y"]),
        ("varbinary(9)", "('')", ValueKind.OTHER, [EMPTY]),
        ("blob", "('')", ValueKind.OTHER, [EMPTY]),
        ("point", "(POINT(1, 2))", ValueKind.OTHER, ["POINT(1 2)"]),
        ("uuid", "('123e4567-e89b-12d3-a456-426655440000')", ValueKind.OTHER, ["123e4567-e89b-12d3-a456-426655440000"]),
        ("inet6", "('::1')", ValueKind.OTHER, ["::1"]),
        ("int", "(NULL)", ValueKind.NUMBER, [None]),
    ],
)  # fmt: skip
async def test_a_value_arrives_as_it_is(
    mariadb: MariaDbServer, declared: str, values: str, kind: ValueKind, read: list[Any]
) -> None:
    engine = MariaDb(mariadb)
    engine.run(f"CREATE TABLE t (v {declared})", "SET sql_mode = ''", f"INSERT INTO t VALUES {values}")

    async with opened(engine) as source:
        with duckdb.connect() as local:
            table = await source.describe_table(engine.schema.child("t"))
            copied = await source.copy_into(local, "copied", table, None)
            rows = [value for (value,) in local.execute("SELECT c1 FROM copied ORDER BY c1").fetchall()]

    assert ([column.kind for column in copied.columns], rows) == ([kind], read)


async def test_a_timestamp_is_read_in_utc(mariadb: MariaDbServer) -> None:
    engine = MariaDb(mariadb)
    engine.run(
        "CREATE TABLE t (v timestamp)", "SET time_zone = '+05:00'", "INSERT INTO t VALUES ('2020-01-01 05:00:00')"
    )

    async with opened(engine) as source:
        with duckdb.connect() as local:
            await source.copy_into(local, "copied", await source.describe_table(engine.schema.child("t")), None)
            rows = local.execute("SELECT c1 FROM copied").fetchall()

    assert rows == [(datetime.fromisoformat("2020-01-01"),)]


@pytest.mark.parametrize(
    ("column_type", "expression"),
    [
        ("json", "CAST(`a``b` AS CHAR)"),
        ("int unsigned", "`a``b`"),
        ("geomcollection", "ST_AsText(`a``b`)"),
        ("vector(3)", "CONCAT('sha256:', SHA2(`a``b`, 256))"),
    ],
)
def test_types_of_mysql_8_are_read_alike(column_type: str, expression: str) -> None:
    assert reading_of("a`b", column_type) == expression
    assert (hope_of(column_type) is None) is (column_type == "int unsigned")
