from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan

import pytest

from domain.fqn import Fqn
from domain.rules.model import KINDS, Evaluation, Outcome, RuleDefinition, RuleKind
from domain.rules.parameters import Parameter
from flows.assessment.evaluate import evaluate
from tests.flows.assessment.scratch import OBSERVED_AT, Scratch

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

Rows = Sequence[Sequence[object]]
GOOD_IBAN, BAD_IBAN = "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"


def one(*values: object) -> Rows:
    return [(value,) for value in values]


def day(year: int) -> date:
    return date(year, 5, 1)


def at(day_of_month: int, hour: int) -> datetime:
    return datetime(2026, 11, day_of_month, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    claim: str
    kind: RuleKind
    columns: Mapping[str, str]
    rows: Rows
    evaluated: int
    failed: int
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}: {self.claim}"


TEXT, INT, DAY, TWO_DAYS = {"a": "text"}, {"a": "int"}, {"a": "date"}, {"a": "date", "b": "date"}
COUNTED = [
    Case("null fails", RuleKind.NOT_NULL, TEXT, one("x", None, ""), 3, 1),
    Case("blank fails", RuleKind.NOT_BLANK, TEXT, one("x", None, "", " \t\u00a0"), 3, 2),
    Case("all that share fail", RuleKind.UNIQUE, TEXT, one("x", "x", "y", None, None), 3, 2),
    Case("pairs", RuleKind.UNIQUE, {"a": "int", "b": "int"}, [(1, 1), (1, 2), (1, 1), (1, None)], 3, 2),
    Case("case counts", RuleKind.ACCEPTED_VALUES, TEXT, one("on", "On", None), 2, 1, {"values": ["on", "off"]}),
    Case("numbers too", RuleKind.ACCEPTED_VALUES, INT, one(1, 2, 3), 3, 1, {"values": ["1", "2"]}),
    Case("both ends", RuleKind.VALUE_RANGE, INT, one(-1, 0, 9, 10, None), 4, 2, {"min": 0, "max": 9}),
    Case("open end", RuleKind.VALUE_RANGE, {"a": "numeric"}, one(Decimal("-0.01"), Decimal(0)), 2, 1, {"min": 0}),
    Case("NaN is no number", RuleKind.VALUE_RANGE, {"a": "float8"}, one(nan, inf, 1.0), 3, 1, {"min": 0}),
    Case("real as written", RuleKind.VALUE_RANGE, {"a": "real"}, one(0.1, 0.2), 2, 1, {"max": 0.1}),
    Case("text", RuleKind.VALUE_RANGE, TEXT, one(" 4", "5.0", "6", "1e3", "x", "", "-.5"), 6, 3, {"max": 5}),
    Case("days", RuleKind.VALUE_RANGE, DAY, one(day(1999), day(2000)), 2, 1, {"min": "2000-01-01"}),
    Case("whole last day", RuleKind.VALUE_RANGE, {"a": "timestamptz"}, one(at(22, 23), at(23, 0)), 2, 1,
         {"max": "2026-11-22"}),
    Case("impossible", RuleKind.VALUE_RANGE, TEXT, one("2023-02-29", "2024-02-29"), 2, 1, {"min": "1900-01-01"}),
    Case("characters", RuleKind.TEXT_LENGTH, TEXT, one("é", "éé", "ééé", "éééé", None), 4, 2, {"min": 2, "max": 3}),
    Case("check digits", RuleKind.MATCHES_PATTERN, TEXT, one(GOOD_IBAN, BAD_IBAN, "", None), 2, 1, {"pattern": "iban"}),
    Case("tomorrow", RuleKind.NOT_IN_FUTURE, DAY, one(date(2026, 11, 23), date(2026, 11, 24), None), 2, 1),
    Case("moment", RuleKind.NOT_IN_FUTURE, {"a": "timestamptz"}, one(OBSERVED_AT, at(23, 13)), 2, 1),
    Case("zoned text", RuleKind.NOT_IN_FUTURE, TEXT, one("2026-11-23T13:30+02:00", "2026-11-23T13:30Z"), 2, 1),
    Case("days", RuleKind.ORDERED_PAIR, TWO_DAYS, [(day(1), day(2)), (day(2), day(1)), (day(1), None)], 2, 1),
    Case("texts", RuleKind.ORDERED_PAIR, {"a": "text", "b": "text"}, [("9", "10"), ("2020-01-02", "2020-01-01")], 2, 1),
    Case("beyond", RuleKind.NO_OUTLIERS, INT, one(1, 4, None), 2, 1, {"min": 1, "max": 3}),
    Case("integer", RuleKind.READS_AS, TEXT, one("1", "-2", "1.5", "x", "", None), 4, 2, {"type": "integer"}),
    Case("unit", RuleKind.READS_AS, TEXT, one("0.05", "0.05%", "12 oz", "1e2"), 4, 2, {"type": "number"}),
    Case("calendar", RuleKind.READS_AS, TEXT, one("2024-02-29", "2023-02-29", "0000-01-01", "1.2.20"), 4, 3,
         {"type": "date"}),
    Case("form", RuleKind.HAS_SHAPE, TEXT, one("AB-12", "Ab-12", "AB-1", "ÄB-12", ""), 4, 3, {"shapes": ["AA-99"]}),
    Case("stand-in", RuleKind.NO_MISSING_TOKENS, TEXT, one("N/A ", "n/a", "na", "", None), 4, 2, {"tokens": ["n/a"]}),
    Case("both ends", RuleKind.NO_STRAY_SPACE, TEXT, one(" x", "x\u00a0", "x y", "  ", None), 3, 2),
    Case("the odd ones out", RuleKind.FUNCTIONAL_DEPENDENCY, {"a": "int", "b": "text"},
         [(1, "x"), (1, "x"), (1, "y"), (2, "z"), (3, "p"), (3, "q"), (4, None), (5, "s"), (5, "")], 8, 4),
]  # fmt: skip


