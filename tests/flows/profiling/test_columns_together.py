import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations, permutations
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.profiles.model import ColumnsTogether, Method, Reading
from domain.profiles.together import FunctionalDependency, NullCooccurrence, OrderedPair
from flows.profiling.columns import profile_columns
from flows.profiling.keys import count_duplicate_rows
from flows.profiling.measuring import look_within_room
from flows.profiling.together.compare import OF_KEYS, OF_VALUES, Comparing, Comparison
from flows.sources.base import Copied, CopiedColumn, Coverage, ValueKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Values = Sequence[int | None]
same_engine = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as connection:
        yield connection


def compare(
    engine: duckdb.DuckDBPyConnection, rows: str, kinds: Mapping[str, ValueKind], *known_keys: tuple[str, ...]
) -> Comparison:
    """Of the rows of a query, whose columns have these kinds in order."""
    aliases = [f"c{place}" for place in range(1, len(kinds) + 1)]
    engine.execute(f"CREATE OR REPLACE TEMP TABLE rows_read AS SELECT * FROM ({rows}) t({', '.join(aliases)})")
    (count,) = engine.execute("SELECT count(*) FROM rows_read").fetchone() or (0,)
    columns = tuple(CopiedColumn(name, alias, kinds[name]) for name, alias in zip(kinds, aliases, strict=True))
    copied = Copied(count, count, Coverage.ALL, NOW, columns)
    reading = Reading(Method.EXACT, count, count)
    profiles = [one for column in columns for one in profile_columns(engine, [column], {}, reading, NOW)]
    has_duplicates = count_duplicate_rows(engine, copied) > 0
    return Comparing(copied, profiles, reading, 7, known_keys, has_duplicates).run(engine)


def compare_values(engine: duckdb.DuckDBPyConnection, **columns: Values) -> Comparison:
    listed = ", ".join(f"unnest(${place}::BIGINT[])" for place in range(1, len(columns) + 1))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE listed AS SELECT {listed}", list(columns.values()))
    return compare(engine, "FROM listed", dict.fromkeys(columns, ValueKind.NUMBER))


def together(found: Comparison) -> ColumnsTogether:
    assert found.together
    return found.together


def tables(*domains: int, nulls: bool = False, most: int = 60) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    values = [st.integers(0, domain) | st.none() if nulls else st.integers(0, domain) for domain in domains]
    return st.lists(st.tuples(*values), min_size=20, max_size=most)


def by_column(rows: Sequence[tuple[Any, ...]]) -> dict[str, Values]:
    return dict(zip("abcde", zip(*rows, strict=True), strict=False))


def without_nulls(one: Values, other: Values) -> list[tuple[int, int]]:
    return [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]


def agreeing(values: Sequence[object]) -> float:
    """The share of pairs of rows with the same value."""
    pairs = list(combinations(values, 2))
    return sum(one == other for one, other in pairs) / len(pairs)


