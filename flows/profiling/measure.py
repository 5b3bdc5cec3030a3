"""Carries a plan out: one copy of the rows, everything measured beside the source."""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb

from domain.assets.model import AssetType, FoundTable
from domain.profiles.model import (
    UNMEASURED,
    ColumnProfile,
    InferredRelationship,
    Measured,
    Method,
    Reading,
    TableProfile,
)
from flows.failures import LeftOut, TableFailed
from flows.profiling.allowance import ENDED, Allowance, bytes_of
from flows.profiling.columns import profile_columns
from flows.profiling.counts import ROWS, batches
from flows.profiling.engine import ProfilingEngine, Workspace
from flows.profiling.intervals import FEWEST_GROUPS, RandomSample, intervals_of, random_sample
from flows.profiling.keys import candidate_keys, count_duplicate_rows
from flows.profiling.neighbours import Neighbours
from flows.profiling.order import value_orders
from flows.profiling.plan import ProfilePlan, seed_of
from flows.profiling.relationships import infer_relationships
from flows.profiling.together.compare import COMPARED_METRICS, Comparison, compare_columns
from flows.sources.base import Copied, Coverage, Source
from flows.sources.room import lack_of_room


def _nothing_compared() -> Comparison:
    return Comparison(left_out=dict.fromkeys(COMPARED_METRICS, ENDED))


@dataclass(slots=True)
class _Measured:
    """What was measured of the copy so far; it stays when the measuring is interrupted."""

    columns: list[ColumnProfile] = field(default_factory=list)
    duplicates: Measured[int] | None = None
    compared: Comparison = field(default_factory=_nothing_compared)
    bytes_read: int | None = None

    def left_out(self, copied: Copied) -> dict[str, str]:
        """Why each thing is missing that is."""
        if not copied.columns:
            return {"duplicate_rows": "The table has no columns to compare."}
        measured = {column.name for column in self.columns}
        missing = [f"{UNMEASURED}{column.name}" for column in copied.columns if column.name not in measured]
        missing += [] if self.duplicates else ["duplicate_rows"]
        return {**dict.fromkeys(missing, ENDED), **self.compared.left_out}


async def profile_table(
    source: Source,
    engine: ProfilingEngine,
    plan: ProfilePlan,
    neighbours: Neighbours | None = None,
    allowance: Allowance | None = None,
) -> TableProfile:
    """Measure one table. `neighbours` are the tables that its columns may refer to, itself in any case.

    With an allowance it ends in time, and bytes are counted: what is not measured by then is named in `left_out`.
    """
    started, allowed = time.monotonic(), allowance or Allowance()
    async with engine.workspace() as workspace:
        async with allowed.reading():
            copied = await source.copy_into(workspace.connection, ROWS, plan.table, plan.sample)
        reading = _reading(plan, copied)
        measured = await _measured_in_time(workspace, plan, copied, reading, allowance)
    nearby = neighbours or Neighbours(source, [plan.table])
    relationships = await _relationships(source, plan.table, nearby, measured.columns, allowed)
    return TableProfile(
        fqn=plan.table.fqn,
        observed_at=copied.observed_at,
        row_count=Measured(reading.population, _row_count_method(copied)),
        reading=reading,
        columns=tuple(measured.columns),
        size_bytes=plan.table.size_bytes,
        duplicate_rows=measured.duplicates,
        candidate_keys=(*candidate_keys(plan.table, measured.columns), *measured.compared.keys),
        relationships=relationships or (),
        together=measured.compared.together,
        seconds=time.monotonic() - started,
        bytes_read=measured.bytes_read,
        left_out={
            **_left_out(plan.table),
            **measured.left_out(copied),
            **({"relationships": ENDED} if relationships is None else {}),
        },
    )


async def _measured_in_time(
    workspace: Workspace, plan: ProfilePlan, copied: Copied, reading: Reading, allowance: Allowance | None
) -> _Measured:
    """What is being measured when time is up is interrupted. A profile without any column would tell less than an
    earlier one.
    """
    measured, allowed = _Measured(), allowance or Allowance()
    measure = partial(_measure, plan=plan, copied=copied, reading=reading, allowance=allowance, into=measured)
    try:
        with suppress(LeftOut):
            async with allowed.reading():
                await workspace.run(measure)
    except duckdb.Error as error:  # its message may quote a value
        raise TableFailed(f"{plan.table.fqn} could not be measured: {_cause(error)}.") from None
    if copied.columns and not measured.columns:
        raise LeftOut(ENDED)
    return measured


