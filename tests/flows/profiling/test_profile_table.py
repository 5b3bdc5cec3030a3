import asyncio
import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from domain.profiles.measurements import measurements
from domain.profiles.model import Measured, Method, Reading, TableProfile
from domain.profiles.together import FunctionalDependency, OrderedPair
from domain.settings import ProfilingSettings
from flows.failures import TableFailed
from flows.profiling.engine import MEASURED_AT_ONCE, ProfilingEngine, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.plan import Sampling, plan_profile
from tests.flows.profiling import by_hand
from tests.flows.sources.source_database import PUBLIC, READER, READER_PASSWORD, SourceDatabase, until

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

MIXED = """
CREATE TABLE mixed AS SELECT
    i AS id, i % 97 AS small, round((sin(i) * 1000)::numeric, 2)::numeric(10, 2) AS amount, cos(i) * 100 AS score,
    CASE WHEN i % 10 <> 0 THEN 'user' || i % 50 || '@example.com' END AS email, i % 3 = 0 AS flag,
    date '2020-01-01' + i % 400 AS day, timestamptz '2021-01-01 00:00Z' + i * interval '7 minutes' AS at
FROM generate_series(1, 2000) i
"""


async def _profile(
    database: SourceDatabase, engine: ProfilingEngine, table: str, sampling: Sampling | None = None
) -> TableProfile:
    async with database.opened() as source:
        found = await source.describe_table(PUBLIC.child(table))
        return await profile_table(source, engine, plan_profile(found, ProfilingSettings(), sampling))