@pytest.mark.parametrize("case", COUNTED, ids=str)
async def test_kind_counts_exactly(case: Case, scratch: Scratch) -> None:
    table = await scratch.table(case.columns, case.rows)
    rule = RuleDefinition(case.kind, table.fqn, tuple(case.columns), case.parameters)

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, case.evaluated, case.failed)
    assert found.outcome is Outcome.FAILED
    assert len(await scratch.source.fetch(str(found.failing_rows_sql))) == case.failed


def test_every_row_counting_kind_has_a_case() -> None:
    counted = {kind for kind, spec in KINDS.items() if spec.counts_rows}
    assert counted - {case.kind for case in COUNTED} == {RuleKind.REFERENCE_EXISTS}


@pytest.mark.parametrize("kind", [kind for kind, spec in KINDS.items() if spec.counts_rows])
async def test_empty_table_passes_with_nothing_evaluated(kind: RuleKind, scratch: Scratch) -> None:
    columns = dict.fromkeys(("a", "b")[: max(1, KINDS[kind].min_columns)], "text")
    table = await scratch.table(columns)

    (found,) = await evaluate(scratch.source, table, [_some_rule(kind, table.fqn, tuple(columns))], OBSERVED_AT)

    assert (found.error, found.outcome, found.evaluated, found.failed) == (None, Outcome.PASSED, 0, 0)


@pytest.mark.parametrize("kind", [kind for kind, spec in KINDS.items() if spec.counts_rows and spec.min_columns == 1])
async def test_nulls_fail_where_the_rule_does_not_ignore_them(kind: RuleKind, scratch: Scratch) -> None:
    table = await scratch.table({"a": "text"}, one(None, None))
    rule = replace(_some_rule(kind, table.fqn, ("a",)), ignores_nulls=False)

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, 2, 2)


def _some_rule(kind: RuleKind, table: Fqn, columns: tuple[str, ...]) -> RuleDefinition:
    values: Mapping[str, Parameter] = {
        "values": ["x"],
        "tokens": ["n/a"],
        "shapes": ["A"],
        "pattern": "email",
        "type": "number",
        "min": 1,
        "max": 2,
        "referenced_table": str(table),
        "referenced_columns": ["a"],
        "max_age_seconds": 60,
    }
    spec = KINDS[kind]
    return RuleDefinition(kind, table, columns, {name: values[name] for name in spec.required | spec.optional})


@pytest.mark.parametrize(("low", "high", "failed"), [(3, None, 0), (4, None, 1), (None, 3, 0), (None, 2, 1), (1, 5, 0)])
async def test_row_count_judges_the_table_as_one(
    low: int | None, high: int | None, failed: int, scratch: Scratch
) -> None:
    table = await scratch.table({"a": "int"}, one(1, 2, None))
    rule = RuleDefinition(RuleKind.ROW_COUNT, table.fqn, (), {"min": low, "max": high})

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed, found.failing_rows_sql) == (None, 1, failed, None)


