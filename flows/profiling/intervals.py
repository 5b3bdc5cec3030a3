"""What a random sample says about the whole table: intervals of 95 %.

Rows of one block resemble each other, so a sample of blocks is worth less than as many single rows, and how much less
differs from column to column. The blocks are therefore dealt at random into groups, and how much a number changes
when one group is left out says how far it can be trusted (the delete-a-group jackknife, Kott 2001). Rows that were
drawn one by one are dealt so themselves.
"""

# ruff: noqa: S608 - quoted names, and expressions of this package

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from domain.profiles.model import DEVIATIONS, ColumnProfile, Interval, NumberFacts
from domain.rules.patterns import PATTERNS
from flows.profiling import dates, numbers, text
from flows.profiling.counts import ROWS, one_row, understood
from flows.profiling.patterns import well_formed
from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind
from flows.sources.dialect import quote_name

GROUPS = 30
FEWEST_GROUPS = 20
"""Below, the groups say too little about how much they differ."""
COUNTS_BY_GROUP, GROUP_OF = "group_counts", "block_group"

Sums = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RandomSample:
    """The rows of a random sample, and what part of the table they are."""

    connection: duckdb.DuckDBPyConnection
    dealt: str
    """The rows as a FROM item, each with the number of its group in the column `g`."""
    draws: int
    """How many blocks were drawn, or rows where each was drawn for itself."""
    rows: int
    population: int

    @property
    def unread(self) -> float:
        """The share of the table that may differ from the sample."""
        return 1 - self.rows / self.population

    def groups(self, of: str, *expressions: str) -> list[Sums]:
        """Aggregates for each group of blocks."""
        grouped = f"SELECT {', '.join(expressions)} FROM {of} GROUP BY g ORDER BY g"
        return [tuple(float(value or 0) for value in row) for row in self.connection.execute(grouped).fetchall()]

    def share(self, groups: Sequence[Sums], part: int, whole: int) -> Interval | None:
        """Of the sums in one place among those in another."""
        if len(groups) < FEWEST_GROUPS:
            return None
        value, variance = self._jackknife(groups, lambda sums: sums[part] / sums[whole])
        # As many independent rows would vary as much. Where no group differs, each draw counts once.
        worth = min(value * (1 - value) / variance, self.rows) if variance else self.draws
        return _wilson(value, worth)

    def number(self, groups: Sequence[Sums], of: Callable[[Sums], float]) -> Interval | None:
        """Of any number that is computed on sums over rows."""
        if len(groups) < FEWEST_GROUPS:
            return None
        value, variance = self._jackknife(groups, of)
        reach = DEVIATIONS * math.sqrt(variance)
        return Interval(value - reach, value + reach) if math.isfinite(reach) else None

    def _jackknife(self, groups: Sequence[Sums], of: Callable[[Sums], float]) -> tuple[float, float]:
        """The number and its variance."""
        total = tuple(map(math.fsum, zip(*groups, strict=True)))
        without = [of(tuple(all_ - own for all_, own in zip(total, group, strict=True))) for group in groups]
        count = len(without)
        middle = sum(without) / count
        variance = (count - 1) / count * sum((one - middle) ** 2 for one in without)
        return of(total), variance * self.unread


def random_sample(connection: duckdb.DuckDBPyConnection, copied: Copied) -> RandomSample | None:
    """None when what was read is all, or no random part."""
    if not copied.rows:
        return None
    if copied.coverage is Coverage.ROWS:
        dealt = f"(SELECT *, hash(rowid) % {GROUPS} AS g FROM {ROWS})"
        return RandomSample(connection, dealt, copied.rows, copied.rows, copied.population)
    if copied.blocks is None:
        return None
    block = quote_name(copied.blocks)
    connection.execute(
        f"CREATE OR REPLACE TABLE {GROUP_OF} AS SELECT {block}, row_number() OVER (ORDER BY hash({block})) "
        f"% {GROUPS} AS g FROM (SELECT DISTINCT {block} FROM {ROWS})"
    )
    (blocks,) = one_row(connection, f"SELECT count(*) FROM {GROUP_OF}")
    return RandomSample(connection, f"{ROWS} JOIN {GROUP_OF} USING ({block})", blocks, copied.rows, copied.population)


def intervals_of(
    sample: RandomSample, column: CopiedColumn, profile: ColumnProfile, observed_at: datetime
) -> Mapping[str, Interval]:
    """By the names of `domain.profiles.measurements`."""
    counted = f"(SELECT {quote_name(column.alias)} AS value, g, count(*) AS n FROM {sample.dealt} GROUP BY ALL)"
    sample.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {COUNTS_BY_GROUP} AS SELECT * FROM {understood(column.kind, counted)}"
    )
    found = dict(_of_any(sample, profile))
    if profile.non_null:
        found |= _of_kind(sample, column.kind, profile, observed_at)
    return {metric: interval for metric, interval in found.items() if interval is not None}


def _of_any(sample: RandomSample, profile: ColumnProfile) -> Iterator[tuple[str, Interval | None]]:
    groups = sample.groups(COUNTS_BY_GROUP, "sum(n)", "sum(n) FILTER (value IS NOT NULL)")
    yield "completeness", sample.share(groups, 1, 0)
    unread = sample.population - sample.rows
    yield "distinct", Interval(profile.distinct.value, profile.distinct.value + unread)


