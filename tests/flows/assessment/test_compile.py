from collections.abc import Mapping

import pytest

from domain.rules.model import RuleDefinition, RuleKind
from domain.rules.parameters import Parameter
from flows.assessment.compile import MOST_CHECKS_PER_SCAN, compile_rules
from flows.assessment.evaluate import evaluate
from flows.assessment.readings import RuleNotApplicable
from flows.sources.dialect import POSTGRESQL
from tests.flows.assessment.scratch import OBSERVED_AT, CountingSource, Scratch
from tests.flows.rulegen.measured import found_table

ODD_NAMES = ['a"b', "a.b", "select", "groß ÄÖ 表", "a'b", "$1", "a\\b", " ", "rows_with_these_values", "size", "n;--"]
ODD_TEXTS = ["o'clock", "back\\slash", 'quo"te', "%s {x} $1", "表", "line\nbreak", "'; DROP TABLE x; --", "\\'"]


def test_all_row_rules_of_a_table_share_one_scan() -> None:
    table = found_table({f"c{place}": "text" for place in range(30)})
    rules = [RuleDefinition(RuleKind.NOT_NULL, table.fqn, (column.name,)) for column in table.columns]
    rules.append(RuleDefinition(RuleKind.ROW_COUNT, table.fqn, (), {"min": 1}))

    (scan,) = compile_rules(rules, table, OBSERVED_AT, POSTGRESQL)

    assert scan.positions == tuple(range(31))
    assert scan.sql.count("FROM") == 1


def test_rules_that_group_share_one_further_statement() -> None:
    table = found_table({"a": "text", "b": "text"})
    rules = [
        RuleDefinition(RuleKind.UNIQUE, table.fqn, ("a",)),
        RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",)),
        RuleDefinition(RuleKind.FUNCTIONAL_DEPENDENCY, table.fqn, ("a", "b")),
    ]

    assert [scan.positions for scan in compile_rules(rules, table, OBSERVED_AT, POSTGRESQL)] == [(1,), (0, 2)]


def test_more_rules_than_a_statement_can_return_are_split() -> None:
    table = found_table({"a": "text"})
    rules = [RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",))] * (MOST_CHECKS_PER_SCAN + 1)

    assert [len(scan.positions) for scan in compile_rules(rules, table, OBSERVED_AT, POSTGRESQL)] == [
        MOST_CHECKS_PER_SCAN,
        1,
    ]


def test_no_rules_ask_nothing() -> None:
    assert compile_rules([], found_table({"a": "text"}), OBSERVED_AT, POSTGRESQL) == []


def test_unknown_column_is_refused_by_name() -> None:
    table = found_table({"a": "text"})

    with pytest.raises(RuleNotApplicable, match="no column 'b'"):
        compile_rules([RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("b",))], table, OBSERVED_AT, POSTGRESQL)


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_passing_rules_cost_exactly_one_statement(scratch: Scratch) -> None:
    table = await scratch.table({"a": "text", "b": "int"}, [("x", 1), ("y", 2)])
    rules = [
        RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",)),
        RuleDefinition(RuleKind.VALUE_RANGE, table.fqn, ("b",), {"min": 0}),
        RuleDefinition(RuleKind.MATCHES_PATTERN, table.fqn, ("a",), {"pattern": "email"}),
        RuleDefinition(RuleKind.ROW_COUNT, table.fqn, (), {"min": 1}),
    ]
    counting = CountingSource(scratch.source)

    found = await evaluate(counting, table, rules, OBSERVED_AT)  # type: ignore[arg-type]  # only fetch is asked for

    assert [each.failed for each in found] == [0, 0, 2, 0]
    assert len(counting.statements) == 1


@pytest.mark.db
@pytest.mark.engine_postgres
@pytest.mark.parametrize("name", ODD_NAMES)
async def test_odd_names_are_only_names(name: str, scratch: Scratch) -> None:
    table = await scratch.table(
        {"id": "int primary key", name: "text", "other": "int"}, [(1, "x", 1), (2, "x", 2)], name
    )
    reference: Mapping[str, Parameter] = {"referenced_table": str(table.fqn), "referenced_columns": [name]}
    rules = [
        RuleDefinition(RuleKind.NOT_NULL, table.fqn, (name,)),
        RuleDefinition(RuleKind.UNIQUE, table.fqn, (name,)),
        RuleDefinition(RuleKind.REFERENCE_EXISTS, table.fqn, (name,), reference),
        RuleDefinition(RuleKind.FUNCTIONAL_DEPENDENCY, table.fqn, (name, "other")),
    ]

    found = await evaluate(scratch.source, table, rules, OBSERVED_AT)

    assert [(each.error, each.evaluated, each.failed) for each in found] == [
        (None, 2, 0), (None, 2, 2), (None, 2, 0), (None, 2, 2),
    ]  # fmt: skip
    assert found[1].failing_keys == found[3].failing_keys == ({"id": "1"}, {"id": "2"})
    await scratch.owner.execute("DROP TABLE public." + '"' + name.replace('"', '""') + '"')


@pytest.mark.db
@pytest.mark.engine_postgres
async def test_odd_parameters_are_only_values(scratch: Scratch) -> None:
    table = await scratch.table({"a": "text"}, [(text,) for text in [*ODD_TEXTS, "else"]])
    rule = RuleDefinition(RuleKind.ACCEPTED_VALUES, table.fqn, ("a",), {"values": ODD_TEXTS})

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, len(ODD_TEXTS) + 1, 1)
