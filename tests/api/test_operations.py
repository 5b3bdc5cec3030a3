"""The examples of docs/operations: one for each root field of the schema, each of which does what it says."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from domain.bootstrap import Domain
from domain.identity import Actor
from tests.api.operations import FROM_THE_BEGINNING, MUTATIONS, QUERIES, SUBSCRIPTIONS
from tests.domain.tenancy.house import House, build
from tests.e2e.client import GraphQL

PROJECT = Path(__file__).parents[2]
OPERATIONS = PROJECT / "docs" / "operations"
EXAMPLES = sorted(OPERATIONS.glob("*/*.graphql"))
KINDS = ("queries", "mutations", "subscriptions")
FIRST_CURSOR = "query { events(first: 1) { edges { cursor } } }"


def text_of(kind: str, name: str) -> str:
    return (OPERATIONS / kind / f"{name}.graphql").read_text()


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((PROJECT / "schema.graphql").read_text())


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    return await build(domain, actor)


def fields_of(root: GraphQLObjectType | None) -> set[str]:
    assert root
    return set(root.fields)


def test_every_root_field_has_its_example_and_its_variables(schema: GraphQLSchema) -> None:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    there = {kind: {path.stem for path in (OPERATIONS / kind).iterdir()} for kind in KINDS}

    assert there == {kind: fields_of(root) for kind, root in zip(KINDS, roots, strict=True)}
    assert there == dict(zip(KINDS, map(set, (QUERIES, MUTATIONS, SUBSCRIPTIONS)), strict=True))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example_is_valid_and_asks_for_one_thing_by_a_name(schema: GraphQLSchema, path: Path) -> None:
    document = parse(path.read_text())
    (operation,) = document.definitions

    assert isinstance(operation, OperationDefinitionNode)
    asked = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    assert validate(schema, document) == []
    assert (operation.name is not None, asked) == (True, [path.stem])


@pytest.mark.db
async def test_queries_are_answered(api: GraphQL, house: House, actor: Actor) -> None:
    answers = {
        name: (await api.ask(text_of("queries", name), **await make(house, actor)))[name]
        for name, make in QUERIES.items()
    }

    assert [name for name, answer in answers.items() if is_empty(answer)] == []


def is_empty(answer: Any) -> bool:
    """Null, no item, or a page without an item."""
    return not (answer["edges"] if isinstance(answer, dict) and "edges" in answer else answer)


@pytest.mark.db
async def test_mutations_succeed(api: GraphQL, house: House, actor: Actor) -> None:
    done = {
        name: await api.do(text_of("mutations", name), **await make(house, actor)) for name, make in MUTATIONS.items()
    }

    failed = {name: told for name, told in done.items() if told["__typename"] != f"{name[0].upper()}{name[1:]}Success"}
    refused = [result for told in done.values() for result in told.get("results", ()) if result["error"]]
    assert (failed, refused) == ({}, [])


@pytest.mark.db
async def test_subscriptions_tell_something(api: GraphQL, house: House, actor: Actor) -> None:
    beginning = (await api.ask(FIRST_CURSOR))["events"]["edges"][0]["cursor"]

    for name, make in SUBSCRIPTIONS.items():
        resume = {"after": beginning} if name in FROM_THE_BEGINNING else {}
        async with api.subscribed(text_of("subscriptions", name), **resume, **await make(house, actor)) as events:
            assert (await anext(aiter(events)))["cursor"]
