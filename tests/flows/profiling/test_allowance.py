"""A table that runs out of time keeps what was measured, and names the rest."""

from collections.abc import Callable
from itertools import chain, count, repeat

import duckdb
import pytest

from domain.profiles.model import TableProfile
from domain.settings import ProfilingSettings
from flows.failures import LeftOut
from flows.profiling.allowance import ENDED, Allowance, bytes_of
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.plan import plan_profile
from flows.profiling.together.compare import COMPARED_METRICS
from flows.sources.base import CopiedColumn, ValueKind
from tests.flows.sources.source_database import PUBLIC, SourceDatabase

LONG = "md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text)"
"""Values of which so many take several seconds."""


def ticking() -> Callable[[], float]:
    """A clock that is a second on each time somebody looks."""
    return count().__next__


async def measured(database: SourceDatabase, engine: ProfilingEngine, allowance: Allowance | None) -> TableProfile:
    async with database.opened() as source:
        found = await source.describe_table(PUBLIC.child("t"))
        return await profile_table(source, engine, plan_profile(found, ProfilingSettings()), allowance=allowance)


@pytest.fixture
async def filled(database: SourceDatabase) -> SourceDatabase:
    await database.run(
        "CREATE TABLE t (a integer, b text, c integer, d date)",
        "INSERT INTO t SELECT i % 2, 'é' || i % 2, 1, NULL FROM generate_series(1, 10) i",
    )
    return database


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_columns_that_were_measured_stay_and_the_others_are_named(
    filled: SourceDatabase, engine: ProfilingEngine
) -> None:
    # A look at the begin, before the copy, before the measuring and before each kind of columns: the days are too late.
    profile = await measured(filled, engine, Allowance(5, ticking()))

    whole = await measured(filled, engine, None)
    assert [column.name for column in profile.columns] == ["a", "b", "c"]
    assert profile.columns == whole.columns[:3]
    assert (profile.unmeasured, profile.row_count) == (frozenset({"d"}), whole.row_count)
    assert (profile.duplicate_rows, profile.relationships) == (None, ())
    assert profile.left_out == {
        "last_changed_at": whole.left_out["last_changed_at"],
        "columns.d": ENDED,
        "duplicate_rows": ENDED,
        **dict.fromkeys(COMPARED_METRICS, ENDED),
        "relationships": ENDED,
    }


def until_measuring(seconds: float) -> Callable[[], float]:
    """A clock that stands while rows are read, at so many seconds before the end of a budget of 1,000."""
    return chain([0.0, 0.0], repeat(1000 - seconds)).__next__


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_a_column_that_takes_longer_than_is_left_is_interrupted(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        f"CREATE VIEW t AS SELECT 1 AS quick, {LONG} AS slow, 2 AS last FROM generate_series(1, 900000) i"
    )

    profile = await measured(database, engine, Allowance(1000, until_measuring(1.0)))

    assert [(column.name, column.rows, column.distinct.value) for column in profile.columns] == [
        ("quick", 900_000, 1),
        ("last", 900_000, 1),
    ]
    assert profile.row_count.value == 900_000
    assert profile.unmeasured == {"slow"}
    assert {profile.left_out[name] for name in ("columns.slow", "duplicate_rows", "correlations")} == {ENDED}


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_a_table_whose_columns_all_take_longer_than_is_left_is_left_out(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        f"CREATE VIEW t AS SELECT {LONG} AS slow, 'a' || {LONG} AS too FROM generate_series(1, 900000) i"
    )

    with pytest.raises(LeftOut, match="before it was measured"):
        await measured(database, engine, Allowance(1000, until_measuring(0.3)))


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_a_table_of_which_no_column_was_measured_in_time_is_left_out(
    filled: SourceDatabase, engine: ProfilingEngine
) -> None:
    with pytest.raises(LeftOut, match="before it was measured"):
        await measured(filled, engine, Allowance(3, ticking()))


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_enough_time_leaves_nothing_out_and_bytes_are_counted(
    filled: SourceDatabase, engine: ProfilingEngine
) -> None:
    profile, whole = await measured(filled, engine, Allowance(3600)), await measured(filled, engine, None)

    # Ten rows of two integers of 4 bytes and a text of 3; nulls take nothing.
    assert (profile.columns, profile.left_out) == (whole.columns, whole.left_out)
    assert (profile.bytes_read, whole.bytes_read) == (10 * (4 + 3 + 4), None)


def test_bytes_are_those_of_the_values_by_their_type() -> None:
    values = {
        "text": ("'Straße'", ValueKind.TEXT, 7),
        "flag": ("true", ValueKind.BOOLEAN, 1),
        "day": ("DATE '2026-01-01'", ValueKind.MOMENT, 4),
        "at": ("TIMESTAMP '2026-01-01'", ValueKind.MOMENT, 8),
        "price": ("1.5::DECIMAL(18, 2)", ValueKind.NUMBER, 16),
        "large": ("5::BIGINT", ValueKind.NUMBER, 8),
        "nothing": ("NULL::BIGINT", ValueKind.NUMBER, 0),
    }
    with duckdb.connect() as engine:
        items = ", ".join(f"{value} AS {name}" for name, (value, _, _) in values.items())
        engine.execute(f"CREATE TABLE rows_read AS SELECT {items} FROM range(3)")
        sizes = {name: bytes_of(engine, [CopiedColumn(name, name, kind)]) / 3 for name, (_, kind, _) in values.items()}

    assert sizes == {name: size for name, (_, _, size) in values.items()}