def dependency_by_hand(determinant: Values, dependent: Values) -> tuple[int, int] | None:
    """Rows and violations; None where the dependency says too little."""
    groups = defaultdict(list)
    pairs = without_nulls(determinant, dependent)
    for key, value in pairs:
        groups[key].append(value)
    violations = sum(len(group) - max(Counter(group).values()) for group in groups.values())
    tested = [group for group in groups.values() if len(group) > 1]
    if len(pairs) < 20 or violations > 0.05 * len(pairs) or sum(map(len, tested)) < 0.3 * len(pairs):
        return None
    inside = [one == other for group in tested for one, other in combinations(group, 2)]
    by_chance = agreeing([value for _, value in pairs])
    gain = (sum(inside) / len(inside) - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
    return (len(pairs), violations) if gain > 0.8 - 1e-9 else None


def repeats(values: Values) -> bool:
    present = [value for value in values if value is not None]
    counts = Counter(present)
    return 1 < len(counts) <= len(present) / 2 and max(counts.values()) < 0.95 * len(present)


@same_engine
@given(rows=tables(5, 5, nulls=True), data=st.data())
def test_dependencies_and_their_violations_agree_with_plain_python(
    engine: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    # given a column that follows from another but for a few rows
    faults = data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=4))
    columns = by_column([(a, b, 9 if place in faults else a and a // 2) for place, (a, b) in enumerate(rows)])

    found = {
        (dependency.determinants[0], dependency.dependent): (dependency.rows, dependency.violations)
        for dependency in together(compare_values(engine, **columns)).functional_dependencies
    }

    repeating = [name for name in columns if repeats(columns[name])]
    by_hand = {pair: dependency_by_hand(columns[pair[0]], columns[pair[1]]) for pair in permutations(repeating, 2)}
    assert found == {pair: expected for pair, expected in by_hand.items() if expected}


@same_engine
@given(rows=tables(6, 6, 6, 2, nulls=True).map(lambda rows: list(dict.fromkeys(rows))))
def test_found_keys_are_unique_and_minimal(engine: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    columns = by_column(rows)

    keys = compare_values(engine, **columns).keys

    for key in keys:
        assert len(set(zip(*(columns[name] for name in key), strict=True))) == len(rows)
        assert None not in {value for name in key for value in columns[name]}
        for size in range(1, len(key)):
            for part in combinations(key, size):
                assert len(set(zip(*(columns[name] for name in part), strict=True))) < len(rows)


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ("SELECT i // 10, i % 10, i % 7 FROM range(300) r(i)", (("a", "b"),)),
        ("SELECT i // 50, i // 5 % 10, i % 5 FROM range(300) r(i)", (("a", "b", "c"),)),
        ("SELECT i // 10, i % 10, i % 10 FROM range(300) r(i)", (("a", "b"), ("a", "c"))),
        # Nearly unique columns are keys together with anything else.
        ("SELECT i // 2 * 2 + i % 2 * if(i < 290, 1, 0), i % 10, i % 7 FROM range(300) r(i)", ()),
        ("SELECT i // 10, i % 10, NULL FROM range(300) r(i) UNION ALL SELECT 0, 0, NULL", ()),
    ],
    ids=["pair", "triple", "two pairs", "by chance", "repeated rows"],
)
def test_composite_keys(engine: duckdb.DuckDBPyConnection, rows: str, keys: tuple[tuple[str, ...], ...]) -> None:
    found = compare(engine, rows, dict.fromkeys("abc", ValueKind.NUMBER))

    assert found.keys == keys


def test_a_key_is_none_where_it_is_declared_or_holds_a_declared_one(engine: duckdb.DuckDBPyConnection) -> None:
    kinds = dict.fromkeys("abc", ValueKind.NUMBER)

    found = compare(engine, "SELECT i // 10, i % 10, i % 7 FROM range(300) r(i)", kinds, ("b", "a"))

    assert found.keys == ()


def ranks(values: Sequence[float]) -> list[float]:
    """Equal values share the middle one."""
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]


@same_engine
@given(rows=tables(9, 9, 9).map(lambda rows: [*rows, (0, 1, 0), (1, 0, 1)]), lacking=st.booleans())
def test_correlations_agree_with_plain_python(
    engine: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], lacking: bool
) -> None:
    columns: dict[str, list[int | None]] = {name: list(values) for name, values in by_column(rows).items()}
    if lacking:
        columns["c"][0] = None

    found = together(compare_values(engine, **columns)).correlations

    assert {correlation.columns for correlation in found} <= set(combinations("abc", 2))
    for correlation in found:
        pairs = without_nulls(*(columns[name] for name in correlation.columns))
        one, other = [a for a, _ in pairs], [b for _, b in pairs]
        assert correlation.rows == len(pairs)
        assert correlation.pearson == pytest.approx(statistics.correlation(one, other), abs=1e-9)
        if len(pairs) < len(rows):
            assert correlation.spearman is None
        else:
            expected = statistics.correlation(ranks(one), ranks(other))
            assert correlation.spearman == pytest.approx(expected, abs=1e-9)
    assert [abs(c.pearson) for c in found] == sorted((abs(c.pearson) for c in found), reverse=True)


def test_numbers_that_have_no_correlation_have_none(engine: duckdb.DuckDBPyConnection) -> None:
    nothing = "if(i = 0, 'inf'::DOUBLE, 'nan'::DOUBLE)"
    rows = f"SELECT i, if(i < 5, 'NaN'::DOUBLE, i), (i * 3)::VARCHAR, 1, 1e200 * i, {nothing} FROM range(30) r(i)"

    found = together(compare(engine, rows, dict.fromkeys("abcdef", ValueKind.NUMBER))).correlations

    assert {(each.columns, each.rows, each.spearman is None) for each in found} == {
        (("a", "b"), 25, True),
        (("a", "c"), 30, False),
        (("b", "c"), 25, True),
    }
    assert [each.pearson for each in found] == pytest.approx([1, 1, 1])


