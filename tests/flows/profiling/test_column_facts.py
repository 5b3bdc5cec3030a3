import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.profiles.model import BooleanFacts, ColumnProfile, DateFacts, Method, Reading, ValueCount
from domain.rules.patterns import PATTERNS, is_well_formed
from flows.profiling.columns import profile_columns
from flows.profiling.counts import count_values
from flows.profiling.dates import SENTINEL_DAYS
from flows.profiling.numbers import QUANTILES, quantiles_of
from flows.profiling.shapes import shape_of
from flows.profiling.spelling import case_of
from flows.sources.base import CopiedColumn, ValueKind
from tests.flows.profiling import by_hand

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Profiler = Callable[[str, ValueKind, Sequence[object]], ColumnProfile]
same_engine = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def profile() -> Iterator[Profiler]:
    with duckdb.connect() as engine:

        def profile_values(sql_type: str, kind: ValueKind, values: Sequence[object]) -> ColumnProfile:
            listed = f"SELECT unnest(?::{sql_type}[]) AS c1"
            engine.execute(f"CREATE OR REPLACE TEMP TABLE rows_read AS {listed}", [list(values)])
            reading = Reading(Method.EXACT, len(values), len(values))
            (found,) = profile_columns(engine, [CopiedColumn("v", "c1", kind)], {"v": sql_type}, reading, NOW)
            return found

        yield profile_values


@same_engine
@given(values=st.lists(st.none() | st.integers(-5, 5) | st.integers(-(2**40), 2**40), max_size=60))
def test_numbers_agree_with_plain_python(profile: Profiler, values: list[int | None]) -> None:
    measured = profile("BIGINT", ValueKind.NUMBER, values)

    present = [value for value in values if value is not None]
    counts = Counter(present)
    assert (measured.nulls, measured.distinct.value) == (len(values) - len(present), len(counts))
    assert measured.unique_once.value == sum(count == 1 for count in counts.values())
    if not present:
        assert measured.numbers is None
        return
    assert measured.numbers is not None
    facts = measured.numbers
    assert (facts.min, facts.max, facts.sum, facts.is_integer) == (min(present), max(present), sum(present), True)
    assert facts.mean == pytest.approx(statistics.fmean(present), abs=1e-6)
    assert facts.standard_deviation == pytest.approx(statistics.pstdev(present), rel=1e-9, abs=1e-6)
    assert facts.quantiles == {share: by_hand.quantile(present, share) for share in facts.quantiles}
    assert measured.entropy == pytest.approx(by_hand.entropy(present), abs=1e-9)
    assert (facts.integers, facts.decimal_places) == (len(present), 0)
    assert facts.significant_digits == max(len(str(abs(value))) for value in present)
    assert (facts.zeros, facts.negatives) == (counts[0], sum(value < 0 for value in present))
    if not by_hand.is_near_the_outlier_bound(present):
        assert facts.outliers == by_hand.outliers(present)


@same_engine
@given(values=st.lists(st.integers(-50, 50), min_size=2, max_size=60))
def test_moments_of_numbers_agree_with_plain_python(profile: Profiler, values: list[int]) -> None:
    facts = profile("BIGINT", ValueKind.NUMBER, values).numbers

    assert facts is not None
    assert facts.variance == pytest.approx(statistics.pvariance(values))
    assert facts.interquartile_range == by_hand.quantile(values, "0.75") - by_hand.quantile(values, "0.25")
    if len(set(values)) == 1:
        assert (facts.skewness, facts.kurtosis) == (None, None)
        return
    assert facts.skewness == pytest.approx(by_hand.standardized_moment(values, 3), abs=1e-9)
    assert facts.kurtosis == pytest.approx(by_hand.standardized_moment(values, 4) - 3, abs=1e-9)


@pytest.mark.parametrize("values", [[1e100, -1e100, 3.0], [5e-324, 0.0]])
def test_moments_that_doubles_cannot_hold_are_none(profile: Profiler, values: list[float]) -> None:
    facts = profile("DOUBLE", ValueKind.NUMBER, values).numbers

    assert facts is not None
    assert (facts.skewness, facts.kurtosis) == (None, None)


def test_a_constant_has_its_own_mean_and_no_spread(profile: Profiler) -> None:
    facts = profile("DOUBLE", ValueKind.NUMBER, [0.1, 0.1, 0.1]).numbers

    assert facts is not None
    assert (facts.mean, facts.standard_deviation, facts.skewness, facts.kurtosis) == (0.1, 0.0, None, None)


