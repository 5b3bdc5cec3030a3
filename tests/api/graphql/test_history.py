"""What an asset was, through GraphQL."""

from datetime import timedelta

import pytest

from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.runs import described, enriched_run

pytestmark = pytest.mark.db

CARD = PUBLIC.child("card")
VERSIONS = """query ($fqn: Fqn!, $first: Int, $after: String) { asset(fqn: $fqn) {
  versions(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node {
    version change actor run { type } captured { name after } tags { before { name } after { name } }
    fields { name before { value origin } after { value origin } } } } } } }"""


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> list[Fqn]:
    return await add_tables(domain, actor, "card")


async def test_a_history_is_a_list_of_differences(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A card.")])
    await domain.approvals.approve(actor, run.id)
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "Mine."}, 2)

    page = (await api.ask(VERSIONS, fqn=str(CARD), first=2))["asset"]["versions"]
    rest = (await api.ask(VERSIONS, fqn=str(CARD), after=page["pageInfo"]["endCursor"]))["asset"]["versions"]

    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    generated = {"value": "A card.", "origin": "GENERATED"}
    assert [edge["node"] for edge in page["edges"]] == [
        {
            "version": 3,
            "change": "edited description",
            "actor": "ada",
            "run": None,
            "captured": [],
            "tags": [],
            "fields": [
                {"name": "DESCRIPTION", "before": generated, "after": {"value": "Mine.", "origin": "HUMAN"}},
            ],
        },
        {
            "version": 2,
            "change": "saved description",
            "actor": "ada",
            "run": {"type": "METADATA_ENRICHMENT"},
            "captured": [],
            "tags": [],
            "fields": [{"name": "DESCRIPTION", "before": None, "after": generated}],
        },
    ]
    (first,) = [edge["node"] for edge in rest["edges"]]
    assert (first["version"], first["change"], first["run"]) == (1, "found", {"type": "SERVICE_INGESTION"})
    assert {"name": "primary_key", "after": []} in first["captured"]


async def test_an_asset_of_a_moment_brings_what_was_there_then(api: GraphQL, domain: Domain, actor: Actor) -> None:
    found = await domain.read.assets.find(actor.tenant, CARD)
    assert found is not None
    assert found.created_at is not None
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "Mine."}, 1)
    await domain.assets.update(actor, CARD.child("amount"), {AssetField.DESCRIPTION: "How much."}, 1)

    query = """query ($fqn: Fqn!, $then: DateTime, $before: DateTime) {
      now: asset(fqn: $fqn) { ...all } then: asset(fqn: $fqn, asOf: $then) { ...all }
      before: asset(fqn: $fqn, asOf: $before) { ...all } }
      fragment all on Asset { version description parent { name version } columns { name description position
        parent { version } } }"""
    seen = await api.ask(
        query,
        fqn=str(CARD),
        then=found.created_at.isoformat(),
        before=(found.created_at - timedelta(seconds=1)).isoformat(),
    )

    def shown(version: int, description: str | None, amount: str | None) -> dict[str, object]:
        table = {"version": version}
        return {
            **table,
            "description": description,
            "parent": {"name": "public", "version": 1},
            "columns": [
                {"name": "id", "description": None, "position": 1, "parent": table},
                {"name": "amount", "description": amount, "position": 2, "parent": table},
            ],
        }

    assert seen == {"now": shown(2, "Mine.", "How much."), "then": shown(1, None, None), "before": None}
