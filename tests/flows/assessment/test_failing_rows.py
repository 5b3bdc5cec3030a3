import pytest

from domain.rules.model import RuleDefinition, RuleKind
from flows.assessment.evaluate import evaluate
from flows.assessment.failing_rows import MASK
from tests.flows.assessment.scratch import OBSERVED_AT, Scratch

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


async def test_sample_is_bounded_while_the_count_is_exact(scratch: Scratch) -> None:
    table = await scratch.table({"id": "int primary key", "a": "int"}, [(number, None) for number in range(25)])
    rule = RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",))

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert found.failed == 25
    assert found.failing_keys == tuple({"id": str(number)} for number in range(20))
    assert len(await scratch.source.fetch(str(found.failing_rows_sql))) == 25


async def test_personal_key_column_is_masked_and_the_others_are_shown(scratch: Scratch) -> None:
    table = await scratch.table({"email": "text", "place": "int", "a": "int"}, [("canary@example.org", 7, None)])
    await scratch.owner.execute(f"ALTER TABLE public.{table.fqn.name} ADD PRIMARY KEY (email, place)")
    table = await scratch.source.describe_table(table.fqn)
    rule = RuleDefinition(RuleKind.NOT_NULL, table.fqn, ("a",))

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT, frozenset({"email"}))

    assert found.failing_keys == ({"email": MASK, "place": "7"},)
    assert "canary" not in repr(found)


async def test_table_without_a_key_shows_the_statement_and_no_rows(scratch: Scratch) -> None:
    table = await scratch.table({"a": "text"}, [("canary",), ("",)])
    rule = RuleDefinition(RuleKind.NOT_BLANK, table.fqn, ("a",))

    (found,) = await evaluate(scratch.source, table, [rule], OBSERVED_AT)

    assert (found.failed, found.failing_keys) == (1, ())
    assert [dict(row) for row in await scratch.source.fetch(str(found.failing_rows_sql))] == [{"a": ""}]


async def test_view_is_evaluated_like_a_table(scratch: Scratch) -> None:
    base = await scratch.table({"a": "int"}, [(1,), (None,)])
    await scratch.owner.execute(f"CREATE VIEW public.{base.fqn.name}_view AS SELECT * FROM public.{base.fqn.name}")
    view = await scratch.source.describe_table(scratch.fqn(f"{base.fqn.name}_view"))

    (found,) = await evaluate(scratch.source, view, [RuleDefinition(RuleKind.NOT_NULL, view.fqn, ("a",))], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, 2, 1)
