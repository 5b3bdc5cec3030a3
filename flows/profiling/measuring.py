"""Measures a copy, step by step, so that what was measured stays when the rest is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from itertools import chain
from typing import TypeVar

import duckdb

from domain.profiles.model import UNMEASURED, ColumnProfile, Measured, Method, Reading, ValueOrder
from flows.profiling.allowance import ENDED, Allowance, bytes_of
from flows.profiling.columns import profile_columns
from flows.profiling.counts import batches
from flows.profiling.engine import Workspace
from flows.profiling.intervals import FEWEST_GROUPS, RandomSample, intervals_of, random_sample
from flows.profiling.keys import candidate_keys, count_duplicate_rows
from flows.profiling.order import value_orders
from flows.profiling.plan import ProfilePlan, seed_of
from flows.profiling.together.compare import COMPARED_METRICS, Comparing, Comparison, Part
from flows.sources.base import Copied, CopiedColumn, Coverage
from flows.sources.room import lack_of_room

T = TypeVar("T")
Columns = tuple[CopiedColumn, ...]
Measure = Callable[[Columns, duckdb.DuckDBPyConnection], None]


@dataclass(slots=True)
class Measuring:
    """Of one copied table, and what came of it so far."""

    plan: ProfilePlan
    copied: Copied
    reading: Reading
    duplicates: Measured[int] | None = None
    bytes_read: int | None = None
    _profiles: dict[str, ColumnProfile] = field(default_factory=dict)
    _orders: Mapping[str, ValueOrder | None] = field(default_factory=dict)
    _compared: dict[Part, Comparison] = field(default_factory=dict)
    _crowded_out: list[Columns] = field(default_factory=list)
    """For them there was no room beside others."""
    _lacks: dict[str, str] = field(default_factory=dict)
    """For what there was no room at all, and why."""

    @property
    def columns(self) -> tuple[ColumnProfile, ...]:
        """In the order of the table."""
        measured = (column.name for column in self.copied.columns if column.name in self._profiles)
        return tuple(replace(self._profiles[name], order=self._orders.get(name)) for name in measured)

    @property
    def compared(self) -> Comparison:
        done = {metric for part in self._compared for metric in part.metrics}
        ended = Comparison(left_out={metric: ENDED for metric in COMPARED_METRICS if metric not in done})
        return reduce(Comparison.with_, self._compared.values(), ended)

    @property
    def left_out(self) -> dict[str, str]:
        """Why each thing is missing that is."""
        if not self.copied.columns:
            return {"duplicate_rows": "The table has no columns to compare."}
        missing = [f"{UNMEASURED}{column.name}" for column in self.copied.columns if column.name not in self._profiles]
        missing += [] if self.duplicates else ["duplicate_rows"]
        lacking = {name: f"It could not be measured: {reason}." for name, reason in self._lacks.items()}
        return {**dict.fromkeys(missing, ENDED), **lacking, **self.compared.left_out}

    @property
    def lack_of_room(self) -> str | None:
        """Why not even one column could be measured."""
        return None if self._profiles else next(iter(self._lacks.values()), None)

    async def run(self, workspace: Workspace, allowance: Allowance | None) -> None:
        """With an allowance bytes are counted. Raises `duckdb.Error`."""
        allowed = allowance or Allowance()
        if allowance:
            self.bytes_read = await workspace.run(lambda connection: bytes_of(connection, self.copied.columns))
        if not self.copied.columns:
            return
        sample = await workspace.run(lambda connection: random_sample(connection, self.copied))
        measure = partial(self._measure, sample)
        beside = (
            partial(self._measure_beside, measure, columns) for columns in batches(self.copied) if not allowed.is_over
        )
        await workspace.run_all(chain([self._order], beside))
        for columns in self._crowded_out:
            await workspace.run(partial(self._measure_alone, measure, columns))
        if self._profiles and not allowed.is_over:
            await workspace.run(self._count_duplicates)
            await workspace.run_all(partial(self._look, part) for part in self._comparing.parts)

    def _order(self, connection: duckdb.DuckDBPyConnection) -> None:
        orders = partial(value_orders, connection, self.plan.table, self.copied)
        self._orders = _within_room(orders, lambda reason: self._lacks.update(order=reason)) or {}

    def _measure_beside(self, measure: Measure, columns: Columns, connection: duckdb.DuckDBPyConnection) -> None:
        """Others that are measured meanwhile share the memory."""
        _within_room(partial(measure, columns, connection), lambda _: self._crowded_out.append(columns))

    def _measure_alone(self, measure: Measure, columns: Columns, connection: duckdb.DuckDBPyConnection) -> None:
        def note(reason: str) -> None:
            self._lacks |= {f"{UNMEASURED}{column.name}": reason for column in columns}

        _within_room(partial(measure, columns, connection), note)

    def _measure(self, sample: RandomSample | None, columns: Columns, connection: duckdb.DuckDBPyConnection) -> None:
        """Columns of one kind."""
        declared = {column.name: column.data_type for column in self.plan.table.columns}
        of_copy = replace(sample, connection=connection) if sample else None
        profiles = profile_columns(connection, columns, declared, self.reading, self.copied.observed_at)
        for column, profile in zip(columns, profiles, strict=True):
            intervals = intervals_of(of_copy, column, profile, self.copied.observed_at) if of_copy else {}
            left_out = {**profile.left_out, **_no_intervals(self.reading, self.copied, sample)}
            self._profiles[column.name] = replace(profile, intervals=intervals, left_out=left_out)

    def _count_duplicates(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.duplicates = _within_room(
            lambda: _duplicates(connection, self.copied, self.reading, self.columns),
            lambda reason: self._lacks.update(duplicate_rows=reason),
        )

    @property
    def _comparing(self) -> Comparing:
        plan, columns = self.plan, self.columns
        return Comparing(
            self.copied,
            columns,
            self.reading,
            seed=seed_of(plan.table.fqn) if plan.sample is None else plan.sample.seed,
            known_keys=candidate_keys(plan.table, columns),
            has_duplicates=self.duplicates is None or self.duplicates.value > 0,
        )

    def _look(self, part: Part, connection: duckdb.DuckDBPyConnection) -> None:
        self._compared[part] = look_within_room(part, connection)


def _within_room(work: Callable[[], T], note: Callable[[str], None]) -> T | None:
    """None where there is no room for it, after which the rest goes on; it is told why."""
    try:
        return work()
    except duckdb.Error as error:
        reason = lack_of_room(error)
        if not reason:
            raise
        note(reason)
        return None


def look_within_room(part: Part, connection: duckdb.DuckDBPyConnection) -> Comparison:
    """A profile without what its columns do together is better than none."""
    lacks: list[str] = []
    found = _within_room(partial(part.look, connection), lacks.append)
    return found or Comparison(
        left_out={metric: f"Comparing columns failed: {reason}." for metric in part.metrics for reason in lacks}
    )


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
