"""Compares the columns of a copy with each other, within bounds that no width and no length of a table exceeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain

import duckdb

from domain.profiles.model import ColumnProfile, ColumnsTogether, Reading
from flows.profiling.together.composite_keys import composite_keys, may_be_part
from flows.profiling.together.correlations import correlations, varies
from flows.profiling.together.dependencies import functional_dependencies, repeats
from flows.profiling.together.nulls import is_sometimes_null, null_cooccurrence
from flows.profiling.together.ordered_pairs import has_moments, has_numbers, ordered_pairs
from flows.profiling.together.rows import FEWEST_ROWS, Chosen, ComparedColumn, ComparedRows, choose, read_compared
from flows.sources.base import Copied

Keys = tuple[tuple[str, ...], ...]
OF_VALUES = ("correlations", "ordered_pairs")
OF_KEYS = ("functional_dependencies", "null_cooccurrence")
COMPARED_METRICS = (*OF_KEYS, *OF_VALUES)
TOO_FEW = f"Fewer than {FEWEST_ROWS} rows agree by chance."


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found. `keys` hold in all rows of the copy, everything else is about `together.reading`."""

    together: ColumnsTogether | None = None
    keys: Keys = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def with_(self, other: Comparison) -> Comparison:
        """Both, of which each found what the other did not look for."""
        return Comparison(
            _both(self.together, other.together), (*self.keys, *other.keys), {**self.left_out, **other.left_out}
        )


def _both(one: ColumnsTogether | None, other: ColumnsTogether | None) -> ColumnsTogether | None:
    if one is None or other is None:
        return one or other
    return ColumnsTogether(
        min(one.reading, other.reading, key=lambda reading: reading.rows_read),  # the other compared nothing
        functional_dependencies=one.functional_dependencies or other.functional_dependencies,
        correlations=one.correlations or other.correlations,
        null_cooccurrence=one.null_cooccurrence or other.null_cooccurrence,
        ordered_pairs=one.ordered_pairs or other.ordered_pairs,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the metrics. It may be looked for beside the others, on a connection of its own."""

    metrics: tuple[str, ...]
    look: Callable[[duckdb.DuckDBPyConnection], Comparison]


@dataclass(frozen=True, slots=True)
class Comparing:
    """Of the columns that have a profile."""

    copied: Copied
    profiles: Sequence[ColumnProfile]
    reading: Reading
    seed: int
    """It chooses the rows of a large copy."""
    known_keys: Keys
    has_duplicates: bool
    """Rows that are repeated have no key."""

    @property
    def parts(self) -> tuple[Part, ...]:
        if self.copied.rows < FEWEST_ROWS:
            too_few = Comparison(left_out=dict.fromkeys(COMPARED_METRICS, TOO_FEW))
            return (Part(COMPARED_METRICS, lambda _: too_few),)
        return Part(OF_VALUES, self._values), Part(OF_KEYS, self._keys)

    def run(self, connection: duckdb.DuckDBPyConnection) -> Comparison:
        """One after the other."""
        return reduce(Comparison.with_, (part.look(connection) for part in self.parts))

    @property
    def _columns(self) -> list[ComparedColumn]:
        alias_of = {column.name: column for column in self.copied.columns}
        return [ComparedColumn(alias_of[one.name], one, place) for place, one in enumerate(self.profiles)]

    def _values(self, connection: duckdb.DuckDBPyConnection) -> Comparison:
        columns = self._columns
        numbers, moments = choose(columns, has_numbers), choose(columns, has_moments)
        varying = choose(columns, varies)
        reasons = {"correlations": varying.reason, "ordered_pairs": numbers.reason or moments.reason}
        rows = self._read(connection, values=_all(numbers, moments, varying))
        if rows is None:
            return Comparison(ColumnsTogether(self.reading))
        together = ColumnsTogether(
            rows.reading,
            correlations=correlations(rows, varying.columns),
            ordered_pairs=ordered_pairs(rows, numbers.columns, moments.columns),
        )
        return Comparison(together, left_out=_told(reasons))

    def _keys(self, connection: duckdb.DuckDBPyConnection) -> Comparison:
        columns = self._columns
        nulls, repeating = choose(columns, is_sometimes_null), choose(columns, repeats)
        parts = Chosen() if self.has_duplicates else choose(columns, may_be_part)
        rows = self._read(connection, keys=_all(nulls, repeating, parts))
        if rows is None:
            return Comparison(ColumnsTogether(self.reading))
        probe = rows.probe(_all(repeating, parts))
        dependencies, untested = functional_dependencies(rows, repeating.columns, probe)
        keys, untested_keys = composite_keys(rows, self.copied.rows, parts.columns, probe, self.known_keys)
        together = ColumnsTogether(
            rows.reading,
            functional_dependencies=dependencies,
            null_cooccurrence=null_cooccurrence(rows, nulls.columns),
        )
        left_out = _told(
            {
                "null_cooccurrence": nulls.reason,
                "functional_dependencies": _sentences(repeating.reason, untested),
                "candidate_keys": _sentences(parts.reason, untested_keys),
            }
        )
        return Comparison(together, keys, left_out)

    def _read(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        values: Sequence[ComparedColumn] = (),
        keys: Sequence[ComparedColumn] = (),
    ) -> ComparedRows | None:
        """None when there is nothing to compare."""
        if not values and not keys:
            return None
        return read_compared(connection, self.copied, self.reading, self.seed, values=values, keys=keys)


def _all(*chosen: Chosen) -> list[ComparedColumn]:
    return list(chain.from_iterable(one.columns for one in chosen))


def _told(reasons: Mapping[str, str | None]) -> dict[str, str]:
    return {metric: reason for metric, reason in reasons.items() if reason}


def _sentences(*reasons: str | None) -> str:
    return " ".join(filter(None, reasons))
