"""What changed from one profile of a table to another, and whether a sample allows to say so.

A difference between two samples counts only where it is larger than samples of the same rows would differ; one that
bars and frequent values do not prove counts as none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.profiles.distributions import (
    Cumulative,
    Part,
    Ranges,
    Share,
    index_by_chance,
    jensen_shannon_distance,
    least_stability_index,
    population_stability_index,
)
from domain.profiles.measurements import Measurement, measurements
from domain.profiles.model import DEVIATIONS, ColumnProfile, Measured, Method, TableProfile, ValueCount

MODERATE_FROM = 0.1
"""Of the population stability index, by the usual reading; below it a distribution counts as the same."""
SIGNIFICANT_FROM = 0.25
ROUNDING = 1e-9


class DriftLevel(StrEnum):
    """UNKNOWN: it may be more than chance, but nothing says how far the sample can be trusted."""

    NONE = "NONE"
    UNKNOWN = "UNKNOWN"
    MODERATE = "MODERATE"
    SIGNIFICANT = "SIGNIFICANT"


class Change(StrEnum):
    """CHANGED holds for the whole table. WITHIN_NOISE: samples of the same rows may differ as much."""

    SAME = "SAME"
    CHANGED = "CHANGED"
    WITHIN_NOISE = "WITHIN_NOISE"
    UNKNOWN = "UNKNOWN"


class Basis(StrEnum):
    """What a distribution is compared by."""

    NULLS = "NULLS"
    VALUES = "VALUES"
    RANGES = "RANGES"
    SHAPES = "SHAPES"


@dataclass(frozen=True, slots=True)
class DistributionDrift:
    basis: Basis
    parts: tuple[Part, ...]
    least_index: float
    """The population stability index at the least, whatever the parts hold that the profiles did not keep."""
    index_by_chance: float | None
    """What two samples of the same rows would reach; 0 where all rows were read, None where it cannot be told."""
    least_distance: float | None = None
    """Kolmogorov's and Smirnov's at the least; None where values have no order."""

    @property
    def index(self) -> float:
        """Of these parts; a cut elsewhere may show for certain that it is more."""
        return max(population_stability_index(self.parts), self.least_index)

    @property
    def distance(self) -> float:
        """Jensen's and Shannon's, between 0 and 1."""
        return jensen_shannon_distance(self.parts)

    @property
    def level(self) -> DriftLevel:
        if self.least_index < MODERATE_FROM:
            return DriftLevel.NONE
        if self.index_by_chance is None:
            return DriftLevel.UNKNOWN
        if self.least_index <= self.index_by_chance:
            return DriftLevel.NONE
        return DriftLevel.MODERATE if self.least_index < SIGNIFICANT_FROM else DriftLevel.SIGNIFICANT


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A number in both profiles; None where one of them does not have it."""

    metric: str
    before: Measurement | None
    after: Measurement | None

    @property
    def difference(self) -> float | None:
        return self.after.value - self.before.value if self.before and self.after else None

    @property
    def change(self) -> Change:
        before, after = self.before, self.after
        if before is None or after is None:
            return Change.UNKNOWN
        if before.value == after.value:
            return Change.SAME
        if _begins_behind(before, after) or _begins_behind(after, before):
            return Change.CHANGED
        return Change.WITHIN_NOISE if before.is_bounded and after.is_bounded else Change.UNKNOWN


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    name: str
    type_before: str
    type_after: str
    distributions: tuple[DistributionDrift, ...]
    numbers: tuple[NumberChange, ...]

    @property
    def is_type_changed(self) -> bool:
        return self.type_before != self.type_after

    @property
    def level(self) -> DriftLevel:
        """The highest of its distributions."""
        ranks = list(DriftLevel)
        return max((one.level for one in self.distributions), key=ranks.index, default=DriftLevel.NONE)


@dataclass(frozen=True, slots=True)
class RowCountChange:
    before: Measured[int]
    after: Measured[int]

    @property
    def difference(self) -> int:
        return self.after.value - self.before.value

    @property
    def change(self) -> Change:
        """The source's own estimates have no bounds, so that a difference from one of them proves nothing."""
        if self.before.value == self.after.value:
            return Change.SAME
        are_counted = self.before.method is self.after.method is Method.EXACT
        return Change.CHANGED if are_counted else Change.UNKNOWN


@dataclass(frozen=True, slots=True)
class TableDrift:
    row_count: RowCountChange
    added: tuple[str, ...]
    removed: tuple[str, ...]
    not_compared: tuple[str, ...]
    """Columns that one of the profiles left out as a whole."""
    columns: tuple[ColumnDrift, ...]


def drift_between(before: TableProfile, after: TableProfile) -> TableDrift:
    earlier = {column.name: column for column in before.columns}
    later = {column.name: column for column in after.columns}
    left_out = before.unmeasured | after.unmeasured
    return TableDrift(
        row_count=RowCountChange(before.row_count, after.row_count),
        added=tuple(name for name in later if name not in earlier and name not in left_out),
        removed=tuple(name for name in earlier if name not in later and name not in left_out),
        not_compared=tuple(sorted(left_out)),
        columns=tuple(_column_drift(earlier[name], later[name]) for name in later if name in earlier),
    )


def _column_drift(before: ColumnProfile, after: ColumnProfile) -> ColumnDrift:
    found = (_nulls(before, after), _values(before, after), _shapes(before, after))
    return ColumnDrift(
        name=after.name,
        type_before=before.declared_type,
        type_after=after.declared_type,
        distributions=tuple(one for one in found if one),
        numbers=_number_changes(before, after),
    )


