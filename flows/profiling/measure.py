"""Carries a plan out: one copy of the rows, everything measured beside the source."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import duckdb

from domain.assets.model import AssetType, FoundTable
from domain.profiles.model import ColumnProfile, Measured, Method, Reading, TableProfile
from flows.failures import TableFailed
from flows.profiling.columns import profile_column
from flows.profiling.counts import ROWS
from flows.profiling.engine import ProfilingEngine
from flows.profiling.intervals import FEWEST_GROUPS, BlockSample, block_sample, intervals_of
from flows.profiling.keys import candidate_keys, count_duplicate_rows
from flows.profiling.order import value_orders
from flows.profiling.plan import ProfilePlan
from flows.profiling.relationships import infer_relationships
from flows.sources.base import Copied, Coverage, Source
from flows.sources.room import lack_of_room


async def profile_table(
    source: Source, engine: ProfilingEngine, plan: ProfilePlan, others: Sequence[FoundTable] = ()
) -> TableProfile:
    """Measure one table. `others` are the tables that its columns may refer to."""
    started = time.monotonic()
    async with engine.workspace() as workspace:
        copied = await source.copy_into(workspace.connection, ROWS, plan.table, plan.sample)
        reading = _reading(plan, copied)
        try:
            measure = partial(_measure, table=plan.table, copied=copied, reading=reading)
            columns, duplicates = await workspace.run(measure)
        except duckdb.Error as error:  # its message may quote a value
            raise TableFailed(f"{plan.table.fqn} could not be measured: {_cause(error)}.") from None
    relationships = await infer_relationships(source, plan.table, others)
    return TableProfile(
        fqn=plan.table.fqn,
        observed_at=copied.observed_at,
        row_count=Measured(reading.population, _row_count_method(copied)),
        reading=reading,
        columns=columns,
        size_bytes=plan.table.size_bytes,
        duplicate_rows=duplicates,
        candidate_keys=candidate_keys(plan.table, columns),
        relationships=relationships,
        seconds=time.monotonic() - started,
        left_out=_left_out(plan.table, duplicates),
    )


def _reading(plan: ProfilePlan, copied: Copied) -> Reading:
    if copied.coverage is Coverage.ALL:
        return Reading(Method.EXACT, copied.rows, copied.population)
    seed = plan.sample.seed if plan.sample and copied.coverage is not Coverage.FIRST else None
    return Reading(Method.SAMPLED, copied.rows, copied.population, seed)


def _row_count_method(copied: Copied) -> Method:
    return Method.EXACT if copied.coverage is Coverage.ALL else Method.ESTIMATED


def _measure(
    connection: duckdb.DuckDBPyConnection, *, table: FoundTable, copied: Copied, reading: Reading
) -> tuple[tuple[ColumnProfile, ...], Measured[int] | None]:
    declared = {column.name: column.data_type for column in table.columns}
    sample, orders = block_sample(connection, copied), value_orders(connection, table, copied)
    columns = []
    for column in copied.columns:
        profile = profile_column(connection, column, declared.get(column.name, ""), reading, copied.observed_at)
        intervals = intervals_of(sample, column, profile, copied.observed_at) if sample else {}
        left_out = {**profile.left_out, **_no_intervals(reading, sample)}
        columns.append(replace(profile, order=orders.get(column.name), intervals=intervals, left_out=left_out))
    return tuple(columns), _duplicates(connection, copied, reading, columns)


def _no_intervals(reading: Reading, sample: BlockSample | None) -> dict[str, str]:
    if reading.method is Method.EXACT or (sample and sample.blocks >= FEWEST_GROUPS):
        return {}
    which = f"Only {sample.blocks} blocks of rows were read" if sample else "The first rows were read, not random ones"
    return {"intervals": f"{which}: how far the whole table may differ cannot be told."}


def _duplicates(
    connection: duckdb.DuckDBPyConnection, copied: Copied, reading: Reading, columns: Sequence[ColumnProfile]
) -> Measured[int] | None:
    if not columns:
        return None
    if any(column.is_candidate_key for column in columns):
        return Measured(0, reading.method)
    return Measured(count_duplicate_rows(connection, copied), reading.method)


def _left_out(table: FoundTable, duplicates: Measured[int] | None) -> dict[str, str]:
    left_out = {"last_changed_at": "The source does not record when a table last changed."}
    if table.type is AssetType.TABLE and table.size_bytes is None:
        left_out["size_bytes"] = "The source does not tell how much room a table takes."
    if duplicates is None:
        left_out["duplicate_rows"] = "The table has no columns to compare."
    return left_out


def _cause(error: duckdb.Error) -> str:
    return lack_of_room(error) or f"the local engine failed ({type(error).__name__})"
