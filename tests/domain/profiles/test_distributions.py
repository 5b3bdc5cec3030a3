"""Distances between distributions, and what can be said of them when only some shares are known."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.profiles.distributions import (
    LEAST_SHARE,
    Cumulative,
    Part,
    Ranges,
    Share,
    index_by_chance,
    jensen_shannon_distance,
    least_stability_index,
    population_stability_index,
)
from tests.domain.profiles.measured import facts_of

unhurried = settings(deadline=None)
ROUNDING = 1e-9
values = st.lists(st.floats(-1000, 1000).map(lambda value: round(value, 2)), min_size=1, max_size=60)


@st.composite
def distributions(draw: st.DrawFn, parts: int = 5) -> list[float]:
    weights = draw(st.lists(st.integers(0, 50), min_size=parts, max_size=parts).filter(any))
    return [weight / sum(weights) for weight in weights]


def between(before: Sequence[float], after: Sequence[float]) -> list[Part]:
    return [Part(Share.exactly(p), Share.exactly(q)) for p, q in zip(before, after, strict=True)]


def test_the_stability_index_is_what_its_formula_says() -> None:
    moved = between([0.5, 0.3, 0.2], [0.4, 0.4, 0.2])

    assert population_stability_index(moved) == pytest.approx(-0.1 * math.log(0.8) + 0.1 * math.log(4 / 3))


def test_a_part_that_is_new_counts_as_if_it_had_been_there_a_little() -> None:
    moved = between([1.0, 0.0], [0.9, 0.1])

    assert population_stability_index(moved) == pytest.approx(
        -0.1 * math.log(0.9) + (0.1 - LEAST_SHARE) * math.log(0.1 / LEAST_SHARE)
    )


def test_the_distance_is_one_where_nothing_is_shared() -> None:
    assert jensen_shannon_distance(between([1.0, 0.0], [0.0, 1.0])) == 1.0


def test_chance_is_the_quantile_of_chi_squared_over_the_rows() -> None:
    # 27.88 is the 0.999 quantile with 9 degrees of freedom in the usual tables.
    assert index_by_chance(10, 1000, 1000) == pytest.approx(27.88 * 2 / 1000, rel=0.01)
    assert index_by_chance(10, math.inf, math.inf) == 0


@unhurried
@given(distributions())
def test_what_is_equal_lies_nowhere_apart(shares: list[float]) -> None:
    same = between(shares, shares)

    assert (population_stability_index(same), jensen_shannon_distance(same), least_stability_index(same)) == (0, 0, 0)


@unhurried
@given(distributions(), distributions())
def test_both_directions_are_equally_far_and_the_bounds_hold(before: list[float], after: list[float]) -> None:
    there, back = between(before, after), between(after, before)

    assert population_stability_index(there) == pytest.approx(population_stability_index(back))
    assert jensen_shannon_distance(there) == pytest.approx(jensen_shannon_distance(back))
    assert population_stability_index(there) >= 0
    assert 0 <= jensen_shannon_distance(there) <= 1


@unhurried
@given(values, st.floats(-1100, 1100))
def test_the_share_below_a_number_lies_between_its_ends(found: list[float], number: float) -> None:
    known = Cumulative(facts_of(found)).at(number)

    truth = sum(value < number for value in found) / len(found)
    assert known.low - ROUNDING <= truth <= known.high + ROUNDING
    assert known.low <= known.value <= known.high


@unhurried
@given(values, values)
def test_what_is_certain_is_never_more_than_what_is_true(before: list[float], after: list[float]) -> None:
    ranges = Ranges(Cumulative(facts_of(before)), Cumulative(facts_of(after)))

    gaps = [abs(share_below(before, cut) - share_below(after, cut)) for cut in {*before, *after}]
    assert ranges.least_distance() <= max(gaps, default=0.0) + ROUNDING
    parts = ranges.parts()
    truth = between(*([share_within(found, part) for part in parts] for found in (before, after)))
    assert least_stability_index(parts) <= population_stability_index(truth) + ROUNDING


def share_below(found: Sequence[float], cut: float) -> float:
    return sum(value < cut for value in found) / len(found)


def share_within(found: Sequence[float], part: Part) -> float:
    low, high = (-math.inf if part.low is None else part.low), (math.inf if part.high is None else part.high)
    return sum(low <= value < high for value in found) / len(found)


@unhurried
@given(values)
def test_the_same_numbers_have_not_moved(found: list[float]) -> None:
    ranges = Ranges(Cumulative(facts_of(found)), Cumulative(facts_of(found)))

    parts = ranges.parts()
    assert (ranges.least_distance(), ranges.least_stability_index(), population_stability_index(parts)) == (0, 0, 0)


@unhurried
@given(values, values)
def test_the_ranges_hold_all_values(before: list[float], after: list[float]) -> None:
    parts = Ranges(Cumulative(facts_of(before)), Cumulative(facts_of(after))).parts()

    for side in ("before", "after"):
        assert math.fsum(getattr(part, side).value for part in parts) == pytest.approx(1)


def test_one_outlier_that_widens_all_bars_moves_nothing() -> None:
    even = [float(number) for number in range(1000)]

    ranges = Ranges(Cumulative(facts_of(even)), Cumulative(facts_of([*even, 1e6])))

    assert ranges.least_stability_index() < 0.01
