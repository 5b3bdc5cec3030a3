"""The executor of leaves answers exactly as the stock one does, whatever the schema, the values and the document."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from graphql import Executor, GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension
from strawberry.scalars import JSON
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql.leaves import LeafExecutor


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Later:
    """Something to wait for. A coroutine that nobody awaits would warn; this one does not."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, object]:
        yield
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Missing:
    """The attribute is not there."""


class Text(str):
    __slots__ = ()


KINDS: tuple[Any, ...] = (
    str, int, float, bool, strawberry.ID, Decimal, datetime, Colour, JSON, list[str], list[int | None],
)  # fmt: skip
PLAIN = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.booleans(),
    st.sampled_from([Colour.RED, Decimal("1.50"), datetime(2026, 1, 2, tzinfo=UTC), Text("t"), object, [1], ["a"], {}]),
)
ODD = st.one_of(
    st.just(Missing()),
    st.builds(ValueError, st.just("odd")),
    st.builds(GraphQLError, st.just("odder")),
    st.builds(Later, PLAIN),
    st.builds(Later, st.just(ValueError("late"))),
)
FITTING: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=3),
    int: st.integers(-5, 5),
    float: st.floats(-1, 1),
    bool: st.booleans(),
    strawberry.ID: st.sampled_from(["a", 7]),
    Decimal: st.just(Decimal("0.25")),
    datetime: st.just(datetime(2026, 3, 4, tzinfo=UTC)),
    Colour: st.sampled_from(list(Colour)),
}


@dataclass(frozen=True)
class Field:
    kind: Any  # a type, or what Strawberry takes for one
    is_nullable: bool
    resolver: str | None
    """How it is resolved, when not by an attribute."""


@dataclass(frozen=True)
class Case:
    fields: list[Field]
    rows: list[list[object]]
    selected: list[int | None]
    """Which fields are asked for, in this order; None stands for `__typename`."""
    has_child: bool


@st.composite
def cases(draw: st.DrawFn) -> Case:
    resolvers = st.sampled_from([None, None, None, None, "sync", "async"])
    fields = draw(st.lists(st.builds(Field, st.sampled_from(KINDS), st.booleans(), resolvers), min_size=1, max_size=5))
    cells = [st.one_of(fit := FITTING.get(field.kind, PLAIN), fit, fit, PLAIN, ODD) for field in fields]
    rows = draw(st.lists(st.tuples(*cells).map(list), max_size=4))
    selected = draw(st.lists(st.sampled_from([None, *range(len(fields))]), min_size=1, max_size=7))
    return Case(fields, rows, selected, draw(st.booleans()))


def schema_of(case: Case) -> strawberry.Schema:
    body: dict[str, Any] = {"__annotations__": (attributes := {})}
    for number, field in enumerate(case.fields):
        kind = field.kind | None if field.is_nullable else field.kind
        if field.resolver:
            body[f"f{number}"] = strawberry.field(resolver=resolver_of(f"f{number}", kind, field.resolver))
        else:
            attributes[f"f{number}"] = kind
    row = strawberry.type(type("Row", (), body))

    def children(root: Any) -> Any:
        return [root] if case.has_child else None

    children.__annotations__["return"] = list[row]  # type: ignore[valid-type]  # made for this schema
    parent = strawberry.type(type("Parent", (row,), {"below": strawberry.field(resolver=children)}))
    made = [filled(parent, cells) for cells in case.rows]

    def rows() -> Any:
        return made

    rows.__annotations__["return"] = list[parent | None]  # type: ignore[valid-type]  # as above
    query = strawberry.type(type("Query", (), {"rows": strawberry.field(resolver=rows)}))
    return Quiet(query)


def resolver_of(name: str, kind: Any, how: str) -> Any:
    def read(root: Any) -> Any:
        return getattr(root, f"{name}_value")

    async def wait(root: Any) -> Any:
        return getattr(root, f"{name}_value")

    resolver: Any = wait if how == "async" else read
    resolver.__annotations__["return"] = kind
    return resolver


def filled(kind: type, cells: list[object]) -> object:
    """Set past the class's own initialiser, as values that nobody has checked."""
    row: object = object.__new__(kind)
    for number, cell in enumerate(cells):
        if not isinstance(cell, Missing):
            setattr(row, f"f{number}", cell)
            setattr(row, f"f{number}_value", cell)
    return row


def document_of(case: Case) -> str:
    """Some names come twice, some under another name, and each object may have another below it."""
    names = [
        "__typename" if number is None else f"f{number} a{place % 2}f{number}: f{number}"
        for place, number in enumerate(case.selected)
    ]
    below = f"below {{ {' '.join(names)} }}" if case.has_child else ""
    return f"{{ rows {{ {' '.join(names)} {below} }} }}"


class Quiet(strawberry.Schema):
    def process_errors(self, *_: object) -> None:
        """Nobody needs thousands of them in a log."""


def answer(schema: strawberry.Schema, document: str, executor: type[Executor[Any]]) -> tuple[str, list[str]]:
    schema.execution_context_class = executor
    result = asyncio.run(schema.execute(document))
    # As texts, because NaN is unequal to itself and the order of names counts.
    return repr(result.data), [repr(error.formatted) for error in result.errors or ()]


@given(cases())
@settings(max_examples=100, deadline=None)
def test_data_and_errors_are_those_of_the_stock_executor(case: Case) -> None:
    schema, document = schema_of(case), document_of(case)

    expected = answer(schema, document, StrawberryGraphQLCoreExecutionContext)
    assert answer(schema, document, LeafExecutor) == expected


class Upper(SchemaExtension):
    """Touches every field, as a middleware does."""

    def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        value = _next(root, info, *args, **kwargs)
        return value.upper() if isinstance(value, str) else value


@strawberry.type
class Word:
    text: str
    length: int


@strawberry.type
class Query:
    word: Word = strawberry.field(resolver=lambda: Word(text="abc", length=3))


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def words(self) -> AsyncGenerator[Word, None]:
        for length in range(1, 201):
            yield Word(text="a" * length, length=length)


async def test_middleware_is_not_passed_over() -> None:
    schema = strawberry.Schema(Query, execution_context_class=LeafExecutor, extensions=[Upper])

    assert (await schema.execute("{ word { text } }")).data == {"word": {"text": "ABC"}}


async def test_long_subscription_does_not_fill_the_memory() -> None:
    """The stock executor remembers the fields of each event for as long as the subscription lasts."""
    events: list[LeafExecutor] = []

    class Watched(LeafExecutor):
        def build_per_event_executor(self, payload: object) -> Executor[Any]:
            executor = super().build_per_event_executor(payload)
            assert isinstance(executor, LeafExecutor)
            events.append(executor)
            return executor

    schema = strawberry.Schema(Query, subscription=Subscription, execution_context_class=Watched)
    stream = await schema.subscribe("subscription { words { length } }")

    assert [result.data async for result in stream] == [{"words": {"length": length}} for length in range(1, 201)]
    assert {len(executor._relevant_sub_fields) for executor in events} == {1}
    assert {len(executor._plans) for executor in events} == {1}