def _number_changes(before: ColumnProfile, after: ColumnProfile) -> tuple[NumberChange, ...]:
    earlier = {one.metric: one for one in measurements(before)}
    later = {one.metric: one for one in measurements(after)}
    metrics = [*earlier, *(metric for metric in later if metric not in earlier)]
    return tuple(NumberChange(metric, earlier.get(metric), later.get(metric)) for metric in metrics)


def _begins_behind(one: Measurement, other: Measurement) -> bool:
    """Whether all of one interval lies above the other."""
    return one.low is not None and other.high is not None and one.low > other.high


def independent_rows(column: ColumnProfile) -> float | None:
    """As many rows, drawn one by one, would say as much as the sample: by the narrowest view of its shares.

    Infinite where all rows were read; None for a sample of which nothing says how far it can be trusted. Each share's
    interval tells it by itself, because the end of Wilson's interval solves for the rows.
    """
    if column.reading.method is Method.EXACT:
        return math.inf
    worths = [
        DEVIATIONS**2 * end * (1 - end) / (one.value - end) ** 2
        for one in measurements(column)
        if one.is_share and one.is_bounded
        for end in (one.low, one.high)
        if end is not None and 0 < end < 1 and end != one.value
    ]
    return min(worths, default=None)


def _by_chance(parts: Sequence[Part], before: ColumnProfile, after: ColumnProfile) -> float | None:
    earlier, later = independent_rows(before), independent_rows(after)
    return None if earlier is None or later is None else index_by_chance(len(parts), earlier, later)


def _nulls(before: ColumnProfile, after: ColumnProfile) -> DistributionDrift | None:
    there, still_there = before.completeness, after.completeness
    if there is None or still_there is None:
        return None
    parts = (
        Part(Share.exactly(1 - there), Share.exactly(1 - still_there), name="null"),
        Part(Share.exactly(there), Share.exactly(still_there), name="value"),
    )
    return DistributionDrift(Basis.NULLS, parts, least_stability_index(parts), _by_chance(parts, before, after))


def _values(before: ColumnProfile, after: ColumnProfile) -> DistributionDrift | None:
    """By ranges where both hold numbers, unless the frequent values are all that there are."""
    if not before.non_null or not after.non_null:
        return None
    listed, still_listed = _shares(before, before.top), _shares(after, after.top)
    if before.numbers and after.numbers and not (_is_whole(listed) and _is_whole(still_listed)):
        ranges = Ranges(Cumulative(before.numbers), Cumulative(after.numbers))
        parts = tuple(ranges.parts())
        least, distance = ranges.least_stability_index(), ranges.least_distance()
        return DistributionDrift(Basis.RANGES, parts, least, _by_chance(parts, before, after), distance)
    if not listed or not still_listed:
        return None
    parts = _named(
        _Listed(listed, before.distinct.value - len(listed)),
        _Listed(still_listed, after.distinct.value - len(still_listed)),
    )
    return DistributionDrift(Basis.VALUES, parts, least_stability_index(parts), _by_chance(parts, before, after))


def _shapes(before: ColumnProfile, after: ColumnProfile) -> DistributionDrift | None:
    if not (before.text and after.text and before.text.shapes and after.text.shapes):
        return None
    parts = _named(_Listed(_shares(before, before.text.shapes)), _Listed(_shares(after, after.text.shapes)))
    is_partial = "text.shapes" in before.left_out or "text.shapes" in after.left_out
    by_chance = None if is_partial else _by_chance(parts, before, after)
    return DistributionDrift(Basis.SHAPES, parts, least_stability_index(parts), by_chance)


def _shares(column: ColumnProfile, counts: Sequence[ValueCount]) -> Mapping[str, float]:
    """Profiles from before shares were kept have counts only; long values that begin alike are shown as one."""
    found: defaultdict[str, float] = defaultdict(float)
    for one in counts:
        found[one.value] += one.count / column.non_null if one.share is None else one.share
    return dict(found)


def _is_whole(listed: Mapping[str, float]) -> bool:
    return math.fsum(listed.values()) >= 1 - ROUNDING


@dataclass(frozen=True, slots=True)
class _Listed:
    """The shares of the most frequent names, and how many others there are at the least."""

    shares: Mapping[str, float]
    others: int = 0

    def among(self, names: Sequence[str]) -> list[Share]:
        """Of each name, and of all others: what is not listed is no more frequent than what is, and shares the rest."""
        rest = 0.0 if _is_whole(self.shares) else 1 - math.fsum(self.shares.values())
        missing = sum(name not in self.shares for name in names)
        most = min(rest, *self.shares.values())
        guess = min(most, rest / max(self.others, missing, 1))
        unlisted = Share(guess, 0.0, most)
        found = [Share.exactly(self.shares[name]) if name in self.shares else unlisted for name in names]
        return [*found, Share(max(rest - guess * missing, 0.0), max(rest - most * missing, 0.0), rest)]


def _named(before: _Listed, after: _Listed) -> tuple[Part, ...]:
    """One part for each name that is listed on either side, and one for all others."""
    names = [*before.shares, *(name for name in after.shares if name not in before.shares)]
    earlier, later = before.among(names), after.among(names)
    return tuple(Part(one, other, name) for name, one, other in zip([*names, None], earlier, later, strict=True))