@pytest.mark.parametrize(
    ("sql_type", "values", "digits"),
    [
        ("DECIMAL(18, 4)", ["1.2500", "-30.1", "7"], (3, 2)),
        ("DECIMAL(18, 4)", ["0.0012", "0.5"], (2, 4)),
        ("DOUBLE", [1.5e-7, 0.25], (2, 8)),
        ("DOUBLE", [1e22, 0.5], (1, 1)),
        ("DOUBLE", [120000.0, -3.0], (6, 0)),
        ("VARCHAR", ["12345678901234567890.125", "NaN"], (23, 3)),
    ],
)
def test_digits_are_those_that_the_values_need(
    profile: Profiler, sql_type: str, values: list[Any], digits: tuple[int, int]
) -> None:
    facts = profile(sql_type, ValueKind.NUMBER, values).numbers

    assert facts is not None
    assert (facts.significant_digits, facts.decimal_places) == digits


@same_engine
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_histogram_counts_every_value_once_in_its_bar(profile: Profiler, values: list[float]) -> None:
    numbers = profile("DOUBLE", ValueKind.NUMBER, values).numbers
    assume(numbers is not None)
    assert numbers is not None

    *inner, last = numbers.histogram
    for bar in inner:
        assert bar.count == sum(bar.low <= value < bar.high for value in values)
    assert last.count == sum(last.low <= value <= last.high for value in values)
    assert sum(bar.count for bar in numbers.histogram) == len(values)
    assert (numbers.histogram[0].low, last.high) == (min(values), max(values))
    assert all(left.high == right.low for left, right in pairwise(numbers.histogram))


@same_engine
@given(values=st.lists(st.integers(0, 20), min_size=1, max_size=60))
def test_quantiles_by_sorting_equal_those_in_memory(values: list[int]) -> None:
    with duckdb.connect() as engine:
        engine.execute("CREATE TEMP TABLE rows_read AS SELECT unnest(?::INTEGER[]) AS c1", [values])
        counts = count_values(engine, [CopiedColumn("v", "c1", ValueKind.NUMBER)])

        sorted_out = quantiles_of(counts, among_rows=False)

    assert sorted_out[0] == {share: by_hand.quantile(values, share) for share in QUANTILES}


def test_values_that_are_not_finite_are_left_out_by_name(profile: Profiler) -> None:
    measured = profile("VARCHAR", ValueKind.NUMBER, ["1", "3", "NaN", "Infinity", "1e400"])

    assert measured.numbers is not None
    assert (measured.numbers.min, measured.numbers.max, measured.numbers.mean) == (1, 3, 2)
    assert (measured.nulls, measured.distinct.value) == (0, 5)
    assert measured.left_out == {
        "numbers.not_finite": "The facts leave out 3 rows with NaN, infinity or more than a double."
    }


@pytest.mark.parametrize("values", [["nan"], ["inf", "-inf"], ["1.7e308", "1.7e308"], ["1.7e308", "-1.7e308"]])
def test_numbers_beyond_double_precision_have_no_facts(profile: Profiler, values: list[str]) -> None:
    measured = profile("DOUBLE", ValueKind.NUMBER, values)

    assert measured.numbers is None
    assert measured.left_out == {"numbers": "No value is finite, or their sums exceed double precision."}


TEXTS = st.text(alphabet=st.sampled_from("aAzZ09é Ü.-\t\u00a0\u3000٣ß中"), max_size=8)


@same_engine
@given(values=st.lists(st.none() | TEXTS, max_size=40))
def test_texts_agree_with_plain_python(profile: Profiler, values: list[str | None]) -> None:
    measured = profile("VARCHAR", ValueKind.TEXT, values)

    present = [value for value in values if value is not None]
    assert measured.top == by_hand.top(present)
    if not present:
        assert measured.text is None
        return
    assert measured.text is not None
    facts = measured.text
    lengths = [len(value) for value in present]
    assert (facts.min_length, facts.max_length) == (min(lengths), max(lengths))
    assert facts.mean_length == pytest.approx(statistics.fmean(lengths))
    assert facts.empty == present.count("")
    assert facts.blank == sum(map(by_hand.is_blank, present))
    assert facts.padded == sum(map(by_hand.is_padded, present))
    assert facts.leading_space == sum(value != value.lstrip(by_hand.SPACES) for value in present)
    assert facts.trailing_space == sum(value != value.rstrip(by_hand.SPACES) for value in present)
    assert facts.shapes == by_hand.top([by_hand.shape(value) for value in present])
    assert sum(facts.cases.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "case"),
    [
        ("AB-12", "upper"),
        ("ÜBER", "upper"),
        ("ab 1", "lower"),
        ("Anna-Maria van", "mixed"),
        ("Anna-Maria Van", "title"),
        ("Anna A. Bé", "title"),
        ("J. Smith", "title"),
        ("McDonald", "mixed"),
        ("iPhone", "mixed"),
        ("12:30", "none"),
        ("", "none"),
        ("中文", "lower"),
    ],
)
def test_a_text_has_the_case_of_its_letters(value: str, case: str) -> None:
    assert case_of(shape_of(value)) == case


