"""Tables that Hypothesis makes up, in real PostgreSQL, against the independent computation of `reference/`."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.profiling.engine import ProfilingEngine
from tests.flows.profiling.agreement import disagreements_in
from tests.flows.sources.source_database import SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]
same_database = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

Row = tuple[Any, ...]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
COLUMNS = {
    "few": ("smallint", st.integers(0, 3)),
    "many": ("bigint", st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 9)),
    "amount": ("numeric(12, 2)", st.decimals(-(10**9), 10**9, places=2) | st.just(Decimal("NaN"))),
    "exact": ("numeric", st.decimals(-100, 100, places=4) | st.just(Decimal("1.50"))),
    "score": ("double precision", st.floats(-1e6, 1e6) | st.sampled_from([0.1, math.nan, math.inf])),
    "text": ("text", TEXTS | st.sampled_from(["n/a", "a@b.de", "2024-02-29", "7", ""])),
    "code": ("text", st.sampled_from(["A1", "B2", "c 3"])),
    "flag": ("boolean", st.booleans()),
    "day": ("date", st.dates() | st.sampled_from([date(1900, 1, 1), date(2024, 1, 1)])),
    "at": ("timestamptz", st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))),  # noqa: DTZ001
}
ROWS = st.lists(st.tuples(*(values | st.none() for _, values in COLUMNS.values())), max_size=40)


@pytest.fixture
async def made_up(database: SourceDatabase) -> SourceDatabase:
    listed = ", ".join(f'"{name}" {sql_type}' for name, (sql_type, _) in COLUMNS.items())
    await database.run(f"CREATE TABLE made_up (id serial PRIMARY KEY, {listed})")
    return database


async def fill(database: SourceDatabase, rows: list[Row]) -> None:
    connection = await asyncpg.connect(database.server.dsn(database.name))
    try:
        await connection.execute("TRUNCATE made_up")
        await connection.copy_records_to_table("made_up", records=rows, columns=list(COLUMNS))
    finally:
        await connection.close()


@same_database
@given(rows=ROWS, repeated=st.integers(1, 3))
async def test_profiles_of_made_up_rows_agree(
    made_up: SourceDatabase, engine: ProfilingEngine, rows: list[Row], repeated: int
) -> None:
    await fill(made_up, rows * repeated)

    assert await disagreements_in(made_up, engine, "public") == ""
