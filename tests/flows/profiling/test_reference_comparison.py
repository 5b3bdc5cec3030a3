"""Whether the comparison with the reference misses nothing."""

from dataclasses import fields

import pytest

from domain.profiles.model import Interval, ValueCount
from tests.flows.profiling.reference.comparison import Close, Findings, Reasons, differences

INTERVAL = {"low": 1.0, "high": 2.0}


def test_every_field_needs_a_reference() -> None:
    for field in fields(Interval):
        lacking = {name: value for name, value in INTERVAL.items() if name != field.name}

        (found,) = differences(Interval(1.0, 2.0), lacking, "x")

        assert found.startswith(f"x.{field.name}: the reference does not know it")


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (Interval(1.0, 2.5), INTERVAL),
        (Interval(1.0, None), INTERVAL),
        (Interval(1.0, 2.0), None),
        ((Interval(1.0, 2.0),), []),
        ({"a": 1}, {"b": 1}),
        (1, True),
        (0.5 + 1e-6, Close(0.5, 1e-9)),
        (float("nan"), Close(0.5, 1e-9)),
        ({}, Reasons(frozenset({"numbers"}))),
        ({"numbers": "Because."}, Reasons(frozenset())),
        ({"numbers": " "}, Reasons(frozenset({"numbers"}))),
    ],
)
def test_what_differs_is_told(measured: object, expected: object) -> None:
    assert len(list(differences(measured, expected))) > 0


def test_findings_are_complete_sound_and_in_order() -> None:
    one = {"value": "a", "count": 1, "share": None}
    expected = Findings(
        lambda found: found.value, {"a": one}, {"b": one | {"value": "b"}}, rank=lambda found: found.count
    )

    assert list(differences((ValueCount("a", 1), ValueCount("b", 1)), expected)) == []
    assert list(differences((ValueCount("a", 1),), expected)) == []
    assert len(list(differences((ValueCount("b", 1),), expected))) == 1
    assert len(list(differences((ValueCount("a", 1), ValueCount("c", 1)), expected))) == 1
    assert len(list(differences((ValueCount("a", 1), ValueCount("a", 1)), expected))) == 1
    assert len(list(differences((ValueCount("a", 1), ValueCount("b", 2)), expected))) == 2
