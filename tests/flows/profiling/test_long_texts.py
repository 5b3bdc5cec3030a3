"""A text that is too long to be held is measured by its beginning, its length and what tells it from all others."""

from pathlib import Path

import duckdb
import pytest

from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.profiles.model import TableProfile
from domain.settings import ProfilingSettings, SourceSettings
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.plan import plan_profile
from flows.sources.base import Source
from flows.sources.duckdb_file import open_duckdb
from flows.sources.long_texts import LONGEST_WHOLE
from tests.flows.sources.source_database import PUBLIC, SourceDatabase

WHOLE, LONG = LONGEST_WHOLE, 3 * LONGEST_WHOLE
# Two that differ in their last character, one of them twice; one that is just not shortened, and one that just is.
VALUES = (
    f"repeat('é', {LONG})",
    f"repeat('é', {LONG})",
    f"repeat('é', {LONG - 1}) || ' '",
    f"repeat('é', {WHOLE})",
    f"repeat('é', {WHOLE + 1})",
    "'e'",
)
REASON = "4 rows hold more than 10,000 characters; this is about the first of them."


async def measured(source: Source, engine: ProfilingEngine, table: Fqn) -> TableProfile:
    found = await source.describe_table(table)
    return await profile_table(source, engine, plan_profile(found, ProfilingSettings()))


def check(profile: TableProfile) -> None:
    (column,) = profile.columns
    assert column.text
    assert (column.nulls, column.distinct.value, column.unique_once.value) == (0, 5, 4)
    assert [(one.count, len(one.value or "")) for one in column.top] == [(2, 200), (1, 1), *[(1, 200)] * 3]
    assert (column.text.min_length, column.text.max_length) == (1, LONG)
    assert column.text.mean_length == (3 * LONG + WHOLE + WHOLE + 1 + 1) / 6
    assert (column.text.leading_space, column.text.trailing_space) == (0, 1)
    assert column.left_out == dict.fromkeys(("actual_types", "text.blank", "text.patterns"), REASON)


@pytest.mark.db
@pytest.mark.engine_postgres
@pytest.mark.parametrize("storage", ["EXTERNAL", "MAIN"])
async def test_lengths_and_counts_are_those_of_the_whole_texts(
    database: SourceDatabase, engine: ProfilingEngine, storage: str
) -> None:
    rows = ", ".join(f"({value})" for value in VALUES)
    await database.run(f"CREATE TABLE t (v text STORAGE {storage})", f"INSERT INTO t VALUES {rows}")
    ((put_aside,),) = await database.ask(
        "SELECT pg_relation_size(reltoastrelid) > 0 FROM pg_class WHERE oid = 't'::regclass"
    )

    async with database.opened() as source:
        profile = await measured(source, engine, PUBLIC.child("t"))

    assert put_aside is (storage == "EXTERNAL")
    if put_aside:
        check(profile)
    else:  # packed into the table's own blocks, so few bytes that they are read whole
        assert profile.columns[0].text
        assert (profile.columns[0].text.max_length, profile.columns[0].left_out) == (LONG, {})


async def test_a_file_is_measured_alike(tmp_path: Path, engine: ProfilingEngine) -> None:
    path = tmp_path / "shop"
    with duckdb.connect(path) as owner:
        owner.execute(
            f"CREATE TABLE t AS SELECT * FROM (VALUES {', '.join(f'({value})' for value in VALUES)}) AS r (v)"
        )

    source = await open_duckdb(ConnectionSettings(path=str(path)), None, SourceSettings())
    profile = await measured(source, engine, Fqn.of("svc", "shop", "main", "t"))
    await source.close()

    check(profile)


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_documents_and_arrays_that_differ_at_their_end_are_two(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        """CREATE TABLE t AS SELECT jsonb_build_array(repeat(md5(random()::text), 5000), i % 2) AS document,
             array_fill(0, ARRAY[50000]) || i % 2 AS list FROM generate_series(1, 4) i""",
        "UPDATE t SET document = jsonb_build_array(repeat('0123456789abcdef', 10000), list[50001])",
    )

    async with database.opened() as source:
        profile = await measured(source, engine, PUBLIC.child("t"))

    assert [column.distinct.value for column in profile.columns] == [2, 2]
    assert [list(column.left_out) for column in profile.columns] == [["actual_types"]] * 2
