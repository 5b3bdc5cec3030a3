import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.prices import DEAREST, MOST_ITEMS, cost_of
from api.graphql.schema import make_schema
from domain.settings import ApiSettings

SCHEMA = build_schema("""
    type Query { item: Item, list: [Item!]!, page(first: Int, last: Int): Page, found(ids: [ID!]!): [Item]! }
    type Item { name: String, list: [Item!]!, page(first: Int, last: Int): Page, other: Item, any: Any }
    type Page { edges: [Edge!]!, total: Int, info: Info }
    type Info { more: Boolean }
    type Edge { node: Item!, cursor: String! }
    union Any = Item | Info
""")


def cost(document: str, **variables: object) -> int:
    parsed = parse(document)
    operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
    return cost_of(SCHEMA, parsed, operation, variables)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 1),
        ("{ __schema { types { name } } }", 1),
        ("{ item { name } }", 2),
        ("{ a: item { name } b: item { name } }", 4),
        ("{ list { name } }", 1 + 20),
        ("{ list { list { name } } }", 1 + 20 * (1 + 20)),
        ("{ page(first: 5) { total } }", 2),
        ("{ page(first: 5) { edges { cursor } } }", 2 + 5),
        ("{ page(last: 7) { edges { cursor } } }", 2 + 7),
        ("{ page(first: null, last: 7) { edges { cursor } } }", 2 + 7),
        ("{ page { edges { cursor } } }", 2 + 20),
        ("{ page(first: 0) { edges { cursor } info { more } } }", 4),
        ("{ page(first: 5) { edges { node { name list { name } } } } }", 2 + 5 * (1 + 1 + 1 + 20)),
        ("{ page(first: 5) { edges { node { page(first: 3) { edges { cursor } } } } } }", 2 + 5 * (1 + 2 + 3)),
        ('{ found(ids: ["a", "b", "c"]) { name } }', 1 + 3),
        ('{ found(ids: "a") { name } }', 1 + MOST_ITEMS),
        ("{ item { any { __typename ... on Item { name } ... on Info { more } } } }", 5),
        ("{ ... { item { ...F } } } fragment F on Item { name other { name } }", 4),
        ("{ page(first: 5) { ...P } } fragment P on Page { edges { cursor } }", 2 + 5),
        ("{ page(first: 2) { ...P } a: page { ...P } } fragment P on Page { edges { cursor } }", 2 + 2 + 2 + 20),
    ],
)
def test_cost_counts_fields_once_for_each_item_that_may_come(document: str, expected: int) -> None:
    assert cost(document) == expected


@pytest.mark.parametrize(
    ("declared", "variables", "items"),
    [
        ("$n: Int", {"n": 3}, 3),
        ("$n: Int", {}, 20),
        ("$n: Int", {"n": None}, 20),
        ("$n: Int = 4", {}, 4),
        ("$n: Int = 4", {"n": 9}, 9),
        ("$n: Int", {"n": 9.0}, MOST_ITEMS),
        ("$n: Int", {"n": "many"}, MOST_ITEMS),
        ("$n: Int", {"n": 10**12}, MOST_ITEMS),
        ("$n: Int", {"n": -5}, 0),
    ],
)
def test_size_of_a_page_may_come_by_a_variable(declared: str, variables: dict[str, object], items: int) -> None:
    assert cost(f"query ({declared}) {{ page(first: $n) {{ edges {{ cursor }} }} }}", **variables) == 2 + items


def test_ids_that_come_by_a_variable_are_counted() -> None:
    assert cost("query ($ids: [ID!]!) { found(ids: $ids) { name } }", ids=["a"] * 42) == 43


@given(depth=st.integers(1, 60), width=st.integers(2, 4))
def test_cost_of_lists_in_lists_stays_a_number_for_json(depth: int, width: int) -> None:
    chain = [f"fragment F{i} on Item {{ {f'...F{i + 1} ' * width} list {{ ...F{i + 1} }} }}" for i in range(depth)]
    document = " ".join(["{ item { ...F0 } }", *chain, f"fragment F{depth} on Item {{ name }}"])

    assert 1 <= cost(document) <= DEAREST


def page(inner: str, field: str, size: int) -> str:
    return f"{field}(first: {size}) {{ pageInfo {{ endCursor }} edges {{ cursor node {{ {inner} }} }} }}"


@pytest.mark.parametrize(
    ("inner", "is_allowed"),
    [
        (page("id fqn name type description version columns { name dataType }", "assets", 100), True),
        (page(f"fqn {page('id severity status', 'violations', 50)}", "assets", 100), True),
        (page(f"fqn {page(page('at', 'history', 100), 'violations', 100)}", "assets", 100), False),
        ('asset(fqn: "a.b") { children { children { children { children { fqn } } } } }', False),
    ],
)
def test_cap_lets_pages_through_and_stops_pages_of_pages_of_pages(inner: str, is_allowed: bool) -> None:
    document = parse(f"{{ {inner} }}")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)

    found = cost_of(make_schema(ApiSettings(), is_open=False)._schema, document, operation, {})

    assert (found <= ApiSettings().max_cost) is is_allowed