def _of_kind(
    sample: RandomSample, kind: ValueKind, profile: ColumnProfile, observed_at: datetime
) -> dict[str, Interval | None]:
    values = f"(SELECT * FROM {COUNTS_BY_GROUP} WHERE value IS NOT NULL)"
    if profile.numbers:
        return _of_numbers(sample, values, profile.numbers)
    if profile.text:
        return _of_text(sample, values, profile)
    if profile.dates:
        future = dates.in_future(dates.clock_of(observed_at))
        conditions = {"future": future, "sentinels": dates.SENTINEL, "at_midnight": dates.AT_MIDNIGHT}
        return _shares(sample, values, "dates", conditions)
    if kind is ValueKind.BOOLEAN:
        return _shares(sample, values, "booleans", {"true": "value"})
    return {}


def _shares(sample: RandomSample, of: str, name: str, conditions: Mapping[str, str]) -> dict[str, Interval | None]:
    counted = (f"sum(n) FILTER ({condition})" for condition in conditions.values())
    groups = sample.groups(of, "sum(n)", *counted)
    return {f"{name}.{metric}": sample.share(groups, place, 0) for place, metric in enumerate(conditions, 1)}


def _of_text(sample: RandomSample, values: str, profile: ColumnProfile) -> dict[str, Interval | None]:
    assert profile.text
    found = _shares(
        sample,
        values,
        "text",
        {
            "empty": text.EMPTY,
            "blank": text.BLANK,
            "padded": text.PADDED,
            "leading_space": text.LEADING,
            "trailing_space": text.TRAILING,
        },
    )
    patterns = {name: well_formed(PATTERNS[name], "value") for name in profile.text.patterns}
    found |= _shares(sample, values, "text.patterns", patterns)
    lengths = sample.groups(values, "sum(n)", f"sum(n * {text.LENGTH})")
    found["text.mean_length"] = sample.number(lengths, lambda sums: sums[1] / sums[0])
    found["text.min_length"] = Interval(0, profile.text.min_length)
    found["text.max_length"] = Interval(profile.text.max_length, None)
    return found


def _of_numbers(sample: RandomSample, values: str, facts: NumberFacts) -> dict[str, Interval | None]:
    conditions = {
        "zeros": numbers.ZERO,
        "negatives": numbers.NEGATIVE,
        "integers": numbers.WHOLE,
        "outliers": numbers.outlying(_double(facts.mean), _double(numbers.reach_of(facts.standard_deviation))),
    }
    are_finite = {name: f"isfinite(v) AND {condition}" for name, condition in conditions.items()}
    found = _shares(sample, values, "numbers", are_finite)
    finite, distance = numbers.finite(values), f"(v - {_double(facts.mean)})"
    groups = sample.groups(finite, "sum(n)", f"fsum(n * {distance})", f"fsum(n * pow({distance}, 2))")
    found["numbers.mean"] = sample.number(groups, lambda sums: facts.mean + sums[1] / sums[0])
    found["numbers.standard_deviation"] = sample.number(groups, _deviation)
    found["numbers.min"] = Interval(None, facts.min)
    found["numbers.max"] = Interval(facts.max, None)
    return found | _of_quantiles(sample, finite, facts)


def _double(number: float) -> str:
    return f"'{number!r}'::DOUBLE"


def _deviation(sums: Sums) -> float:
    rows, distances, squares = sums
    return math.sqrt(max(squares / rows - (distances / rows) ** 2, 0))


def _of_quantiles(sample: RandomSample, finite: str, facts: NumberFacts) -> dict[str, Interval | None]:
    """The values at which the share below a quantile would lie at the ends of its own interval (Woodruff 1952)."""
    below = {share: f"v <= {_double(value)}" for share, value in facts.quantiles.items()}
    reached = _shares(sample, finite, "numbers.quantiles", below)
    reaches = {
        name: (i.high - i.low) / 2 for name, i in reached.items() if i and i.low is not None and i.high is not None
    }
    wanted = [
        float(name.removeprefix("numbers.quantiles.")) + reach * side
        for name, reach in reaches.items()
        for side in (-1, 1)
    ]
    ends = iter(_at_shares(sample, finite, wanted))
    return {name: Interval(next(ends), next(ends)) for name in reaches}


def _at_shares(sample: RandomSample, finite: str, shares: Sequence[float]) -> Sequence[float | None]:
    """The values below which these shares lie; None beyond what the sample reaches."""
    ranked = f"SELECT v, sum(n) OVER (ORDER BY v) / sum(n) OVER () AS share FROM {finite}"
    ends = [f"min(v) FILTER (share >= {share!r})" if 0 < share < 1 else "NULL" for share in shares]
    return one_row(sample.connection, f"SELECT {', '.join(ends)} FROM ({ranked})") if ends else ()


def _wilson(share: float, worth: float) -> Interval:
    """Of a share among as many independent rows (Wilson 1927)."""
    square = DEVIATIONS**2
    middle = (share + square / (2 * worth)) / (1 + square / worth)
    reach = DEVIATIONS * math.sqrt(share * (1 - share) / worth + square / (4 * worth**2)) / (1 + square / worth)
    return Interval(max(middle - reach, 0.0), min(middle + reach, 1.0))