@pytest.mark.parametrize(
    ("claim", "values", "evaluated", "failed"),
    [
        ("just fresh", [datetime(2026, 11, 23, 11, tzinfo=UTC)], 1, 0),
        ("stale", [datetime(2026, 11, 23, 10, 59, tzinfo=UTC)], 1, 1),
        ("the future hides nothing", [datetime(2026, 11, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)], 1, 1),
        ("empty", [], 0, 0),
    ],
)
async def test_freshness_asks_the_newest_value(
    claim: str, values: Sequence[datetime], evaluated: int, failed: int, scratch: Scratch
) -> None:
    table = await scratch.table({"a": "timestamptz"}, one(*values))
    rule = RuleDefinition(RuleKind.FRESHNESS, table.fqn, ("a",), {"max_age_seconds": 3_600})

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, evaluated, failed), claim


async def test_reference_finds_orphans_in_another_schema(scratch: Scratch) -> None:
    await scratch.owner.execute('DROP SCHEMA IF EXISTS "other.schema" CASCADE; CREATE SCHEMA "other.schema"')
    await scratch.owner.execute('CREATE TABLE "other.schema".parent (k int, part text)')
    await scratch.owner.execute("INSERT INTO \"other.schema\".parent VALUES (1, 'a'), (1, 'a'), (2, 'b'), (NULL, 'a')")
    table = await scratch.table({"id": "int primary key", "k": "int", "part": "text"},
                                [(1, 1, "a"), (2, 2, "a"), (3, 7, "b"), (4, None, "a")])  # fmt: skip
    parent = Fqn.of("scratch", scratch.database, "other.schema", "parent")
    given: Mapping[str, Parameter] = {"referenced_table": str(parent), "referenced_columns": ["k", "part"]}
    rule = RuleDefinition(RuleKind.REFERENCE_EXISTS, table.fqn, ("k", "part"), given)

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, 3, 2)
    assert found.failing_keys == ({"id": "2"}, {"id": "3"})


async def test_dropped_column_is_an_error_and_takes_no_other_rule_with_it(scratch: Scratch) -> None:
    """The catalogue knows a column that the table has lost since: only the source can tell."""
    table = await scratch.table({"a": "text", "gone": "text", "b": "text"}, [("x", "x", None)])
    await scratch.owner.execute(f"ALTER TABLE public.{table.fqn.name} DROP COLUMN gone")
    rules = [RuleDefinition(RuleKind.NOT_NULL, table.fqn, (name,)) for name in ("a", "gone", "b", "unheard_of")]

    found = await evaluate(scratch.source, table, rules, OBSERVED_AT)

    assert [each.outcome for each in found] == [Outcome.PASSED, Outcome.ERROR, Outcome.FAILED, Outcome.ERROR]
    assert "a column does not exist" in str(found[1].error)
    assert "unheard_of" in str(found[3].error)


async def test_wrong_type_is_an_error_that_names_column_and_type(scratch: Scratch) -> None:
    table = await scratch.table({"a": "boolean"}, [(True,)])
    rules = [
        RuleDefinition(RuleKind.VALUE_RANGE, table.fqn, ("a",), {"min": 1}),
        RuleDefinition(RuleKind.NOT_IN_FUTURE, table.fqn, ("a",)),
    ]

    found = await evaluate(scratch.source, table, rules, OBSERVED_AT)

    assert [each.outcome for each in found] == [Outcome.ERROR, Outcome.ERROR]
    assert all("'a'" in str(each.error) and "boolean" in str(each.error) for each in found)


async def test_missing_parent_is_an_error_without_row_values(scratch: Scratch) -> None:
    table = await scratch.table({"a": "text"}, one("canary"))
    parent = str(scratch.fqn("no_such_table"))
    rule = RuleDefinition(
        RuleKind.REFERENCE_EXISTS, table.fqn, ("a",), {"referenced_table": parent, "referenced_columns": ["id"]}
    )

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert found.outcome is Outcome.ERROR
    assert "canary" not in str(found.error)


async def test_threshold_decides_between_pass_and_failure(scratch: Scratch) -> None:
    table = await scratch.table({"a": "int"}, one(1, 2, 3, None))
    strict, lenient = (
        RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",), threshold=Decimal(share)) for share in ("0.76", "0.75")
    )

    found: Sequence[Evaluation] = await evaluate(scratch.source, table, [strict, lenient], OBSERVED_AT)

    assert [each.outcome for each in found] == [Outcome.FAILED, Outcome.PASSED]
