from dataclasses import replace
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.profiling.reference_keys import Key, KeyFacts, TableNames
from flows.profiling.value_evidence import (
    ColumnValues,
    is_plausible,
    share_not_below,
    surprise,
    surprise_of_order,
)


def _key(data_type: str, rows: int, low: float | None = None, high: float | None = None) -> KeyFacts:
    fqn = Fqn.of("svc", "db", "public", "parent")
    table = FoundTable(fqn, AssetType.TABLE, (FoundColumn("id", 1, data_type, nullable=False),), primary_key=("id",))
    return KeyFacts(Key(TableNames(table), ("id",), is_declared=True), rows, low, high)


def _values(rows: int, distinct: int, low: float | None = None, high: float | None = None) -> ColumnValues:
    mean = None if low is None or high is None else (low + high) / 2
    return ColumnValues(rows, distinct, low, high, mean, inner=(), bits_of_a_value=0.0, is_out_of_order=True)


IN_ORDER = _key("integer", 1000, 1, 1000)


@pytest.mark.parametrize(
    ("case", "values", "bits"),
    [
        ("ends where the key ends", _values(9000, 1000, 1, 1000), log2(1000)),
        ("ends a little before", _values(9000, 980, 1, 993), log2(1000 / 8)),
        ("a small range", _values(9000, 10, 1, 10), 0.0),
        ("years", _values(9000, 30, 990, 1000), 0.0),
        ("few of a wide range", _values(9000, 40, 1, 1000), 0.0),
        ("beyond the key", _values(9000, 1000, 1, 1001), 0.0),
        ("more values than keys", _values(9000, 1181, 1, 1000), 0.0),
        ("as many rows as keys", _values(1000, 700, 1, 1000), 0.0),
        ("no whole numbers", _values(9000, 900), 0.0),
    ],
)
def test_only_ends_and_reach_speak_for_a_key_given_out_in_order(case: str, values: ColumnValues, bits: float) -> None:
    assert surprise(values, IN_ORDER, is_key_like=False) == pytest.approx(bits), case


def test_what_dangles_at_the_ends_does_not_hide_the_key() -> None:
    dangling = replace(_values(9000, 1010, -1, 99_999), inner=[(6.0, 1001.0), (50.0, 998.0)])

    assert surprise(dangling, IN_ORDER, is_key_like=False) == pytest.approx(log2(1000 / 3))


def test_a_column_called_a_key_need_not_repeat() -> None:
    assert surprise(_values(1000, 700, 1, 1000), IN_ORDER, is_key_like=True) == pytest.approx(log2(1000))


def test_each_value_speaks_for_a_key_with_gaps() -> None:
    every_fourth = _key("integer", 250, 1, 1000)

    assert surprise(_values(100, 6, 40, 80), every_fourth, is_key_like=False) == pytest.approx(12.0)


def test_being_contained_says_nothing_of_short_codes_and_much_of_long_ones() -> None:
    def bits(length: float) -> float:
        values = replace(_values(500, 5), bits_of_a_value=4.7 * length)
        return surprise(values, _key("text", 20), is_key_like=False)

    assert bits(1) == pytest.approx(5 * (4.7 - log2(20)))
    assert bits(3) == 20.0


def test_one_universal_identifier_is_enough() -> None:
    assert surprise(_values(1, 1), _key("uuid", 10_000), is_key_like=False) == 8.0


@given(
    rows=st.integers(1, 10**6),
    distinct=st.integers(1, 10**6),
    ends=st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)),
    key=st.tuples(st.integers(0, 10**6), st.integers(-(10**6), 10**6), st.integers(0, 10**6)),
)
def test_the_evidence_of_any_values_is_between_none_and_all(
    rows: int, distinct: int, ends: tuple[int, int], key: tuple[int, int, int]
) -> None:
    count, low, span = key
    values = _values(max(rows, distinct), distinct, min(ends), max(ends))
    facts = _key("integer", count, low, low + span)

    assert 0.0 <= surprise(values, facts, is_key_like=True) <= 64.0
    assert surprise(values, facts, is_key_like=False) <= surprise(values, facts, is_key_like=True)
    assert is_plausible(values, facts) or surprise(values, facts, is_key_like=True) < 16.0


def test_references_to_earlier_rows_are_told_from_numbers_of_their_own() -> None:
    spread = _values(800, 600, 1, 960)

    assert share_not_below(spread, IN_ORDER) == pytest.approx((480.5 - 1) / 1000)
    assert share_not_below(replace(spread, is_out_of_order=False), IN_ORDER) is None
    assert share_not_below(_values(800, 600, 1, 600), IN_ORDER) is None
    assert surprise_of_order(expected=40.0, seen=0) == pytest.approx(40 / 0.6931, rel=1e-3)
    assert surprise_of_order(expected=40.0, seen=30) == pytest.approx(1.98, abs=0.01)
    assert surprise_of_order(expected=40.0, seen=41) == 0.0
