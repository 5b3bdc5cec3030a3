"""Carries a plan out: one copy of the rows, everything measured beside the source."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import duckdb

from domain.assets.model import AssetType, FoundTable
from domain.profiles.model import (
    ColumnProfile,
    InferredRelationship,
    Measured,
    Method,
    Reading,
    TableProfile,
)
from flows.failures import LeftOut, TableFailed
from flows.profiling.allowance import ENDED, Allowance
from flows.profiling.counts import ROWS
from flows.profiling.engine import ProfilingEngine, Workspace
from flows.profiling.keys import candidate_keys
from flows.profiling.measuring import Measuring
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import ProfilePlan
from flows.profiling.relationships import infer_relationships
from flows.sources.base import Copied, Coverage, Source
from flows.sources.room import lack_of_room


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
        measured = Measuring(plan, copied, reading)
        await _measure_in_time(workspace, measured, allowance)
    nearby = neighbours or Neighbours(source, [plan.table])
    relationships = await _relationships(source, plan.table, nearby, measured.columns, allowed)
    return TableProfile(
        fqn=plan.table.fqn,
        observed_at=copied.observed_at,
        row_count=Measured(reading.population, _row_count_method(copied)),
        reading=reading,
        columns=measured.columns,
        size_bytes=plan.table.size_bytes,
        duplicate_rows=measured.duplicates,
        candidate_keys=(*candidate_keys(plan.table, measured.columns), *measured.compared.keys),
        relationships=relationships or (),
        together=measured.compared.together,
        seconds=time.monotonic() - started,
        bytes_read=measured.bytes_read,
        left_out={
            **_left_out(plan.table),
            **measured.left_out,
            **({"relationships": ENDED} if relationships is None else {}),
        },
    )


async def _measure_in_time(workspace: Workspace, measuring: Measuring, allowance: Allowance | None) -> None:
    """What is being measured when time is up is interrupted. A profile without any column would tell less than an
    earlier one.
    """
    try:
        with suppress(LeftOut):
            async with (allowance or Allowance()).reading():
                await measuring.run(workspace, allowance)
    except duckdb.Error as error:  # its message may quote a value
        raise TableFailed(f"{measuring.plan.table.fqn} could not be measured: {_cause(error)}.") from None
    if measuring.lack_of_room:
        raise TableFailed(f"{measuring.plan.table.fqn} could not be measured: {measuring.lack_of_room}.")
    if measuring.copied.columns and not measuring.columns:
        raise LeftOut(ENDED)


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


def _left_out(table: FoundTable) -> dict[str, str]:
    left_out = {"last_changed_at": "The source does not record when a table last changed."}
    if table.type is AssetType.TABLE and table.size_bytes is None:
        left_out["size_bytes"] = "The source does not tell how much room a table takes."
    return left_out


def _cause(error: duckdb.Error) -> str:
    return lack_of_room(error) or f"the local engine failed ({type(error).__name__})"
