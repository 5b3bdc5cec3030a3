"""Many proposed changes, decided by one mutation that says which are meant."""

from typing import Any

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.assets.model import AssetField, Suggestion
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.runs import enriched_run
from tests.factories.scenes import CARD, ruled_bank

pytestmark = pytest.mark.db

DECIDE = """mutation ($input: DecideProposedChangesInput!) { decideProposedChanges(input: $input) { __typename
  ... on DecideProposedChangesSuccess { decidedCount changes { field }
    run { proposedChanges { edges { node { assetFqn field decision } } } } }
  ... on InvalidInput { fields { path } } } }"""
AMOUNT = CARD.child("amount")


def suggested(asset: Fqn, field: AssetField, confidence: float) -> Suggestion:
    return Suggestion(asset, field, "A word.", confidence, "The name says so.", {})


@pytest.fixture
async def run_id(domain: Domain, actor: Actor) -> str:
    """Four changes on a table and its column; a person wrote the table's owner."""
    await ruled_bank(domain, actor)
    card = await domain.assets.update(actor, CARD, {AssetField.OWNER: "ada"}, expected_version=1)
    suggestions = [
        suggested(CARD, AssetField.DESCRIPTION, 0.95),
        suggested(CARD, AssetField.OWNER, 0.99),
        suggested(AMOUNT, AssetField.DESCRIPTION, 0.5),
        suggested(AMOUNT, AssetField.BUSINESS_NAME, 0.9),
    ]
    run = await enriched_run(domain, actor, CARD, suggestions, {CARD: card.version, AMOUNT: 1})
    return write_id("WorkflowRun", run.id)


@pytest.mark.parametrize(
    ("predicate", "meant"),
    [
        ({}, {"card.description", "card.owner", "amount.description", "amount.business_name"}),
        ({"minConfidence": 0.9}, {"card.description", "card.owner", "amount.business_name"}),
        ({"minConfidence": 0.9, "overwritesHuman": False}, {"card.description", "amount.business_name"}),
        ({"overwritesHuman": True}, {"card.owner"}),
        ({"fields": ["description", "owner"], "scope": str(AMOUNT)}, {"amount.description"}),
        ({"subject": "RULE"}, set()),
        ({"decided": ["REJECTED"]}, set()),
    ],
)  # fmt: skip
async def test_all_that_meet_the_conditions_are_decided_and_no_others(
    api: GraphQL, run_id: str, predicate: dict[str, Any], meant: set[str]
) -> None:
    answer = await api.do(DECIDE, input={"runId": run_id, "matching": {"predicate": predicate, "decision": "ACCEPTED"}})

    changes = [edge["node"] for edge in answer["run"]["proposedChanges"]["edges"]]
    accepted = {f"{Fqn.parse(one['assetFqn']).name}.{one['field']}" for one in changes if one["decision"] == "ACCEPTED"}
    assert (accepted, answer["decidedCount"], answer["changes"]) == (meant, len(meant), [])


async def test_it_has_to_be_said_which_changes_are_meant_and_in_one_way(
    api: GraphQL, run_id: str, sql: asyncpg.Connection
) -> None:
    matching = {"predicate": {}, "decision": "REJECTED"}

    async with nothing_written(sql):
        neither = await api.do(DECIDE, input={"runId": run_id})
        both = await api.do(DECIDE, input={"runId": run_id, "decisions": [], "matching": matching})
        none = await api.do(DECIDE, input={"runId": run_id, "decisions": []})
        unsure = {**matching, "predicate": {"minConfidence": 1.5}}
        beyond = await api.do(DECIDE, input={"runId": run_id, "matching": unsure})

    assert [answer["fields"][0]["path"] for answer in (neither, both, none, beyond)] == [
        "decisions",
        "decisions",
        "decisions",
        "minConfidence",
    ]
