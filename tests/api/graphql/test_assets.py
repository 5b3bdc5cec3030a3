from typing import Any

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC, add_tables

pytestmark = pytest.mark.db

CARD = PUBLIC.child("card")
UPDATE = """mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { __typename
  ... on UpdateAssetSuccess { asset { version description piiClass fields { name value origin confidence } } }
  ... on Error { code } ... on InvalidInput { fields { path } } ... on Conflict { currentVersion } } }"""
RELEASE = """mutation ($input: ReleaseFieldInput!) { releaseField(input: $input) { __typename
  ... on ReleaseFieldSuccess { asset { fields { name origin } } } ... on InvalidInput { fields { path } } } }"""
CREATED = """mutation ($input: RecordAssetCreatedInput!) { recordAssetCreated(input: $input) { __typename
  ... on RecordAssetCreatedSuccess { isNew asset { fqn type } } ... on InvalidInput { fields { path } } } }"""


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> list[Fqn]:
    return await add_tables(domain, actor, "card", "cardtransaction", "branch")


async def test_asset_shows_its_place_in_the_catalogue(api: GraphQL) -> None:
    asset = (
        await api.ask(
            """query ($fqn: Fqn!) { asset(fqn: $fqn) { name type version parent { fqn type } primaryKey foreignKeys {
                name } profile { __typename } columns { name position dataType nullable type } } }""",
            fqn=str(CARD),
        )
    )["asset"]

    assert asset == {
        "name": "card",
        "type": "TABLE",
        "version": 1,
        "parent": {"fqn": "bank.main.public", "type": "SCHEMA"},
        "primaryKey": [],
        "foreignKeys": [],
        "profile": None,
        "columns": [
            {"name": "id", "position": 1, "dataType": "text", "nullable": True, "type": "COLUMN"},
            {"name": "amount", "position": 2, "dataType": "text", "nullable": True, "type": "COLUMN"},
        ],
    }


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("bank.main.public", ["branch", "card", "cardtransaction"]),
        ("bank.main.public.card", ["card"]),
        ("bank.main.public.car", []),
        ("bank.main.public.card_", []),
        ("bank.main.public.%", []),
        ("BANK", []),
    ],
)
async def test_scope_is_exact_or_child(api: GraphQL, scope: str, found: list[str]) -> None:
    page = (
        await api.ask(
            """query ($scope: Fqn) { assets(scope: $scope, filter: {types: [TABLE]}) {
              totalCount edges { node { name } } } }""",
            scope=scope,
        )
    )["assets"]

    assert [edge["node"]["name"] for edge in page["edges"]] == found
    assert page["totalCount"] == len(found)


async def test_search_finds_names_and_descriptions(api: GraphQL) -> None:
    words = {"fqn": "bank.main.public.branch", "values": {"description": "Where CARDS are sold."}, "expectedVersion": 1}
    await api.do(UPDATE, input=words)

    found = (await api.ask('{ search(text: " card ", types: [TABLE]) { edges { node { name } } } }'))["search"]

    assert [edge["node"]["name"] for edge in found["edges"]] == ["branch", "card", "cardtransaction"]


async def test_persons_words_get_a_new_version_and_their_origin(api: GraphQL) -> None:
    values = {"description": "Payment cards.", "piiClass": "NONE"}

    updated = await api.do(UPDATE, input={"fqn": str(CARD), "values": values, "expectedVersion": 1})

    assert updated["asset"] == {
        "version": 2,
        "description": "Payment cards.",
        "piiClass": "NONE",
        "fields": [
            {"name": "DESCRIPTION", "value": "Payment cards.", "origin": "HUMAN", "confidence": None},
            {"name": "PII_CLASS", "value": "NONE", "origin": "HUMAN", "confidence": None},
        ],
    }


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"values": {}}, {"__typename": "InvalidInput", "code": "BAD_USER_INPUT", "fields": [{"path": "values"}]}),
        (
            {"values": {"owner": " "}},
            {"__typename": "InvalidInput", "code": "BAD_USER_INPUT", "fields": [{"path": "owner"}]},
        ),
        (
            {"values": {"owner": "x" * 4001}},
            {"__typename": "InvalidInput", "code": "BAD_USER_INPUT", "fields": [{"path": "owner"}]},
        ),
        ({"expectedVersion": 7}, {"__typename": "Conflict", "code": "CONFLICT", "currentVersion": 1}),
        ({"fqn": "bank.main.public.gone"}, {"__typename": "NotFound", "code": "NOT_FOUND"}),
    ],
)
async def test_refused_words_change_nothing(
    api: GraphQL, sql: asyncpg.Connection, change: dict[str, Any], answer: dict[str, Any]
) -> None:
    wanted = {"fqn": str(CARD), "values": {"owner": "ada"}, "expectedVersion": 1, **change}
    async with nothing_written(sql):
        assert await api.do(UPDATE, input=wanted) == answer


async def test_released_field_may_be_generated_again(api: GraphQL) -> None:
    await api.do(UPDATE, input={"fqn": str(CARD), "values": {"owner": "ada"}, "expectedVersion": 1})

    released = await api.do(RELEASE, input={"fqn": str(CARD), "field": "OWNER", "expectedVersion": 2})
    unknown = await api.do(RELEASE, input={"fqn": str(CARD), "field": "STEWARD", "expectedVersion": 3})

    assert released["asset"]["fields"] == [{"name": "OWNER", "origin": "GENERATED"}]
    assert unknown == {"__typename": "InvalidInput", "fields": [{"path": "field"}]}


async def test_asset_created_is_handled_once(api: GraphQL, sql: asyncpg.Connection) -> None:
    event = {"connection": "bank", "eventId": "e-1", "fqn": "bank.main"}

    first = await api.do(CREATED, input=event)
    again = await api.do(CREATED, input=event)

    assert first == {
        "__typename": "RecordAssetCreatedSuccess",
        "isNew": True,
        "asset": {"fqn": "bank.main", "type": "DATABASE"},
    }
    assert again["isNew"] is False
    assert await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'asset.created'") == 1


async def test_asset_created_refuses_what_is_no_service_or_database(api: GraphQL, sql: asyncpg.Connection) -> None:
    async with nothing_written(sql):
        event = {"connection": "bank", "eventId": "e-2", "fqn": str(PUBLIC)}
        assert await api.do(CREATED, input=event) == {"__typename": "InvalidInput", "fields": [{"path": "fqn"}]}


async def test_nested_list_costs_a_few_statements_whatever_its_length(
    api: GraphQL, domain: Domain, actor: Actor, statements: list[str]
) -> None:
    await add_tables(domain, actor, *(f"t{number:02}" for number in range(40)))

    query = "{ assets(filter: {types: [TABLE]}, first: 40) { edges { node { columns { name } } } } }"
    page = (await api.ask(query))["assets"]

    assert [len(edge["node"]["columns"]) for edge in page["edges"]] == [2] * 40
    assert len([sent for sent in statements if "FROM asset" in sent]) == 2
