"""Whether the intervals of a sample hold what they promise: on tables whose every number is known."""

import math
import random
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from domain.profiles.measurements import measurements
from domain.profiles.model import ColumnProfile, Method, Reading
from flows.profiling.columns import profile_columns
from flows.profiling.intervals import intervals_of, random_sample
from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BLOCKS, ROWS_A_BLOCK, SAMPLED_BLOCKS = 2000, 20, 200
REPETITIONS = 40
PROMISED = 0.93
"""On average of all numbers; 0.95 less what forty repetitions may be off."""
LEAST = 0.85
"""For a single one: as much less as the worst of twenty is off."""
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SELECT setseed(0.25)")
        connection.execute(
            f"""CREATE TEMP TABLE whole AS SELECT (i // {ROWS_A_BLOCK})::VARCHAR AS block, {POPULATION}
                  FROM range({BLOCKS * ROWS_A_BLOCK}) r(i)"""
        )
        yield connection


# Columns whose rows are independent, and such whose blocks differ: those need much wider intervals.
KINDS = {
    "even": ("random() * 100", ValueKind.NUMBER),
    "skewed": ("exp(random() * 5)", ValueKind.NUMBER),
    "by_block": (f"round((hash(i // {ROWS_A_BLOCK}) % 1000) / 10 + random(), 3)", ValueKind.NUMBER),
    "trend": (f"(i // {ROWS_A_BLOCK})::DOUBLE", ValueKind.NUMBER),
    "holes": ("CASE WHEN random() > 0.02 THEN (random() * 4)::INTEGER - 1 END", ValueKind.NUMBER),
    "code": (
        "CASE WHEN hash(i) % 50 = 0 THEN ' ' WHEN hash(i) % 9 = 0 THEN 'a@b.de' ELSE 'AB-' || i % 7 END",
        ValueKind.TEXT,
    ),
    "moment": ("TIMESTAMP '2025-01-01' + INTERVAL 6 HOUR * (hash(i) % 2000)::INTEGER", ValueKind.MOMENT),
    "flag": (f"hash(i // {3 * ROWS_A_BLOCK}) % 5 = 0", ValueKind.BOOLEAN),
}
POPULATION = ", ".join(f"{expression} AS {name}" for name, (expression, _) in KINDS.items())


def by_block(chance: random.Random) -> str:
    return f"WHERE block IN ({', '.join(repr(str(one)) for one in chance.sample(range(BLOCKS), SAMPLED_BLOCKS))})"


def by_row(chance: random.Random) -> str:
    rows = chance.sample(range(BLOCKS * ROWS_A_BLOCK), SAMPLED_BLOCKS * ROWS_A_BLOCK)
    return f"WHERE rowid IN ({', '.join(map(str, rows))})"


def profile(engine: duckdb.DuckDBPyConnection, name: str, coverage: Coverage, chosen: str = "") -> ColumnProfile:
    """Of all rows, or of those that are chosen."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE rows_read AS SELECT block, {name} FROM whole {chosen}")
    (rows,) = engine.execute("SELECT count(*) FROM rows_read").fetchone() or (0,)
    column = CopiedColumn(name, name, KINDS[name][1])
    population = BLOCKS * ROWS_A_BLOCK
    method = Method.EXACT if coverage is Coverage.ALL else Method.SAMPLED
    (found,) = profile_columns(engine, [column], {}, Reading(method, rows, population), NOW)
    copied = Copied(rows, population, coverage, NOW, (column,), "block" if coverage is Coverage.BLOCKS else None)
    sample = random_sample(engine, copied)
    return replace(found, intervals=intervals_of(sample, column, found, NOW)) if sample else found


DRAWN = {Coverage.BLOCKS: by_block, Coverage.ROWS: by_row}


def hits(engine: duckdb.DuckDBPyConnection, name: str, coverage: Coverage) -> dict[str, float]:
    """How often the interval of each metric held the truth."""
    chance = random.Random(name)
    truth = {one.metric: one.value for one in measurements(profile(engine, name, Coverage.ALL))}
    held, told = Counter[str](), Counter[str]()
    for _ in range(REPETITIONS):
        for one in measurements(profile(engine, name, coverage, DRAWN[coverage](chance))):
            if one.metric in truth and (one.low, one.high) != (None, None):
                told[one.metric] += 1
                low, high = (-math.inf if one.low is None else one.low), (math.inf if one.high is None else one.high)
                held[one.metric] += low - ROUNDING <= truth[one.metric] <= high + ROUNDING
    return {metric: held[metric] / count for metric, count in told.items()}


@pytest.mark.parametrize(
    ("coverage", "name"),
    [*((Coverage.BLOCKS, name) for name in KINDS), *((Coverage.ROWS, name) for name in ("skewed", "by_block", "code"))],
)
def test_intervals_hold_the_truth_as_often_as_they_promise(
    engine: duckdb.DuckDBPyConnection, coverage: Coverage, name: str
) -> None:
    found = hits(engine, name, coverage)

    assert statistics.fmean(found.values()) >= PROMISED
    assert min(found.values()) >= LEAST
