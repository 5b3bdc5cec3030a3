"""Columns that follow from another column."""

# ruff: noqa: S608 - expressions and names of this package

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from domain.profiles.together import FunctionalDependency
from flows.profiling.together.rows import COMPARED, FEWEST_ROWS, ComparedColumn, ComparedRows, Probe
from flows.sources.base import ValueKind

MOST_VIOLATIONS = 0.05
REFUTING_VIOLATIONS = 0.1
"""Of the rows probed. They cannot show more violations than there are, but for the luck of the draw."""
MOST_REPEATED = 0.5
"""Distinct values for each row: above it, most rows stand alone, and agree with themselves."""
LEAST_PUT_TO_THE_TEST = 0.3
"""Of the rows: they share their determinant with another row."""
LEAST_GAIN = 0.8
"""How far rows of equal determinants agree more than rows at random, on the way to always."""
MOST_TESTED = 60
TESTED_AT_ONCE = 6
FIRST_PROBED = 200

Codes = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A dependency that the rows probed do not refute."""

    determinant: ComparedColumn
    dependent: ComparedColumn
    violations: int
    """Among the rows probed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all compared rows say. `squares` are sums of the squared rows of groups, which count pairs of rows."""

    rows: int
    kept: int
    """Rows with the most frequent dependent of their determinant."""
    tested: int
    squares_together: int
    squares_of_determinant: int
    squares_of_dependent: int

    @property
    def is_telling(self) -> bool:
        if self.rows < FEWEST_ROWS or self.tested < LEAST_PUT_TO_THE_TEST * self.rows:
            return False
        return self.rows - self.kept <= MOST_VIOLATIONS * self.rows and self._gain >= LEAST_GAIN

    @property
    def _gain(self) -> float:
        by_chance = (self.squares_of_dependent - self.rows) / (self.rows**2 - self.rows)
        agreed = (self.squares_together - self.rows) / (self.squares_of_determinant - self.rows)
        return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0


def repeats(column: ComparedColumn) -> bool:
    """Neither a key, nor nearly one, nor a constant, nor nearly one."""
    profile = column.profile
    return (
        column.copied.kind is not ValueKind.OTHER
        and 1 < profile.distinct.value <= MOST_REPEATED * profile.non_null
        and not profile.is_near_constant
    )


def functional_dependencies(
    rows: ComparedRows, columns: Sequence[ComparedColumn], probe: Probe
) -> tuple[tuple[FunctionalDependency, ...], str | None]:
    """The fewest violations first; and why some were not looked at."""
    suspects = sorted(_suspects(columns, probe), key=lambda suspect: suspect.violations)
    tested = suspects[:MOST_TESTED]
    found = [
        FunctionalDependency((suspect.determinant.name,), suspect.dependent.name, seen.rows, seen.rows - seen.kept)
        for start in range(0, len(tested), TESTED_AT_ONCE)
        for suspect, seen in _tested(rows, tested[start : start + TESTED_AT_ONCE])
        if seen.is_telling
    ]
    found.sort(key=lambda dependency: dependency.violation_rate)
    untested = len(suspects) - len(tested)
    return tuple(found), f"{untested} dependencies that few rows did not refute were not tested." if untested else None


def _suspects(columns: Sequence[ComparedColumn], probe: Probe) -> Iterator[Suspect]:
    for one, other in combinations(columns, 2):
        yield from _not_refuted(probe, one, other)


def _not_refuted(probe: Probe, one: ComparedColumn, other: ComparedColumn) -> Iterator[Suspect]:
    ones, others = probe[one.name], probe[other.name]
    first = _violations(ones[:FIRST_PROBED], others[:FIRST_PROBED])
    if all(count > allowed for count, allowed in first):
        return
    (forth, allowed), (back, _) = _violations(ones, others)
    if forth <= allowed and _is_possible(one, other):
        yield Suspect(one, other, forth)
    if back <= allowed and _is_possible(other, one):
        yield Suspect(other, one, back)


def _violations(ones: Codes, others: Codes) -> tuple[tuple[int, float], tuple[int, float]]:
    """Of the one determining the other and of the reverse, each with how many refute it."""
    together = Counter(pair for pair in zip(ones, others, strict=True) if None not in pair)
    rows = together.total()
    forth: dict[int | None, int] = {}
    back: dict[int | None, int] = {}
    for (one, other), count in together.items():
        forth[one] = max(forth.get(one, 0), count)
        back[other] = max(back.get(other, 0), count)
    allowed = REFUTING_VIOLATIONS * max(rows, FEWEST_ROWS)
    return (rows - sum(forth.values()), allowed), (rows - sum(back.values()), allowed)


def _is_possible(determinant: ComparedColumn, dependent: ComparedColumn) -> bool:
    """Each value more that the dependent has violates the dependency in a row at least."""
    more = dependent.profile.distinct.value - determinant.profile.distinct.value
    return more - dependent.profile.rows * MOST_VIOLATIONS <= determinant.profile.nulls


def _tested(rows: ComparedRows, suspects: Sequence[Suspect]) -> Iterator[tuple[Suspect, Evidence]]:
    questions = (_question(place, suspect) for place, suspect in enumerate(suspects))
    for place, *counted in rows.connection.execute(" UNION ALL ".join(questions)).fetchall():
        if counted[0]:
            yield suspects[place], Evidence(*counted)


def _question(place: int, suspect: Suspect) -> str:
    """A row of the fields of `Evidence`."""
    pairs = (
        f"SELECT {suspect.determinant.key} AS a, {suspect.dependent.key} AS b, count(*) AS n FROM {COMPARED} "
        "WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY ALL"
    )
    of_determinants = "SELECT sum(n) AS n, max(n) AS kept, sum(n * n) AS squares FROM pairs GROUP BY a"
    return (
        f"(WITH pairs AS MATERIALIZED ({pairs}) "
        f"SELECT {place}, sum(n), sum(kept), coalesce(sum(n) FILTER (n > 1), 0), sum(squares), sum(n * n), "
        f"(SELECT sum(n * n) FROM (SELECT sum(n) AS n FROM pairs GROUP BY b)) FROM ({of_determinants}))"
    )
