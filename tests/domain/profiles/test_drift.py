"""What changed between two profiles of a table, and what may be chance."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.profiles.drift import (
    Basis,
    Change,
    ColumnDrift,
    DistributionDrift,
    DriftLevel,
    drift_between,
    independent_rows,
)
from domain.profiles.model import ColumnProfile, Interval, Measured, Method, ValueCount
from tests.domain.profiles.measured import column, numbers, table, texts

NARROW = {"completeness": Interval(0.9956, 1.0)}
"""Of a column without nulls in about a thousand independent blocks."""
WIDE = {"completeness": Interval(0.7, 1.0)}
"""Of one in about ten of them."""
unhurried = settings(deadline=None)
words = st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=40)
amounts = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=60)


def drift_of(before: ColumnProfile, after: ColumnProfile) -> ColumnDrift:
    (found,) = drift_between(table(before), table(after)).columns
    return found


def by(basis: Basis, found: ColumnDrift) -> DistributionDrift:
    return next(one for one in found.distributions if one.basis is basis)


def changes(found: ColumnDrift) -> dict[str, Change]:
    return {one.metric: one.change for one in found.numbers}


@unhurried
@given(st.one_of(words.map(column), amounts.map(numbers)))
def test_the_same_profile_twice_shows_no_drift(profile: ColumnProfile) -> None:
    drift = drift_between(table(profile), table(profile))

    (found,) = drift.columns
    assert (drift.row_count.change, drift.row_count.difference) == (Change.SAME, 0)
    assert (drift.added, drift.removed, drift.not_compared) == ((), (), ())
    assert (found.level, found.is_type_changed) == (DriftLevel.NONE, False)
    assert {(one.index, one.least_index, one.distance) for one in found.distributions} <= {(0, 0, 0)}
    assert {one.change for one in found.numbers} == {Change.SAME}


@unhurried
@given(st.one_of(st.tuples(*[words.map(column)] * 2), st.tuples(*[amounts.map(numbers)] * 2)))
def test_back_is_as_far_as_there(profiles: tuple[ColumnProfile, ColumnProfile]) -> None:
    there, back = drift_of(*profiles), drift_of(*reversed(profiles))

    assert len(there.distributions) == len(back.distributions)
    for one, other in zip(there.distributions, back.distributions, strict=True):
        assert one.index == pytest.approx(other.index)
        assert one.least_index == pytest.approx(other.least_index)
        assert one.distance == pytest.approx(other.distance)
        assert one.index >= 0
        assert 0 <= one.distance <= 1
        assert one.level is other.level


def test_columns_come_go_and_change_their_type() -> None:
    old, kept = column(["1", "2"], "old"), column(["1", "2"], "kept")
    new, changed = column(["1"], "new"), replace(kept, declared_type="text")

    drift = drift_between(table(old, kept, rows=100), table(changed, new, rows=120))

    assert (drift.added, drift.removed) == (("new",), ("old",))
    (found,) = drift.columns
    assert (found.name, found.type_before, found.type_after, found.is_type_changed) == ("kept", "numeric", "text", True)
    assert (drift.row_count.difference, drift.row_count.change) == (20, Change.CHANGED)


def test_a_column_that_a_profile_left_out_was_not_removed() -> None:
    before = table(column(["1"], "kept"), column(["1"], "late"))
    after = table(column(["1"], "kept"), left_out={"columns.late": "The budget ended."})

    drift = drift_between(before, after)

    assert (drift.added, drift.removed, drift.not_compared) == ((), (), ("late",))
    assert drift_between(after, before).added == ()


def test_a_row_count_that_the_source_estimated_proves_no_change() -> None:
    counted = table(rows=100)
    estimated = replace(table(rows=90), row_count=Measured(90, Method.ESTIMATED))

    assert drift_between(counted, estimated).row_count.change is Change.UNKNOWN


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.5, DriftLevel.NONE), (0.6, DriftLevel.NONE), (0.66, DriftLevel.MODERATE), (0.75, DriftLevel.SIGNIFICANT)],
)
def test_the_level_follows_the_usual_thresholds(share: float, level: DriftLevel) -> None:
    before, after = (column(["yes"] * round(part * 100) + ["no"] * round(100 - part * 100)) for part in (0.5, share))

    found = by(Basis.VALUES, drift_of(before, after))

    assert found.index == pytest.approx((share - 0.5) * math.log(share / (1 - share)))
    assert found.least_index == pytest.approx(found.index)
    assert (found.index_by_chance, found.level) == (0, level)


def test_values_that_vanish_are_a_drift_of_nulls() -> None:
    found = drift_of(column(["a"] * 100), column(["a"] * 80 + [None] * 20))

    assert [one.basis for one in found.distributions if one.level is not DriftLevel.NONE] == [Basis.NULLS]
    assert (found.level, changes(found)["completeness"]) == (DriftLevel.SIGNIFICANT, Change.CHANGED)


def test_numbers_that_move_are_told_by_ranges() -> None:
    dice = random.Random(7)
    before = [round(dice.gauss(100, 15), 3) for _ in range(2000)]

    found = by(Basis.RANGES, drift_of(numbers(before), numbers([value + 30 for value in before])))

    assert (found.level, found.least_distance is not None and found.least_distance > 0.5) == (
        DriftLevel.SIGNIFICANT,
        True,
    )
    assert found.index > found.least_index > 0.25


def test_another_draw_of_the_same_numbers_is_no_drift() -> None:
    dice = random.Random(7)
    before, after = ([round(dice.gauss(100, 15), 3) for _ in range(2000)] for _ in range(2))

    assert drift_of(numbers(before), numbers(after)).level is DriftLevel.NONE


def test_texts_that_are_written_differently_are_told_by_their_shapes() -> None:
    ids = range(100)
    before = texts([f"AB-{i}" for i in ids], ["AA-9"] * 100)
    after = texts([f"ab{i}" for i in ids], ["aa9"] * 100)

    found = drift_of(before, after)

    assert (by(Basis.SHAPES, found).level, by(Basis.VALUES, found).level) == (DriftLevel.SIGNIFICANT, DriftLevel.NONE)
    assert [(part.name, part.before.value, part.after.value) for part in by(Basis.SHAPES, found).parts] == [
        ("AA-9", 1.0, 0.0),
        ("aa9", 0.0, 1.0),
        (None, 0.0, 0.0),
    ]


def sample(words: Sequence[str], intervals: dict[str, Interval]) -> ColumnProfile:
    return column(words, intervals=intervals, population=100_000)


@pytest.mark.parametrize(
    ("case", "intervals", "level"),
    [
        ("worth many rows", NARROW, DriftLevel.MODERATE),
        ("worth few rows", WIDE, DriftLevel.NONE),
        ("worth nobody knows what", {}, DriftLevel.UNKNOWN),
    ],
)
def test_a_difference_of_samples_counts_only_beyond_chance(
    case: str, intervals: dict[str, Interval], level: DriftLevel
) -> None:
    before = sample(["yes"] * 500 + ["no"] * 500, intervals)
    after = sample(["yes"] * 660 + ["no"] * 340, intervals)

    assert drift_of(before, after).level is level


def test_a_sample_is_worth_as_many_rows_as_its_interval_says() -> None:
    """Wilson's interval of half of 400 rows, at the deviations that profiling takes, is 0.448 to 0.552."""
    half = column(["a", None] * 200, intervals={"completeness": Interval(0.4480, 0.5520)}, population=9000)

    worth = independent_rows(half)

    assert worth is not None
    assert worth == pytest.approx(400, rel=0.02)
    assert independent_rows(column(["a"])) == math.inf
    assert independent_rows(sample(["a"], {})) is None


