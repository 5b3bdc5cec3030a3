import pytest

from flows.rulegen.sample_rows import MOST_ROWS, SampleRows, read_rows
from tests.flows.assessment.scratch import Scratch

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


async def test_small_table_is_read_as_a_whole(scratch: Scratch) -> None:
    table = await scratch.table({"a": "int", "b": "json", "c": "text"}, [(1, "{}", "x"), (None, "{}", "y")])

    rows = await read_rows(scratch.source, table, 2)

    assert rows.columns == {"a": ("1", None), "c": ("x", "y")}
    assert rows.count == 2


async def test_large_table_is_sampled_from_all_over_it_and_bounded(scratch: Scratch) -> None:
    table = await scratch.table({"a": "int"}, [(number,) for number in range(60_000)])

    rows = await read_rows(scratch.source, table, 60_000)

    assert MOST_ROWS / 2 < rows.count <= MOST_ROWS
    assert len({int(str(value)) // 10_000 for value in rows.columns["a"]}) == 6


async def test_relation_that_cannot_be_sampled_is_read_from_its_beginning(scratch: Scratch) -> None:
    base = await scratch.table({"a": "int"}, [(number,) for number in range(10_001)])
    await scratch.owner.execute(f"CREATE VIEW public.{base.fqn.name}_view AS SELECT * FROM public.{base.fqn.name}")
    view = await scratch.source.describe_table(scratch.fqn(f"{base.fqn.name}_view"))

    assert (await read_rows(scratch.source, view, 10_001)).count == MOST_ROWS


async def test_table_without_readable_columns_yields_nothing(scratch: Scratch) -> None:
    table = await scratch.table({"a": "bytea"}, [(b"x",)])

    assert (await read_rows(scratch.source, table, 1)).count == 0


def test_values_stay_out_of_every_representation() -> None:
    assert "canary" not in repr(SampleRows({"a": ("canary",)}))
