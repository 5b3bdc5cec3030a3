"""Tags, owners and stewards through GraphQL."""

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

CARD, BRANCH = str(PUBLIC.child("card")), str(PUBLIC.child("branch"))
RESULTS = """results { fqn asset { version owners stewards tags { name justification origin addedBy } }
  error { __typename code message ... on Conflict { currentVersion } ... on InvalidInput { fields { path } } } }"""
TAG = f"""mutation ($input: TagAssetsInput!) {{ tagAssets(input: $input) {{ __typename
  ... on TagAssetsSuccess {{ {RESULTS} }} ... on InvalidInput {{ fields {{ path }} }} }} }}"""
ASSIGN = f"""mutation ($input: AssignOwnersInput!) {{ assignOwners(input: $input) {{ __typename
  ... on AssignOwnersSuccess {{ {RESULTS} }} ... on InvalidInput {{ fields {{ path }} }} }} }}"""
PII = {"name": "pii", "justification": "Holds names."}


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> list[Fqn]:
    return await add_tables(domain, actor, "card", "branch")


async def test_tags_are_put_on_and_taken_away_with_a_result_for_each_asset(api: GraphQL) -> None:
    wanted = [
        {"fqn": CARD, "expectedVersion": 1, "add": [PII, {"name": "gdpr", "justification": "Art. 6"}]},
        {"fqn": BRANCH, "expectedVersion": 4, "add": [PII]},
        {"fqn": f"{PUBLIC}.gone", "expectedVersion": 1, "remove": ["pii"]},
    ]

    tagged = await api.do(TAG, input={"assets": wanted})
    untagged = await api.do(TAG, input={"assets": [{"fqn": CARD, "expectedVersion": 2, "remove": ["GDPR"]}]})

    (card, branch, gone) = tagged["results"]
    assert card["asset"]["version"] == 2
    assert [tag["name"] for tag in card["asset"]["tags"]] == ["gdpr", "pii"]
    assert (card["error"], branch["asset"], gone["asset"]) == (None, None, None)
    assert (branch["error"]["__typename"], branch["error"]["currentVersion"]) == ("Conflict", 1)
    assert (gone["fqn"], gone["error"]["code"]) == (f"{PUBLIC}.gone", "NOT_FOUND")
    assert untagged["results"][0]["asset"]["tags"] == [{**PII, "origin": "HUMAN", "addedBy": "developer"}]


async def test_people_are_assigned_and_read_as_lists(api: GraphQL) -> None:
    people = {"owners": ["Ada", "Ben"], "stewards": ["cards team"]}

    assigned = await api.do(ASSIGN, input={"assets": [{"fqn": CARD, "expectedVersion": 1, **people}]})
    released = await api.do(ASSIGN, input={"assets": [{"fqn": CARD, "expectedVersion": 2, "owners": []}]})

    assert assigned["results"] == [{"fqn": CARD, "asset": {"version": 2, **people, "tags": []}, "error": None}]
    assert released["results"][0]["asset"] == {"version": 3, "owners": [], "stewards": ["cards team"], "tags": []}
    asset = await api.ask("query ($fqn: Fqn!) { asset(fqn: $fqn) { fields { name value origin } } }", fqn=CARD)
    assert asset["asset"]["fields"] == [{"name": "STEWARD", "value": "cards team", "origin": "HUMAN"}]


@pytest.mark.parametrize(
    ("mutation", "asset", "path"),
    [
        (TAG, {"add": [{"name": "a,b", "justification": "why"}]}, "tag"),
        (TAG, {"add": [{"name": "x" * 65, "justification": "why"}]}, "tag"),
        (TAG, {"add": [{"name": "pii", "justification": " "}]}, "justification"),
        (ASSIGN, {}, "owners"),
        (ASSIGN, {"owners": ["Ada", "Ada"]}, "owners"),
        (ASSIGN, {"stewards": ["two\nlines"]}, "stewards"),
    ],
)
async def test_what_cannot_be_is_told_with_its_field_and_changes_nothing(
    mutation: str, asset: dict[str, Any], path: str, api: GraphQL, sql: asyncpg.Connection
) -> None:
    async with nothing_written(sql):
        answer = await api.do(mutation, input={"assets": [{"fqn": CARD, "expectedVersion": 1, **asset}]})

    (result,) = answer["results"]
    assert (result["asset"], result["error"]["fields"]) == (None, [{"path": path}])


async def test_an_empty_bulk_is_refused(api: GraphQL, sql: asyncpg.Connection) -> None:
    async with nothing_written(sql):
        assert await api.do(TAG, input={"assets": []}) == {"__typename": "InvalidInput", "fields": [{"path": "assets"}]}