@pytest.mark.parametrize(
    ("case", "before", "after", "change"),
    [
        ("apart", Interval(0.1, 0.2), Interval(0.3, 0.4), Change.CHANGED),
        ("overlapping", Interval(0.1, 0.3), Interval(0.2, 0.4), Change.WITHIN_NOISE),
        ("open, but apart", Interval(None, 0.2), Interval(0.3, None), Change.CHANGED),
        ("open", Interval(None, 0.2), Interval(None, 0.4), Change.WITHIN_NOISE),
        ("unbounded", Interval(None, None), Interval(0.3, 0.4), Change.UNKNOWN),
    ],
)
def test_a_number_changed_where_the_intervals_lie_apart(
    case: str, before: Interval, after: Interval, change: Change
) -> None:
    earlier = column(["a", None, None, None], intervals={"completeness": before}, population=1000)
    later = column(["a", "a", None, None], intervals={"completeness": after}, population=1000)

    assert changes(drift_of(earlier, later))["completeness"] is change


def test_a_number_that_only_one_profile_has_is_shown_without_a_verdict() -> None:
    found = drift_of(column(["1"]), numbers([1.0]))

    (mean,) = [one for one in found.numbers if one.metric == "numbers.mean"]
    assert (mean.before, mean.difference, mean.change) == (None, None, Change.UNKNOWN)
    assert mean.after is not None
    assert mean.after.value == 1


@pytest.mark.parametrize("seed", range(40))
def test_two_samples_of_the_same_rows_are_never_called_a_drift(seed: int) -> None:
    """About a thousand independent rows of seven values each time."""
    dice = random.Random(seed)
    draws = [[str(dice.randrange(7)) for _ in range(1000)] for _ in range(2)]

    assert drift_of(*(sample(draw, NARROW) for draw in draws)).level is DriftLevel.NONE


def test_long_values_that_begin_alike_are_one_part() -> None:
    shown = replace(column(["a", "b"]), top=(ValueCount("long", 1, 0.5), ValueCount("long", 1, 0.5)))

    values = by(Basis.VALUES, drift_of(shown, shown))

    assert [(part.name, part.before.value) for part in values.parts] == [("long", 1.0), (None, 0.0)]