@same_engine
@given(rows=tables(0, 0, 0, nulls=True))
def test_nulls_together_agree_with_plain_python(engine: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    # given a last column that is null where the first is
    columns = by_column([(*row, row[0]) for row in rows])
    missing = {name: {place for place, v in enumerate(values) if v is None} for name, values in columns.items()}

    found = together(compare_values(engine, **columns)).null_cooccurrence

    expected = [
        NullCooccurrence((one, other), (len(missing[one]), len(missing[other])), len(missing[one] & missing[other]))
        for one, other in combinations(columns, 2)
        if missing[one] & missing[other] and max(len(missing[one]), len(missing[other])) < len(rows)
        if implies(missing[one], missing[other], len(rows)) or implies(missing[other], missing[one], len(rows))
    ]
    assert list(found) == expected


def implies(one: set[int], other: set[int], rows: int) -> bool:
    held, by_chance = len(one & other) / len(one), len(other) / rows
    return held >= 0.95 and (held - by_chance) / (1 - by_chance) >= 0.5


def test_shares_of_nulls_are_of_the_rows_that_lack_a_value() -> None:
    found = NullCooccurrence(("a", "b"), (40, 50), 30)

    assert (found.share, found.first_implies_second, found.second_implies_first) == (0.5, 0.75, 0.6)


@pytest.mark.parametrize(
    ("rows", "kind", "expected"),
    [
        ("SELECT i * 37 % 101, i * 37 % 101 + 5 FROM range(101) r(i)", ValueKind.NUMBER, (101, 101, 101)),
        ("SELECT i * 37 % 101, i * 37 % 101 + i % 2 FROM range(100) r(i)", ValueKind.NUMBER, (100, 100, 50)),
        ("SELECT i * 37 % 101, i * 37 % 101 + if(i < 5, -1, 1) FROM range(100) r(i)", ValueKind.NUMBER, (100, 95, 95)),
        ("SELECT i * 37 % 101, i * 37 % 101 + if(i < 6, -1, 1) FROM range(100) r(i)", ValueKind.NUMBER, None),
        ("SELECT i % 10, i % 10 + 9 FROM range(100) r(i)", ValueKind.NUMBER, None),
        ("SELECT i % 10, i % 10 FROM range(100) r(i)", ValueKind.NUMBER, None),
        ("SELECT 9007199254740992 + i * 37 % 101, 9007199254740993 + i * 37 % 101 FROM range(101) r(i)",
         ValueKind.NUMBER, (101, 101, 101)),
        ("SELECT d, d + INTERVAL 1 HOUR FROM (SELECT DATE '2026-01-01' + (i * 37 % 101)::INT d FROM range(101) r(i))",
         ValueKind.MOMENT, (101, 101, 101)),
        ("SELECT NULL, i FROM range(100) r(i)", ValueKind.NUMBER, None),
    ],
    ids=["strict", "not strict", "five faults", "six faults", "apart", "equal", "beyond doubles", "moments", "nulls"],
)  # fmt: skip
def test_ordered_pairs(
    engine: duckdb.DuckDBPyConnection, rows: str, kind: ValueKind, expected: tuple[int, int, int] | None
) -> None:
    found = together(compare(engine, rows, {"first": kind, "last": kind})).ordered_pairs

    assert found == ((OrderedPair("first", "last", *expected),) if expected else ())


def test_the_order_is_found_whichever_column_stands_first(engine: duckdb.DuckDBPyConnection) -> None:
    rows = "SELECT i * 37 % 101 + 5, i * 37 % 101 FROM range(101) r(i)"

    found = together(compare(engine, rows, dict.fromkeys(("end", "start"), ValueKind.NUMBER)))

    assert found.ordered_pairs == (OrderedPair("start", "end", 101, 101, 101),)


LARGE = (
    "SELECT i // 50 + if(i = 249999, -1, 0), i % 50, i // 50, i % 1000, i % 1000 // 10, "
    "if(i % 5 = 0, NULL, i % 3), if(i % 5 = 0, NULL, 'x' || i % 4) FROM range(250000) r(i)"
)
LARGE_KINDS = dict.fromkeys(("a", "b", "c", "city", "country", "n", "m"), ValueKind.NUMBER) | {"m": ValueKind.TEXT}


def test_a_large_copy_is_sampled_the_same_way_each_time(engine: duckdb.DuckDBPyConnection) -> None:
    first, second = compare(engine, LARGE, LARGE_KINDS), compare(engine, LARGE, LARGE_KINDS)

    found = together(first)
    assert found.reading == Reading(Method.SAMPLED, found.reading.rows_read, 250_000, seed=7)
    assert 99_000 < found.reading.rows_read < 101_000
    assert FunctionalDependency(("city",), "country", found.reading.rows_read, 0) in found.functional_dependencies
    assert [(pair.columns, pair.share) for pair in found.null_cooccurrence] == [(("n", "m"), 1.0)]
    assert first == second


def test_dependency_on_a_column_of_many_values_is_found_among_columns_without_any(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    others = ", ".join(f"hash(i + {seed}) % {3_000 + seed}" for seed in range(10))
    rows = f"SELECT i % 4999, i % 4999 % 41, {others} FROM range(90000) r(i)"
    kinds = dict.fromkeys(("customer", "city", *(f"other_{seed}" for seed in range(10))), ValueKind.NUMBER)

    found = compare(engine, rows, kinds)

    assert together(found).functional_dependencies == (FunctionalDependency(("customer",), "city", 90_000, 0),)
    assert "functional_dependencies" not in found.left_out


def test_a_key_of_a_large_copy_holds_in_all_its_rows(engine: duckdb.DuckDBPyConnection) -> None:
    found = compare(engine, LARGE, LARGE_KINDS)

    # The last row of a and b repeats another one, which hardly any sample shows.
    assert ("b", "c") in found.keys
    assert ("a", "b") not in found.keys


def test_a_wide_table_costs_no_more_than_its_first_columns(engine: duckdb.DuckDBPyConnection) -> None:
    width = 100
    columns = ", ".join(f"if((i + {place}) % 3 = 0, NULL, (i * {place + 1}) % 5)" for place in range(width))

    found = compare(
        engine,
        f"SELECT {columns} FROM range(30) r(i)",
        {f"n{place}": ValueKind.NUMBER for place in range(width)},
    )

    suits = sum((place + 1) % 5 != 0 for place in range(width))
    first = f"Compared were the first 20 of {suits} columns that come into question."
    assert found.left_out == {
        "correlations": first,
        "ordered_pairs": first.replace(str(suits), "100"),
        "functional_dependencies": f"{first} 340 dependencies that few rows did not refute were not tested.",
        "null_cooccurrence": first.replace(str(suits), "100"),
    }
    assert len(together(found).correlations) == 190


def test_few_rows_are_not_compared(engine: duckdb.DuckDBPyConnection) -> None:
    found = compare(engine, "SELECT i, i FROM range(19) r(i)", dict.fromkeys("ab", ValueKind.NUMBER))

    assert found.together is None
    assert found.left_out == dict.fromkeys(
        ("functional_dependencies", "correlations", "null_cooccurrence", "ordered_pairs"),
        "Fewer than 20 rows agree by chance.",
    )


def test_columns_that_hold_nothing_comparable_are_left_alone(engine: duckdb.DuckDBPyConnection) -> None:
    found = compare(engine, "SELECT '[1]', '{}' FROM range(30)", dict.fromkeys("ab", ValueKind.OTHER))

    assert found == Comparison(ColumnsTogether(Reading(Method.EXACT, 30, 30)))


def test_a_profile_does_without_comparisons_that_there_is_no_room_for() -> None:
    columns = (CopiedColumn("a", "c1", ValueKind.NUMBER), CopiedColumn("b", "c2", ValueKind.NUMBER))
    reading, copied = Reading(Method.EXACT, 90_000, 90_000), Copied(90_000, 90_000, Coverage.ALL, NOW, columns)
    with duckdb.connect(config={"threads": 1, "temp_directory": ""}) as full:
        full.execute("CREATE TEMP TABLE rows_read AS SELECT i * 7919 % 1000 AS c1, i % 97 AS c2 FROM range(90000) r(i)")
        profiles = [one for column in columns for one in profile_columns(full, [column], {}, reading, NOW)]
        (used,) = full.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone() or (0,)
        full.execute(f"SET memory_limit = '{used + 300_000} bytes'")

        parts = Comparing(copied, profiles, reading, 7, known_keys=(), has_duplicates=True).parts
        found = [look_within_room(part, full) for part in parts]

    reason = "Comparing columns failed: it needs more memory than profiling.memory_limit_mb allows."
    assert found == [Comparison(left_out=dict.fromkeys(metrics, reason)) for metrics in (OF_VALUES, OF_KEYS)]
