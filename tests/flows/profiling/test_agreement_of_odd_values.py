"""Values that break profilers, in real PostgreSQL, against the independent computation of `reference/`."""

import pytest

from flows.profiling.engine import ProfilingEngine
from tests.flows.profiling.agreement import disagreements_in
from tests.flows.sources.source_database import SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'glad', 'Über');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN grade AS numeric(3, 1) CHECK (VALUE < 10);
CREATE DOMAIN mark AS grade;
CREATE DOMAIN code AS varchar(8);
"""

TALL = "'" + "1234567890" * 10 + "'"
ODD = {
    "doubles": ("double precision", "'NaN'", "'NaN'", "'Infinity'", "'-Infinity'", "0", "'-0'", "5e-324", "1e-5",
                "1.5e-7", "1e16", "123456789012345680", "0.1", "0.1", "0.30000000000000004", "-2.5"),
    "huge doubles": ("double precision", "1.7e308", "-1.7e308", "1"),
    "far doubles": ("double precision", "1e153", "-1e153", "3"),
    "tiny doubles": ("double precision", "5e-324", "1e-323", "0"),
    "close doubles": ("double precision", "1e15", "1000000000000000.1", "1000000000000000.2"),
    "only NaN": ("double precision", "'NaN'", "'NaN'"),
    "only infinite": ("double precision", "'Infinity'", "'-Infinity'"),
    "one tenth": ("double precision", "0.1", "0.1", "0.1"),
    "one tenth and nothing": ("double precision", "0.1", "0.1", "0.1", "NULL"),
    "singles": ("real", "0.1", "0.1", "1e10", "16777217", "'NaN'", "'Infinity'", "1e-45", "3.4e38", "'-0'", "0", "1e7"),
    "numerics": ("numeric", "1.0", "1.00", "1.50", "0", "-0.0", "'NaN'", "'Infinity'", "'-Infinity'", "0.001", "100"),
    "100 digits": ("numeric", TALL, TALL, f"-{TALL[1:-1]}", f"{TALL[1:-1]}.5", "0.5", f"0.{TALL[1:-1]}"),
    "beyond doubles": ("numeric", "1e400", "-1e400", "7"),
    "whole beyond doubles": ("numeric", "12345678901234567890", "12345678901234567890.5", "12345678901234567891"),
    "scaled": ("numeric(12, 4)", "1.0", "1.5", "-1.2345", "0", "99999999.9999"),
    "scaled to tens": ("numeric(5, -2)", "12345", "100", "0"),
    "bigints": ("bigint", "9223372036854775807", "-9223372036854775808", "9007199254740993", "9007199254740992", "0"),
    "smallints": ("smallint", "32767", "-32768", "0", "0"),
    "dates": ("date", "'9999-12-31'", "'10000-01-01'", "'5874897-12-31'", "'0001-01-01'", "'0001-12-31 BC'",
              "'0044-03-15 BC'", "'4713-01-01 BC'", "'infinity'", "'-infinity'", "'2024-02-29'", "'1970-01-01'"),
    "only infinite dates": ("date", "'infinity'", "'-infinity'"),
    "only future dates": ("date", "'2999-01-05'", "'3000-01-05'"),
    "timestamps": ("timestamp", "'2024-02-29 23:59:59.999999'", "'2024-02-29'", "'294276-12-31'", "'289999-12-31'",
                   "'0044-03-15 12:30:00.5 BC'", "'infinity'", "'-infinity'", "'9999-12-31 23:59:59.999999'",
                   "'10000-01-01'", "'1900-01-01 00:00:01'", "'0001-01-01'", "'1999-12-31 24:00'"),
    "instants": ("timestamptz", "'2024-03-31 01:30+01'", "'2024-03-31 00:30Z'", "'0001-01-01 00:00-12'",
                 "'0001-01-01 00:00+12'", "'9999-12-31 23:59:59-12'", "'294276-12-31 00:00Z'", "'infinity'"),
    "texts": ("text", "''", "' '", "E'\\t\\n'", "U&'\\00A0'", "U&'\\3000x'", "U&'x\\200B'", "U&'\\0085'", "U&'\\2028'",
              "E'\\x1c'", "E'\\x01'", "E'a\\n'", "'N/A'", "' n/a '", "'NULL'", "repeat(' ', 40) || 'n/a'", "'-'"),
    "unicode": ("text", "U&'e\\0301'", "U&'\\00e9'", "U&'\\05e9\\05dc\\05d5\\05dd'", "U&'\\202Eabc'", "U&'\\+01F600'",
                "U&'\\+01F468\\200D\\+01F469\\200D\\+01F467'", "U&'\\00df'", "U&'\\1e9e'", "U&'\\0130'", "U&'\\01c5'",
                "U&'\\0664\\0662'", "U&'\\00b2'", "U&'\\2167'", "U&'\\+01D7D8'", "U&'\\FFFD'", "U&'\\FEFF'",
                "U&'\\0378'", "U&'\\00aa'", "U&'\\FF21'", "U&'\\4e2d\\6587'", "U&'\\+10FFFF'", "U&'\\0221'"),
    "long texts": ("text", "repeat('ab', 5000)", "repeat('x', 200)", "repeat('x', 201)", "repeat('x', 200) || 'A'",
                   "repeat('x', 199) || U&'\\+01F600' || 'yz'", "repeat('9', 250)"),
    "types": ("text", "'1'", "'+1'", "'-0'", "'007'", "'1.'", "'.5'", "'-.5e3'", "'1.5E+10'", "'1e5'", "'TRUE'", "'No'",
              "'yes '", "'2024-02-30'", "'2024-02-29'", "'0000-01-01'", "'2024-02-29T10:00:00Z'", "'2024-02-30 10:00'",
              "'2024-02-29 24:00'", "'{}'", "'{\"a\":1}'", "' {}'", "'[1]x'", "'[1] '", "'{'",
              "'123456789012345678'", "'1234567890123456789'", "U&'\\0661'", "'+-1'", "E'1\\n'", "E'2024-02-29\\n'"),
    "patterns": ("text", "'a@b.de'", "'a@@b.de'", "E'a@b.de\\n'", "'+49 (0)30/12.34-56'", "'4111 1111-1111 1111'",
                 "'4111111111111112'", "'DE89 3704 0044 0532 0130 00'", "'DE88370400440532013000'", "'::1'", "'1::'",
                 "'fe80::1'", "'256.1.1.1'", "'192.168.0.1'", "'01:23:45:67:89:aB'", "'http://x'", "'HTTPS://x/ y'",
                 "'31.12.2024'", "'12/31/2024'", "'1.1.2024'", "'SW1A 1AA'", "'12345-6789'", "'DE'", "'EUR'", "'9999'",
                 "'00000000-0000-0000-0000-00000000000g'", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"),
    "padded": ("char(6)", "'abc'", "'abc   '", "''", "'  a'"),
    "names": ("name", "'abc'", "'x'"),
    "short": ("varchar(3)", "'abc'", "'   '", "''"),
    "chars": ('"char"', "'a'", "'b'"),
    "flags": ("boolean", "true", "false", "true"),
    "only false": ("boolean", "false"),
    "arrays": ("integer[]", "'{1,NULL,3}'", "'{}'", "'{{1,2},{3,4}}'", "'{1,NULL,3}'"),
    "text arrays": ("text[]", "ARRAY['a,b', 'null', NULL, '\"', '{}']", "ARRAY['']"),
    "json": ("json", "'{\"a\": 1}'", "'{\"a\":1}'", "'null'", "'[1, 2'||']'", "'\"x\"'", "'1.50'", "'true'"),
    "jsonb": ("jsonb", "'{\"b\":2, \"a\": 1}'", "'{\"a\": 1, \"b\": 2}'", "'null'", "'1.50'"),
    "ranges": ("int4range", "'[1,5)'", "'[1,4]'", "'empty'", "'(,)'"),
    "times with ranges": ("tstzrange", "'[2024-01-01 00:00+02,2024-01-02)'", "'(,infinity)'"),
    "multiranges": ("int4multirange", "'{[1,3), [5,7)}'", "'{}'"),
    "bytes": ("bytea", "'\\x00ff'", "'\\x'", "'\\x00ff'"),
    "uuids": ("uuid", "'00000000-0000-0000-0000-000000000000'", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"),
    "inets": ("inet", "'10.0.0.1'", "'10.0.0.1/32'", "'10.0.0.1/8'", "'::1'", "'::ffff:1.2.3.4'"),
    "nets": ("cidr", "'10.0.0.0/8'", "'10.0.0.1/32'"),
    "macs": ("macaddr", "'08:00:2b:01:02:03'"),
    "moods": ("mood", "'sad'", "'glad'", "'Über'", "'sad'"),
    "marks": ("mark", "1.5", "2", "9.9"),
    "codes": ("code", "'A1'", "'007'"),
    "pairs": ("pair", "ROW(1, 'x')", "ROW(NULL, 'a,b')", "ROW(NULL, NULL)::pair"),
    "money": ("money", "'$1,234.50'", "'-$0.01'", "0::money"),
    "intervals": ("interval", "'1 year 2 days'", "'-00:00:00.5'", "'1 day'", "'24 hours'"),
    "times": ("time", "'24:00'", "'00:00:00.000001'"),
    "zoned times": ("timetz", "'12:00+02'", "'10:00Z'"),
    "bits": ("bit(3)", "B'101'", "B'000'"),
    "varying bits": ("bit varying", "B'1'", "B'01'", "B''"),
    "points": ("point", "point(1, 2)", "point(0.1, 'NaN')"),
    "vectors": ("tsvector", "to_tsvector('english', 'a fat cat')"),
    "keys": ("oid", "1", "4294967295"),
    "places": ("pg_lsn", "'16/B374D848'"),
    "one only": ("text", "'x'"),
    "nothing": ("text", "NULL", "NULL"),
    "no number": ("numeric", "NULL"),
    "no moment": ("timestamptz", "NULL"),
    "no flag": ("boolean", "NULL"),
    "no json": ("jsonb", "NULL"),
    "no rows": ("double precision",),
    "no texts": ("text",),
}  # fmt: skip
"""A type with its values, by the name of the table that holds them, once alone and once among nulls and repeats."""


def table_of(name: str, sql_type: str, values: tuple[str, ...]) -> list[str]:
    listed = ", ".join(f"({place}, CAST({value} AS {sql_type}))" for place, value in enumerate(values))
    repeated = f'SELECT v, again FROM "{name}", generate_series(1, 21) UNION ALL SELECT NULL, NULL'
    return [
        f'CREATE TABLE "{name}" (n integer PRIMARY KEY, v {sql_type}, again {sql_type})',
        *([f'INSERT INTO "{name}" VALUES {listed}'] if values else []),
        f'UPDATE "{name}" SET again = v WHERE n % 2 = 0',
        f'CREATE TABLE "{name} repeated" AS {repeated}',
    ]


async def test_odd_values_of_every_type_agree(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(TYPES)
    for name, (sql_type, *values) in ODD.items():
        await database.run("; ".join(table_of(name, sql_type, tuple(values))))

    assert await disagreements_in(database, engine, "public") == ""


async def test_tables_of_odd_forms_agree(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(
        "CREATE TABLE bare ()",
        "INSERT INTO bare DEFAULT VALUES",
        "CREATE TABLE computed (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, UNIQUE (b, a))",
        "INSERT INTO computed SELECT i FROM generate_series(1, 25) i",
        "CREATE TABLE copies AS SELECT i % 3 AS a, NULL::text AS b FROM generate_series(1, 40) i",
        'CREATE TABLE "A ""b""" ("c d" text, "C D" text, "é" integer PRIMARY KEY)',
        """INSERT INTO "A ""b""\" VALUES ('x', 'y', 2), ('x', NULL, 1)""",
        "CREATE TABLE parted (day date, kind int) PARTITION BY LIST (kind)",
        *(f"CREATE TABLE parted_{kind} PARTITION OF parted FOR VALUES IN ({kind})" for kind in (0, 1)),
        "INSERT INTO parted SELECT date '2020-01-01' + i, i % 2 FROM generate_series(1, 50) i",
        "CREATE VIEW seen AS SELECT * FROM computed WHERE a > 3",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM parted",
    )

    assert await disagreements_in(database, engine, "public") == ""