async def _relationships(
    source: Source, table: FoundTable, neighbours: Neighbours, columns: Sequence[ColumnProfile], allowed: Allowance
) -> tuple[InferredRelationship, ...] | None:
    """None when there is no time for them."""
    try:
        async with allowed.reading():
            return await infer_relationships(source, table, neighbours, columns)
    except LeftOut:
        return None


def _reading(plan: ProfilePlan, copied: Copied) -> Reading:
    if copied.coverage is Coverage.ALL:
        return Reading(Method.EXACT, copied.rows, copied.population)
    has_seed = copied.coverage is not Coverage.FIRST and copied.is_repeatable
    seed = plan.sample.seed if plan.sample and has_seed else None
    return Reading(Method.SAMPLED, copied.rows, copied.population, seed)


def _row_count_method(copied: Copied) -> Method:
    return Method.EXACT if copied.coverage is Coverage.ALL else Method.ESTIMATED


def _measure(
    connection: duckdb.DuckDBPyConnection,
    *,
    plan: ProfilePlan,
    copied: Copied,
    reading: Reading,
    allowance: Allowance | None,
    into: _Measured,
) -> None:
    """Columns of one kind after those of another while it is allowed; they stand in the order of the table."""
    allowed = allowance or Allowance()
    if allowance:
        into.bytes_read = bytes_of(connection, copied.columns)
    places = {column.name: place for place, column in enumerate(copied.columns)}
    for column in _columns(connection, plan.table, copied, reading, allowed):
        insort(into.columns, column, key=lambda one: places[one.name])
    if allowed.is_over or not copied.columns:
        return
    into.duplicates = _duplicates(connection, copied, reading, into.columns)
    has_duplicates = into.duplicates.value > 0
    into.compared = compared_within_room(connection, plan, copied, reading, into.columns, has_duplicates=has_duplicates)


def _columns(
    connection: duckdb.DuckDBPyConnection, table: FoundTable, copied: Copied, reading: Reading, allowed: Allowance
) -> Iterator[ColumnProfile]:
    declared = {column.name: column.data_type for column in table.columns}
    sample, orders = random_sample(connection, copied), value_orders(connection, table, copied)
    for columns in batches(copied):
        if allowed.is_over:
            return
        profiles = profile_columns(connection, columns, declared, reading, copied.observed_at)
        for column, profile in zip(columns, profiles, strict=True):
            intervals = intervals_of(sample, column, profile, copied.observed_at) if sample else {}
            left_out = {**profile.left_out, **_no_intervals(reading, copied, sample)}
            yield replace(profile, order=orders.get(column.name), intervals=intervals, left_out=left_out)


def compared_within_room(
    connection: duckdb.DuckDBPyConnection,
    plan: ProfilePlan,
    copied: Copied,
    reading: Reading,
    columns: Sequence[ColumnProfile],
    *,
    has_duplicates: bool,
) -> Comparison:
    """A profile without what its columns do together is better than none."""
    seed = seed_of(plan.table.fqn) if plan.sample is None else plan.sample.seed
    keys = candidate_keys(plan.table, columns)
    try:
        return compare_columns(
            connection, copied, columns, reading, seed=seed, known_keys=keys, has_duplicates=has_duplicates
        )
    except duckdb.Error as error:
        if reason := lack_of_room(error):
            return Comparison(left_out=dict.fromkeys(COMPARED_METRICS, f"Comparing columns failed: {reason}."))
        raise


def _no_intervals(reading: Reading, copied: Copied, sample: RandomSample | None) -> dict[str, str]:
    if reading.method is Method.EXACT or (sample and sample.draws >= FEWEST_GROUPS):
        return {}
    if sample:
        which = f"No more than {sample.draws} blocks or rows were drawn"
    elif copied.coverage is Coverage.BLOCKS and copied.rows:
        which = "Blocks were drawn, and the source does not say which block a row is from"
    else:
        which = "The first rows were read, not random ones"
    return {"intervals": f"{which}: how far the whole table may differ cannot be told."}


def _duplicates(
    connection: duckdb.DuckDBPyConnection, copied: Copied, reading: Reading, columns: Sequence[ColumnProfile]
) -> Measured[int]:
    if any(column.is_candidate_key for column in columns):
        return Measured(0, reading.method)
    return Measured(count_duplicate_rows(connection, copied), reading.method)


def _left_out(table: FoundTable) -> dict[str, str]:
    left_out = {"last_changed_at": "The source does not record when a table last changed."}
    if table.type is AssetType.TABLE and table.size_bytes is None:
        left_out["size_bytes"] = "The source does not tell how much room a table takes."
    return left_out


def _cause(error: duckdb.Error) -> str:
    return lack_of_room(error) or f"the local engine failed ({type(error).__name__})"
