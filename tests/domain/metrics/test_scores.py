"""How scores are put together: pure rules, exact decimals."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.metrics.model import (
    NOTHING,
    AssessmentType,
    Definitions,
    Dimension,
    Metric,
    Score,
    Scorecard,
    ScoreLine,
    ScoreState,
    roll_up,
    weighted_mean,
)
from tests.fakes.clock import NOON

QUALITY = AssessmentType.DATA_QUALITY
DIMENSIONS = [Dimension(name, QUALITY, Decimal(1), "", 1) for name in ("completeness", "validity")]
METRICS = [
    Metric(name, dimension, QUALITY, "", None, 1)
    for name, dimension in (("present", "completeness"), ("filled", "completeness"), ("well_formed", "validity"))
]

scores = st.integers(0, 10**12).flatmap(lambda of: st.integers(0, of).map(lambda good: Score(good, of)))


def line(good: int, of: int, *, pending: int = 0) -> ScoreLine:
    return ScoreLine(Score(good, of), assets_assessed=1 if of else 0, assets_pending=pending, observed_at=NOON)


def card(lines: Mapping[str, ScoreLine], **weights: str) -> Scorecard:
    overrides = {name: Decimal(weight) for name, weight in weights.items()}
    return roll_up(Fqn.of("bank"), NOON, Definitions(DIMENSIONS, METRICS), lines, overrides)


@pytest.mark.parametrize(("good", "of"), [(-1, 1), (2, 1), (1, 0), (0, -1)])
def test_a_share_lies_between_nothing_and_all(good: int, of: int) -> None:
    with pytest.raises(Invalid, match="is not between 0 and"):
        Score(good, of)


def test_a_denominator_of_zero_has_no_value() -> None:
    assert NOTHING.value is None
    assert Score(0, 5).value == 0


@given(st.lists(scores, max_size=6))
def test_a_sum_adds_numerators_and_denominators(parts: list[Score]) -> None:
    total = sum(parts, start=NOTHING)

    assert (total.numerator, total.denominator) == (
        sum(part.numerator for part in parts),
        sum(part.denominator for part in parts),
    )


@given(st.lists(st.tuples(st.decimals(0, 100, places=2), st.none() | st.decimals(0, 1, places=4)), max_size=6))
def test_a_mean_lies_between_its_values_and_is_missing_only_without_weight(
    weighted: list[tuple[Decimal, Decimal | None]],
) -> None:
    counted = [(weight, value) for weight, value in weighted if value is not None and weight]

    mean = weighted_mean(weighted)

    if not counted:
        assert mean is None
    else:
        values = [value for _, value in counted]
        assert mean is not None
        assert min(values) - Decimal("1e-20") <= mean <= max(values) + Decimal("1e-20")


def test_percentages_are_never_averaged_inside_a_dimension() -> None:
    found = card({"present": line(1, 1), "filled": line(0, 999)})

    assert found.dimensions[0].line.score == Score(1, 1000)
    assert found.value == Decimal("0.001")


def test_the_overall_score_is_the_mean_of_the_scored_dimensions() -> None:
    found = card({"present": line(9, 10), "well_formed": line(1, 2)})

    assert found.value == Decimal("0.7")


def test_a_dimension_without_a_score_gives_its_weight_to_the_others() -> None:
    found = card({"present": line(9, 10)}, validity="99")

    assert (found.value, found.state) == (Decimal("0.9"), ScoreState.SCORED)


def test_weights_can_be_overridden() -> None:
    lines = {"present": line(9, 10), "well_formed": line(1, 2)}

    assert card(lines, completeness="3").value == Decimal("0.8")
    assert card(lines, completeness="0").value == Decimal("0.5")


def test_a_third_is_exact_to_28_digits() -> None:
    assert str(card({"present": line(1, 3)}).value) == "0.3333333333333333333333333333"


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"completeness": "-0.1"}, "The weight of completeness is negative"),
        ({"completeness": "NaN"}, "not finite"),
        ({"validity": "Infinity"}, "not finite"),
        ({"beauty": "1"}, "There is no dimension 'beauty'; known are completeness, validity"),
        ({"completeness": "0", "validity": "0"}, "All weights are zero"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, str], said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        card({}, **weights)

    assert refused.value.problems[0].path == "weightOverrides"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ({}, ScoreState.NOT_ASSESSED),
        ({"present": line(0, 0, pending=1)}, ScoreState.PENDING),
        ({"present": line(0, 0, pending=1), "well_formed": line(0, 1)}, ScoreState.SCORED),
    ],
)
def test_a_card_without_a_score_says_why(lines: dict[str, ScoreLine], state: ScoreState) -> None:
    found = card(lines)

    assert found.state is state
    assert found.value == (0 if state is ScoreState.SCORED else None)
