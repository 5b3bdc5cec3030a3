"""Columns that follow from another column."""

# ruff: noqa: S608 - expressions and names of this package

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from domain.profiles.together import FunctionalDependency
from flows.profiling.together.rows import COMPARED, FEWEST_ROWS, PROBED_ROWS, ComparedColumn, ComparedRows, Probe
from flows.sources.base import ValueKind

MOST_VIOLATIONS = 0.05
REFUTING_VIOLATIONS = 0.1
"""Of the rows probed. They cannot show more violations than there are, but for the luck of the draw."""
MOST_REPEATED = 0.5
"""Distinct values for each row: above it, most rows stand alone, and agree with themselves."""
LEAST_PUT_TO_THE_TEST = 0.3
"""Of the rows."""
LEAST_GAIN = 0.8
"""How far rows of equal determinants agree more than rows at random, on the way to always."""
MOST_TESTED = 40
TESTED_AT_ONCE = 6
FIRST_PROBED = 200

Codes = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A dependency that the rows probed do not refute."""

    determinant: ComparedColumn
    dependent: ComparedColumn
    by_chance: float
    """How often two rows at random agree in the dependent."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all compared rows say of a suspect."""

    rows: int
    kept: int
    """Rows with the most frequent dependent of their determinant."""
    tested: int
    """Rows that share their determinant with another row."""
    alike: int
    """Ordered pairs of rows with equal determinants."""
    agreeing: int
    """Those of them with equal dependents too."""

    def is_telling(self, by_chance: float) -> bool:
        if self.rows < FEWEST_ROWS or self.tested < LEAST_PUT_TO_THE_TEST * self.rows:
            return False
        is_held = self.rows - self.kept <= MOST_VIOLATIONS * self.rows
        return is_held and self.agreeing / self.alike - by_chance >= LEAST_GAIN * (1 - by_chance) > 0


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
    """The fewest violations first; and why some were not looked at.

    Where a determinant has few values, the rows probed have tested it well, so that these suspects come first.
    """
    suspected = sorted(_suspects(columns, probe), key=_by_values)
    suspects = list(_left(rows, suspected)) if rows.count > PROBED_ROWS else suspected
    tested = suspects[:MOST_TESTED]
    found = [
        FunctionalDependency((suspect.determinant.name,), suspect.dependent.name, seen.rows, seen.rows - seen.kept)
        for start in range(0, len(tested), TESTED_AT_ONCE)
        for suspect, seen in _tested(rows, tested[start : start + TESTED_AT_ONCE])
        if seen.is_telling(suspect.by_chance)
    ]
    found.sort(key=lambda dependency: dependency.violation_rate)
    untested = len(suspects) - len(tested)
    return tuple(found), f"{untested} dependencies that few rows did not refute were not tested." if untested else None


def _suspects(columns: Sequence[ComparedColumn], probe: Probe) -> Iterator[Suspect]:
    for one, other in combinations(columns, 2):
        yield from _not_refuted(probe, one, other)


def _by_values(suspect: Suspect) -> tuple[int, str]:
    return suspect.determinant.profile.distinct.value, suspect.determinant.name


def _left(rows: ComparedRows, suspects: Sequence[Suspect]) -> Iterator[Suspect]:
    """Of a determinant with many values, hardly two rows are among those probed: whole groups of its rows say more."""
    for (values, name), grouped in groupby(suspects, key=_by_values):
        own = list(grouped)
        if values <= PROBED_ROWS:
            yield from own
            continue
        groups = rows.groups(own[0].determinant, [own[0].determinant, *(suspect.dependent for suspect in own)])
        for suspect in own:
            (violations, allowed), _ = _violations(groups[name], groups[suspect.dependent.name])
            if violations <= allowed:
                yield suspect


def _not_refuted(probe: Probe, one: ComparedColumn, other: ComparedColumn) -> Iterator[Suspect]:
    ones, others = probe[one.name], probe[other.name]
    first = _violations(ones[:FIRST_PROBED], others[:FIRST_PROBED])
    if all(count > allowed for count, allowed in first):
        return
    (forth, allowed), (back, _) = _violations(ones, others)
    if forth <= allowed and _is_possible(one, other):
        yield Suspect(one, other, _agreement(others, ones))
    if back <= allowed and _is_possible(other, one):
        yield Suspect(other, one, _agreement(ones, others))


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


def _agreement(dependents: Codes, determinants: Codes) -> float:
    """The share of pairs of rows with equal dependents."""
    counts = Counter(pair[0] for pair in zip(dependents, determinants, strict=True) if None not in pair)
    rows = counts.total()
    return sum(count * (count - 1) for count in counts.values()) / (rows * (rows - 1)) if rows > 1 else 1.0


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
    groups = f"SELECT sum(n) AS n, max(n) AS kept, sum(n * (n - 1)) AS agreeing FROM ({pairs}) GROUP BY a"
    tested = "coalesce(sum(n) FILTER (n > 1), 0)"
    return f"SELECT {place}, sum(n), sum(kept), {tested}, sum(n * (n - 1)), sum(agreeing) FROM ({groups})"
