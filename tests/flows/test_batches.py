"""Which items share a task: a rule that needs neither Prefect nor a database."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fqn import Fqn
from flows.batches import Batch, batches_of
from tests.factories.assets import PUBLIC

LARGE = 1000


def tables(count: int) -> list[Fqn]:
    return [PUBLIC.child(f"t{number}") for number in range(count)]


def shape(count: int, max_tasks: int, **rows: int) -> list[str]:
    """The names of the tables of each batch."""
    sizes = {PUBLIC.child(name): size for name, size in rows.items()}
    return [" ".join(item.name for item in one.items) for one in batches_of(tables(count), max_tasks, sizes, LARGE)]


@pytest.mark.parametrize(
    ("case", "found", "expected"),
    [
        ("nothing to do", shape(0, 4), []),
        ("as many as allowed", shape(4, 4), ["t0", "t1", "t2", "t3"]),
        ("large ones among few", shape(2, 4, t0=LARGE), ["t0", "t1"]),
        ("one too many", shape(5, 4), ["t0", "t1", "t2", "t3 t4"]),
        ("evenly", shape(10, 4), ["t0 t1", "t2 t3 t4", "t5 t6", "t7 t8 t9"]),
        ("one task", shape(3, 1), ["t0 t1 t2"]),
        ("one task, however large a table", shape(3, 1, t1=LARGE), ["t0 t1 t2"]),
        ("a large one alone", shape(7, 4, t2=LARGE), ["t0 t1", "t2", "t3 t4", "t5 t6"]),
        ("just not large", shape(5, 4, t4=LARGE - 1), ["t0", "t1", "t2", "t3 t4"]),
        ("the largest of too many", shape(6, 4, t0=LARGE, t1=9000, t2=8000), ["t0 t3", "t1", "t2", "t4 t5"]),
        ("equally large: the first", shape(6, 4, t0=LARGE, t1=LARGE, t2=LARGE), ["t0", "t1", "t2 t3", "t4 t5"]),
    ],
)
def test_items_are_shared_out(case: str, found: list[str], expected: list[str]) -> None:
    assert found == expected


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Fqn], int, dict[Fqn, int]]:
    items = tables(draw(st.integers(0, 60)))
    known = draw(st.lists(st.sampled_from(items), unique=True)) if items else []
    return items, draw(st.integers(1, 70)), {item: draw(st.integers(0, 3 * LARGE)) for item in known}


@given(questions())
def test_every_item_is_in_one_batch_and_the_order_is_kept(question: tuple[list[Fqn], int, dict[Fqn, int]]) -> None:
    items, max_tasks, rows = question

    batches = [batch.items for batch in batches_of(items, max_tasks, rows, LARGE)]

    place = {item: position for position, item in enumerate(items)}
    places = [[place[item] for item in batch] for batch in batches]
    assert sorted(chain.from_iterable(places)) == list(range(len(items)))
    assert all(batch == sorted(batch) for batch in places)
    assert places == sorted(places)


@given(questions())
def test_there_are_as_many_tasks_as_allowed_and_never_more(question: tuple[list[Fqn], int, dict[Fqn, int]]) -> None:
    items, max_tasks, rows = question

    batches = batches_of(items, max_tasks, rows, LARGE)

    assert len(batches) == min(len(items), max_tasks)


@given(questions())
def test_large_items_are_alone_and_the_others_share_evenly(question: tuple[list[Fqn], int, dict[Fqn, int]]) -> None:
    items, max_tasks, rows = question
    large = {item for item in items if rows.get(item, 0) >= LARGE}

    batches = [batch.items for batch in batches_of(items, max_tasks, rows, LARGE)]

    alone = {batch[0] for batch in batches if len(batch) == 1}
    others = [len(batch) for batch in batches if batch[0] not in large or len(batch) > 1]
    assert len(large & alone) >= min(len(large), max_tasks // 2)
    assert max(others, default=0) - min(others, default=0) <= 1


@pytest.mark.parametrize(
    ("case", "items", "name"),
    [
        ("alone", tables(1), "bank.main.public.t0"),
        ("many", tables(1200), "bank.main.public.t0 … bank.main.public.t1199 · 1,200 tables"),
        ("schemas", [PUBLIC, Fqn.of("bank", "main", "s.x")], 'bank.main.public … bank.main."s.x" · 2 schemas'),
    ],
)
def test_a_batch_is_named_after_its_first_and_last_item(case: str, items: list[Fqn], name: str) -> None:
    assert Batch(tuple(items)).name == name
