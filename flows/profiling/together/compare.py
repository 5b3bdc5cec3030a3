"""Compares the columns of a copy with each other, within bounds that no width and no length of a table exceeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
COMPARED_METRICS = ("functional_dependencies", "correlations", "null_cooccurrence", "ordered_pairs")
TOO_FEW = f"Fewer than {FEWEST_ROWS} rows agree by chance."


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found. `keys` hold in all rows of the copy, everything else is about `together.reading`."""

    together: ColumnsTogether | None = None
    keys: Keys = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Questions:
    """Which columns are compared, for each question."""

    numbers: Chosen
    moments: Chosen
    varying: Chosen
    nulls: Chosen
    repeating: Chosen
    key_parts: Chosen

    @property
    def left_out(self) -> dict[str, str]:
        reasons = {
            "correlations": self.varying.reason,
            "ordered_pairs": self.numbers.reason or self.moments.reason,
            "null_cooccurrence": self.nulls.reason,
            "functional_dependencies": self.repeating.reason,
            "candidate_keys": self.key_parts.reason,
        }
        return {metric: reason for metric, reason in reasons.items() if reason}


def compare_columns(
    connection: duckdb.DuckDBPyConnection,
    copied: Copied,
    profiles: Sequence[ColumnProfile],
    reading: Reading,
    *,
    seed: int,
    known_keys: Keys,
    has_duplicates: bool,
) -> Comparison:
    """`seed` chooses the rows of a large copy. Rows that are repeated have no key."""
    if copied.rows < FEWEST_ROWS:
        return Comparison(left_out=dict.fromkeys(COMPARED_METRICS, TOO_FEW))
    columns = [ComparedColumn(*both, place) for place, both in enumerate(zip(copied.columns, profiles, strict=True))]
    questions = _questions(columns, has_duplicates=has_duplicates)
    values = _all(questions.numbers, questions.moments, questions.varying)
    keys = _all(questions.nulls, questions.repeating, questions.key_parts)
    if not values and not keys:
        return Comparison(ColumnsTogether(reading))
    rows = read_compared(connection, copied, reading, seed, values=values, keys=keys)
    return _answer(questions, rows, copied.rows, known_keys)


def _questions(columns: Sequence[ComparedColumn], *, has_duplicates: bool) -> Questions:
    return Questions(
        numbers=choose(columns, has_numbers),
        moments=choose(columns, has_moments),
        varying=choose(columns, varies),
        nulls=choose(columns, is_sometimes_null),
        repeating=choose(columns, repeats),
        key_parts=Chosen() if has_duplicates else choose(columns, may_be_part),
    )


def _all(*chosen: Chosen) -> list[ComparedColumn]:
    return [column for one in chosen for column in one.columns]


def _answer(questions: Questions, rows: ComparedRows, all_rows: int, known_keys: Keys) -> Comparison:
    probe = rows.probe(_all(questions.repeating, questions.key_parts))
    dependencies, untested = functional_dependencies(rows, questions.repeating.columns, probe)
    keys, untested_keys = composite_keys(rows, all_rows, questions.key_parts.columns, probe, known_keys)
    together = ColumnsTogether(
        rows.reading,
        functional_dependencies=dependencies,
        correlations=correlations(rows, questions.varying.columns),
        null_cooccurrence=null_cooccurrence(rows, questions.nulls.columns),
        ordered_pairs=ordered_pairs(rows, questions.numbers.columns, questions.moments.columns),
    )
    left_out = questions.left_out
    for metric, reason in (("functional_dependencies", untested), ("candidate_keys", untested_keys)):
        if reason:
            left_out[metric] = " ".join(filter(None, (left_out.get(metric), reason)))
    return Comparison(together, keys, left_out)