async def test_every_count_agrees_with_plain_python(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(MIXED)
    rows = await database.ask("SELECT id, small, amount, score, email, flag, day, at FROM mixed")

    profile = await _profile(database, engine, "mixed")

    assert profile.row_count == Measured(2000, Method.EXACT)
    assert profile.reading == Reading(Method.EXACT, 2000, 2000)
    for column, values in zip(profile.columns, zip(*rows, strict=True), strict=True):
        present = [value for value in values if value is not None]
        counts = Counter(present)
        assert (column.rows, column.nulls) == (2000, 2000 - len(present))
        assert column.distinct == Measured(len(counts), Method.EXACT)
        assert column.unique_once == Measured(sum(n == 1 for n in counts.values()), Method.EXACT)
        assert [shown.count for shown in column.top] == [n for _, n in counts.most_common(10)]


@pytest.mark.parametrize("name", ["id", "small", "amount", "score"])
async def test_number_facts_agree_with_plain_python(
    database: SourceDatabase, engine: ProfilingEngine, name: str
) -> None:
    await database.run(MIXED)
    values = [float(value) for (value,) in await database.ask(f"SELECT {name} FROM mixed")]

    column = (await _profile(database, engine, "mixed")).column(name)

    assert column is not None
    assert column.numbers is not None
    facts = column.numbers
    assert (facts.min, facts.max) == (min(values), max(values))
    assert facts.sum == pytest.approx(sum(values), rel=1e-9, abs=1e-6)
    assert facts.standard_deviation == pytest.approx(statistics.pstdev(values))
    assert facts.quantiles == {share: by_hand.quantile(values, share) for share in facts.quantiles}
    assert facts.outliers == by_hand.outliers(values)
    assert sum(bar.count for bar in facts.histogram) == 2000


async def test_table_facts_are_size_keys_and_duplicates(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(
        "CREATE TABLE t (a integer, b integer, c integer, PRIMARY KEY (a, b), UNIQUE (c))",
        "INSERT INTO t VALUES (1, 1, NULL), (1, 2, 5), (2, 3, NULL)",
        "CREATE TABLE copies AS SELECT i % 3 AS a, NULL::text AS b FROM generate_series(1, 10) i",
    )
    ((size,),) = await database.ask("SELECT pg_total_relation_size('t')")

    profile = await _profile(database, engine, "t")
    copies = await _profile(database, engine, "copies")

    assert profile.candidate_keys == (("a", "b"), ("b",))
    assert profile.duplicate_rows == Measured(0, Method.EXACT)
    assert profile.size_bytes == size
    assert profile.last_changed_at is None
    assert profile.left_out["last_changed_at"] == "The source does not record when a table last changed."
    assert copies.duplicate_rows == Measured(7, Method.EXACT)
    assert copies.candidate_keys == ()


async def test_columns_of_a_table_are_compared_with_each_other(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        """CREATE TABLE item AS SELECT i / 10 AS cart, i % 10 AS line, i * 37 % 20 AS product, i * 37 % 20 / 2 AS shelf,
             timestamptz '2026-01-01 00:00Z' + i * 37 % 401 * interval '1 hour' AS packed,
             timestamptz '2026-01-01 00:00Z' + (i * 37 % 401 + i % 24) * interval '1 hour' AS sent
           FROM generate_series(0, 399) i"""
    )

    profile = await _profile(database, engine, "item")

    assert profile.together is not None
    assert profile.together.reading == profile.reading == Reading(Method.EXACT, 400, 400)
    assert ("cart", "line") in profile.candidate_keys
    assert FunctionalDependency(("product",), "shelf", 400, 0) in profile.together.functional_dependencies
    assert OrderedPair("packed", "sent", 400, 400, 383) in profile.together.ordered_pairs


async def test_empty_table_is_measured_as_empty(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run("CREATE TABLE t (a integer PRIMARY KEY, b text)")

    profile = await _profile(database, engine, "t")

    assert profile.row_count == Measured(0, Method.EXACT)
    assert [column.completeness for column in profile.columns] == [None, None]
    assert (profile.candidate_keys, profile.duplicate_rows) == ((("a",),), Measured(0, Method.EXACT))


async def test_table_without_columns_has_rows_only(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES")

    profile = await _profile(database, engine, "t")

    assert (profile.row_count, profile.columns, profile.duplicate_rows) == (Measured(1, Method.EXACT), (), None)
    assert profile.left_out["duplicate_rows"] == "The table has no columns to compare."


async def test_sample_is_never_shown_as_exact_and_repeats_by_its_seed(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run("CREATE TABLE t AS SELECT i, i % 10 AS v FROM generate_series(1, 100000) i", "VACUUM ANALYZE t")
    sampling = Sampling(sample_threshold=50_000, sample_size=20_000, seed=7)

    first = await _profile(database, engine, "t", sampling)
    second = await _profile(database, engine, "t", sampling)

    assert first.row_count == Measured(100_000, Method.ESTIMATED)
    assert first.reading == Reading(Method.SAMPLED, first.reading.rows_read, 100_000, seed=7)
    assert 10_000 < first.reading.rows_read < 40_000
    assert {column.distinct.method for column in first.columns} == {Method.SAMPLED}
    # The server's own vacuum may add to the room that the table takes.
    assert (
        replace(first, observed_at=second.observed_at, seconds=second.seconds, size_bytes=second.size_bytes) == second
    )


PARTED = (
    "CREATE TABLE parted (day date, kind int, late boolean) PARTITION BY LIST (kind)",
    *(f"CREATE TABLE parted_{kind} PARTITION OF parted FOR VALUES IN ({kind})" for kind in (0, 1)),
    # Physically in the order of time, so that each block holds a few days only.
    "INSERT INTO parted SELECT date '2020-01-01' + i / 50, i % 2, i > 75000 FROM generate_series(1, 100000) i",
    "ANALYZE parted",
)


async def test_sample_bounds_what_the_whole_table_holds(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(*PARTED)

    profile = await _profile(database, engine, "parted", Sampling(sample_threshold=50_000, sample_size=20_000, seed=7))

    late, day = profile.column("late"), profile.column("day")
    assert late is not None
    assert day is not None
    shown = {one.metric: one for one in (*measurements(day), *measurements(late))}
    assert (shown["booleans.true"].method, shown["booleans.true"].population) == (Method.SAMPLED, 100_000)
    for metric, truth in {"booleans.true": 0.25, "completeness": 1.0, "dates.at_midnight": 1.0}.items():
        low, high = shown[metric].low, shown[metric].high
        assert low is not None
        assert high is not None
        assert low <= truth <= high < low + 0.3
    assert late.left_out == day.left_out == {}


async def test_bounded_view_is_sampled_without_a_seed(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run("CREATE VIEW v AS SELECT i FROM generate_series(1, 100) i")

    profile = await _profile(database, engine, "v", Sampling(sample_threshold=99, sample_size=50))

    assert profile.reading == Reading(Method.SAMPLED, 50, 100)
    reason = "The first rows were read, not random ones: how far the whole table may differ cannot be told."
    assert {column.left_out["intervals"] for column in profile.columns} == {reason}
    assert profile.row_count == Measured(100, Method.ESTIMATED)
    assert profile.size_bytes is None


async def test_domain_columns_are_measured_as_what_lies_beneath(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run("CREATE DOMAIN year AS integer", "CREATE TABLE t AS SELECT 1999::year AS y")

    (column,) = (await _profile(database, engine, "t")).columns

    assert column.declared_type == "year"
    assert column.numbers is not None
    assert column.numbers.max == 1999


async def test_cancelled_profile_ends_in_the_source_and_frees_its_place(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run("CREATE VIEW slow AS SELECT pg_sleep(60)::text AS v", "CREATE TABLE t AS SELECT 1 AS v")

    tasks = [asyncio.create_task(_profile(database, engine, "slow")) for _ in range(MEASURED_AT_ONCE)]
    await until(lambda: database.is_running(MEASURED_AT_ONCE))
    for task in tasks:
        task.cancel()
    seconds = await until(lambda: database.is_running(0))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert seconds < 5
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * MEASURED_AT_ONCE
    assert (await _profile(database, engine, "t")).row_count.value == 1


async def test_more_tables_than_places_wait_their_turn(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(*(f"CREATE TABLE t{i} AS SELECT {i} AS v" for i in range(8)))

    profiles = await asyncio.gather(*(_profile(database, engine, f"t{i}") for i in range(8)))

    assert [profile.columns[0].top[0].value for profile in profiles] == [str(i) for i in range(8)]


async def test_dropped_table_fails_alone_and_its_message_holds_no_password(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run("CREATE TABLE t AS SELECT 1 AS v", f"GRANT SELECT ON t TO {READER}")

    async with database.opened_by_reader() as source:
        plan = plan_profile(await source.describe_table(PUBLIC.child("t")), ProfilingSettings())
        await database.run("DROP TABLE t")
        with pytest.raises(TableFailed) as caught:
            await profile_table(source, engine, plan)

    assert caught.value.message == "svc.shop.public.t does not exist."
    assert READER_PASSWORD not in repr(caught.value)


async def test_spilling_leaves_nothing_behind(database: SourceDatabase, tmp_path: Path) -> None:
    await database.run(
        "CREATE TABLE t AS SELECT i, md5(i::text) || md5((i + 1)::text) AS v FROM generate_series(1, 400000) i",
        "ANALYZE t",
    )

    async with open_engine(memory_limit_mb=64, spill_folder=tmp_path) as engine:
        profile = await _profile(database, engine, "t")

    assert [column.distinct.value for column in profile.columns] == [400_000, 400_000]
    assert _entries(tmp_path) == []


async def test_table_that_needs_more_memory_than_allowed_fails_alone_and_says_so(database: SourceDatabase) -> None:
    # Packed into so few bytes that the table does not put them aside, and so read whole.
    await database.run("CREATE TABLE t AS SELECT repeat('y', 100000) AS v FROM generate_series(1, 3000) i")

    async with open_engine(memory_limit_mb=64) as engine:
        with pytest.raises(TableFailed) as caught:
            await _profile(database, engine, "t")

    assert caught.value.message.endswith("it needs more memory than profiling.memory_limit_mb allows.")


async def test_column_that_needs_more_memory_than_allowed_is_left_out_and_the_others_are_measured(
    database: SourceDatabase,
) -> None:
    texts = "(SELECT string_agg(md5(i::text || part), ' ') FROM generate_series(1, 300) part)"
    await database.run(
        f"CREATE TABLE t AS SELECT i AS a, {texts} AS b, i % 3 AS c FROM generate_series(1, 3000) i", "ANALYZE t"
    )

    async with open_engine(memory_limit_mb=64) as engine:
        profile = await _profile(database, engine, "t")

    reason = "It could not be measured: it needs more memory than profiling.memory_limit_mb allows."
    assert {column.name: column.distinct.value for column in profile.columns} == {"a": 3000, "c": 3}
    assert profile.unmeasured == {"b"}
    assert profile.left_out["columns.b"] == reason
    assert profile.duplicate_rows == Measured(0, Method.EXACT)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())