def test_scripts_are_shares_of_the_rows_with_their_letters(profile: Profiler) -> None:
    values = ["Anna", "\u0410\u043d\u043d\u0430", "Anna \u0410", "\u0391\u03bd\u03b1", "12", "\u4e2d", "\u00e9", None]

    facts = profile("VARCHAR", ValueKind.TEXT, values).text

    assert facts is not None
    assert facts.scripts == {"latin": 3 / 7, "cyrillic": 2 / 7, "greek": 1 / 7, "cjk": 1 / 7}


def test_words_for_a_missing_value_are_counted_however_they_are_written(profile: Profiler) -> None:
    values = ["N/A", " n/a ", "n/a", "-", "Unknown", "Anna", "nathan", "", None, "not available", "-\t"]

    facts = profile("VARCHAR", ValueKind.TEXT, values).text

    assert facts is not None
    assert facts.missing_tokens == (
        ValueCount("n/a", 3, 0.3),
        ValueCount("-", 2, 0.2),
        ValueCount("not available", 1, 0.1),
        ValueCount("unknown", 1, 0.1),
    )


@pytest.mark.parametrize(
    ("values", "is_near_constant", "is_key"),
    [
        (["a"] * 19 + ["b"], True, False),
        (["a"] * 18 + ["b", "c"], False, False),
        (["a"] * 19 + [None], True, False),
        (["a", "b"], False, True),
        (["a", None], True, False),
        ([], False, False),
    ],
)
def test_a_column_may_be_nearly_constant_or_a_key(
    profile: Profiler, values: list[str | None], is_near_constant: bool, is_key: bool
) -> None:
    measured = profile("VARCHAR", ValueKind.TEXT, values)

    assert (measured.is_near_constant, measured.is_candidate_key) == (is_near_constant, is_key)


def test_pattern_shares_count_rows_not_distinct_values(profile: Profiler) -> None:
    values = ["ada@example.com", "ada@example.com", "bob@example.com", "nobody", None]

    measured = profile("VARCHAR", ValueKind.TEXT, values)

    present = [value for value in values if value is not None]
    assert measured.text is not None
    assert measured.text.patterns == {"email": 0.75}
    assert measured.text.patterns == {
        name: share
        for name in PATTERNS
        if (share := statistics.fmean(is_well_formed(name, value) for value in present))
    }


@pytest.mark.parametrize(
    ("sql_type", "kind", "values", "shares"),
    [
        ("VARCHAR", ValueKind.TEXT, ["1", "-20", "007", "x"], {"integer": 0.5, "text": 0.5}),
        ("VARCHAR", ValueKind.TEXT, ["1.5", ".5", "1e5", "1.0e5"], {"decimal": 0.75, "text": 0.25}),
        ("VARCHAR", ValueKind.TEXT, ["true", "NO", "t", None], {"boolean": 2 / 3, "text": 1 / 3}),
        ("VARCHAR", ValueKind.TEXT, ["2024-02-29", "2023-02-29"], {"date": 0.5, "text": 0.5}),
        ("VARCHAR", ValueKind.TEXT, ["2024-02-29T10:00:00Z", "2024-02-29 25:00"], {"timestamp": 0.5, "text": 0.5}),
        ("VARCHAR", ValueKind.OTHER, ["{}", "[1]", "{", "{1,2}"], {"json": 0.5, "text": 0.5}),
        ("VARCHAR", ValueKind.OTHER, ["00000000-0000-0000-0000-000000000000"], {"uuid": 1.0}),
        ("VARCHAR", ValueKind.NUMBER, ["1.00", "1.25"], {"integer": 0.5, "decimal": 0.5}),
        ("BIGINT", ValueKind.NUMBER, [1, 2], {"integer": 1.0}),
        ("DOUBLE", ValueKind.NUMBER, [1.0, "nan", "inf", 0.5], {"integer": 0.25, "decimal": 0.75}),
        ("DATE", ValueKind.MOMENT, ["2024-01-01", "infinity"], {"date": 1.0}),
        ("TIMESTAMP", ValueKind.MOMENT, ["2024-01-01", "2024-01-01 00:00:01"], {"date": 0.5, "timestamp": 0.5}),
        ("BOOLEAN", ValueKind.BOOLEAN, [True, None], {"boolean": 1.0}),
        ("BIGINT", ValueKind.NUMBER, [None], {}),
    ],
)
def test_actual_types_are_shares_of_what_values_look_like(
    profile: Profiler, sql_type: str, kind: ValueKind, values: list[Any], shares: dict[str, float]
) -> None:
    assert profile(sql_type, kind, values).actual_types == pytest.approx(shares)


MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - the column has no zone either


@same_engine
@given(values=st.lists(MOMENTS, min_size=1, max_size=30))
def test_moments_agree_with_plain_python(profile: Profiler, values: list[datetime]) -> None:
    facts = profile("TIMESTAMP", ValueKind.MOMENT, [value.isoformat() for value in values]).dates

    moments = [value.replace(tzinfo=UTC) for value in values]
    assert facts is not None
    assert (facts.min, facts.max) == (min(moments), max(moments))
    assert facts.future == sum(moment > NOW for moment in moments)
    if facts.min <= NOW:
        assert facts.age_seconds == pytest.approx(by_hand.age_seconds(moments, NOW))
    assert facts.at_midnight == sum(value.time() == time() for value in values)
    assert facts.weekdays == tuple(sum(value.weekday() == day for value in values) for day in range(7))
    assert facts.hours == tuple(sum(value.hour == hour for value in values) for hour in range(24))
    empty = by_hand.empty_days(values, SENTINEL_DAYS)
    assert (facts.missing_days, facts.longest_gap_days) == (sum(empty), max(empty, default=0))


def test_sentinels_infinity_and_the_far_future_are_counted(profile: Profiler) -> None:
    days = ["1900-01-01", "9999-12-31", "infinity", "-infinity", "5874897-12-31", "0044-03-15 (BC)", "2026-02-28"]

    measured = profile("DATE", ValueKind.MOMENT, days)

    assert measured.dates == DateFacts(
        min=datetime(1900, 1, 1, tzinfo=UTC),
        max=datetime(9999, 12, 31, tzinfo=UTC),
        future=3,
        sentinels=6,
        age_seconds=timedelta(days=1, hours=12).total_seconds(),
        at_midnight=3,
        weekdays=(1, 0, 0, 0, 1, 1, 0),
        hours=(3, *[0] * 23),
        missing_days=0,
        longest_gap_days=0,
    )


def test_column_without_a_calendar_day_has_no_date_facts(profile: Profiler) -> None:
    measured = profile("DATE", ValueKind.MOMENT, ["infinity"])

    assert (measured.dates, measured.left_out) == (None, {"dates": "No value lies in the years 1 to 9999."})


def test_only_future_values_have_no_age(profile: Profiler) -> None:
    measured = profile("DATE", ValueKind.MOMENT, ["2030-01-01"])

    assert measured.left_out == {"dates.age_seconds": "Every value lies in the future."}


def test_booleans_are_counted(profile: Profiler) -> None:
    assert profile("BOOLEAN", ValueKind.BOOLEAN, [True, True, False, None]).booleans == BooleanFacts(true=2, false=1)


def test_empty_column_has_counts_of_zero_and_no_facts(profile: Profiler) -> None:
    measured = profile("VARCHAR", ValueKind.TEXT, [])

    assert (measured.rows, measured.nulls, measured.distinct.value, measured.unique_once.value) == (0, 0, 0, 0)
    assert (measured.completeness, measured.uniqueness) == (None, None)
    assert (measured.top, measured.text, measured.actual_types, measured.left_out) == ((), None, {}, {})


def test_long_values_are_shown_shortened(profile: Profiler) -> None:
    measured = profile("VARCHAR", ValueKind.TEXT, ["x" * 5000])

    assert [(len(shown.value), shown.count) for shown in measured.top] == [(200, 1)]


def test_shapes_of_very_many_values_are_named_a_share() -> None:
    reading = Reading(Method.EXACT, 30_000, 30_000)
    with duckdb.connect() as engine:
        engine.execute("CREATE TEMP TABLE rows_read AS SELECT format('v{:06d}', i) AS c1 FROM range(30000) r(i)")

        (measured,) = profile_columns(engine, [CopiedColumn("v", "c1", ValueKind.TEXT)], {}, reading, NOW)

    reason = "Counted over a fixed share of the 30,000 distinct values."
    assert measured.left_out == {"text.shapes": reason, "text.cases": reason, "text.scripts": reason}
    assert measured.text is not None
    assert [shown.value for shown in measured.text.shapes] == ["a999999"]
