"""Compares columns with the keys that they may refer to, in the source: the rows of the child are read once."""

# ruff: noqa: S608 - names are quoted, numbers are our own

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import structlog

from domain.assets.model import FoundTable
from domain.profiles.model import Method, Reading
from flows.failures import TableFailed
from flows.profiling.possible_references import Candidate
from flows.profiling.value_evidence import surprise_of_order
from flows.sources.base import Row, Source
from flows.sources.dialect import quote_name, quote_table

MAX_CHECKED_ROWS = 100_000
"""About, where blocks of a table are drawn, which hold unlike numbers of rows; at most, where they are not."""
_SPARE = 2
"""Times as many rows are read at most when blocks are drawn: a bound that cut off the last ones would not be random."""
_SEED = 1
"""Of `Dialect.block_sample`."""
_MOST_FAILURES = 3
_CHILD = "child_rows"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rows say of a candidate. `rows` are those with a value in every column."""

    candidate: Candidate
    reading: Reading
    rows: int
    orphans: int
    distinct: int
    """Values, or combinations of values, of the child."""
    reached: int
    """Those of them that are in the key."""
    possible: float | None
    """Combinations that the values of a key of several columns could make; None for a key of one."""
    not_below: int
    """Rows of a table that may refer to itself whose number is not below that of their own key."""

    @property
    def containment(self) -> float:
        return (self.rows - self.orphans) / self.rows if self.rows else 0.0

    @property
    def is_whole_key(self) -> bool:
        """Whether every value of the key is referred to."""
        return self.reached == self.candidate.facts.rows

    @property
    def bits(self) -> float:
        """How much speaks against chance; of several columns, that only combinations which exist are referred to."""
        if self.possible:
            density = min(1.0, self.candidate.facts.rows / self.possible)
            return -self.reached * log2(density) if density else 0.0
        if self.candidate.share_not_below is not None:
            return surprise_of_order(self.rows * self.candidate.share_not_below, self.not_below)
        return self.candidate.bits


async def check(source: Source, table: FoundTable, candidates: Sequence[Candidate]) -> list[Checked]:
    """One statement for all; where that fails, one for each, so that a parent that cannot be read hides no other."""
    if not candidates:
        return []
    try:
        return await _ask(source, table, candidates, _sampling(source, table))
    except TableFailed:
        return await _check_alone(source, table, candidates)


async def _check_alone(source: Source, table: FoundTable, candidates: Sequence[Candidate]) -> list[Checked]:
    """Without drawing blocks, which a foreign table does not have; given up after a few that fail, each in its time."""
    checked: list[Checked] = []
    failures = 0
    for candidate in candidates:
        try:
            checked += await _ask(source, table, [candidate], "")
        except TableFailed as error:
            parent = str(candidate.parent)
            log.warning("relationship.unchecked", fqn=str(table.fqn), parent=parent, error=error.message)
            failures += 1
            if failures == _MOST_FAILURES:
                break
    return checked


async def _ask(source: Source, table: FoundTable, candidates: Sequence[Candidate], sampling: str) -> list[Checked]:
    rows = await source.fetch(_check_sql(table, candidates, sampling))
    return [_checked(table, candidates[row["place"]], row, sampling) for row in rows]


def _checked(table: FoundTable, candidate: Candidate, row: Row, sampling: str) -> Checked:
    return Checked(
        candidate=candidate,
        reading=_reading(table, int(row["rows_read"]), is_sample=bool(sampling)),
        rows=int(row["checked"]),
        orphans=int(row["orphans"]),
        distinct=int(row["combinations"]),
        reached=int(row["reached"]),
        possible=None if row["possible"] is None else float(row["possible"]),
        not_below=int(row["not_below"]),
    )


def _reading(table: FoundTable, rows_read: int, *, is_sample: bool) -> Reading:
    """Where the bound was met, there may be more rows than were read."""
    if not is_sample and rows_read < MAX_CHECKED_ROWS:
        return Reading(Method.EXACT, rows_read, rows_read)
    population = max(rows_read, table.estimated_rows or 0)
    return Reading(Method.SAMPLED, rows_read, population, _SEED if is_sample else None)


def _sampling(source: Source, table: FoundTable) -> str:
    """The first rows are the oldest, whose parents may be the ones that are missing."""
    rows = table.estimated_rows or 0
    if rows <= MAX_CHECKED_ROWS:
        return ""
    return source.dialect.block_sample(min(100.0, 100 * MAX_CHECKED_ROWS / rows))


def _check_sql(table: FoundTable, candidates: Sequence[Candidate], sampling: str) -> str:
    columns = dict.fromkeys(name for candidate in candidates for name in _read_for(candidate))
    child = f"SELECT {', '.join(map(quote_name, columns))} FROM {quote_table(table.fqn)}{sampling}"
    limit = _SPARE * MAX_CHECKED_ROWS if sampling else MAX_CHECKED_ROWS
    checks = " UNION ALL ".join(_one_check(place, candidate) for place, candidate in enumerate(candidates))
    return f"WITH {_CHILD} AS MATERIALIZED ({child} LIMIT {limit}) {checks}"


def _one_check(place: int, candidate: Candidate) -> str:
    """The key is unique, so the join repeats nothing."""
    own, theirs = [quote_name(name) for name in candidate.columns], [quote_name(name) for name in candidate.key.columns]
    values = ", ".join(f"{name} AS value_{number}" for number, name in enumerate(own))
    present = " AND ".join(f"{name} IS NOT NULL" for name in own)
    equal = " AND ".join(f"parent.{name} = child.value_{number}" for number, name in enumerate(theirs))
    found = f"parent.{theirs[0]}"
    return (
        f"SELECT {place} AS place, (SELECT count(*) FROM {_CHILD}) AS rows_read, coalesce(sum(child.n), 0) AS checked, "
        f"coalesce(sum(child.n) FILTER (WHERE {found} IS NULL), 0) AS orphans, count(*) AS combinations, "
        f"count({found}) AS reached, {_possible(candidate)} AS possible, {_not_below(candidate)} AS not_below "
        f"FROM (SELECT {values}, count(*) AS n FROM {_CHILD} WHERE {present} GROUP BY {', '.join(own)}) child "
        f"LEFT JOIN {quote_table(candidate.parent)} parent ON {equal}"
    )


def _read_for(candidate: Candidate) -> tuple[str, ...]:
    return candidate.columns if candidate.share_not_below is None else (*candidate.columns, *candidate.key.columns)


def _not_below(candidate: Candidate) -> str:
    if candidate.share_not_below is None:
        return "0"
    (column,), (key,) = candidate.columns, candidate.key.columns
    return f"(SELECT count(*) FROM {_CHILD} WHERE {quote_name(column)} >= {quote_name(key)})"


def _possible(candidate: Candidate) -> str:
    if len(candidate.columns) == 1:
        return "CAST(NULL AS double precision)"
    counts = " * ".join(
        f"CAST(count(DISTINCT {quote_name(name)}) AS double precision)" for name in candidate.key.columns
    )
    return f"(SELECT {counts} FROM {quote_table(candidate.parent)})"
