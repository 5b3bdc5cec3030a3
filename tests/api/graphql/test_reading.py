"""What is read by id, and the records of what happened."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.connections.model import ConnectionKind
from domain.identifiers import new_id
from domain.identity import Actor
from domain.ledger.model import CallOutcome, LlmCall
from domain.runs.model import RunType
from tests.api.graphql.untouched import settled
from tests.e2e.client import GraphQL
from tests.factories.connections import settings_of
from tests.factories.runs import complete, described, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank
from tests.waiting import eventually

pytestmark = pytest.mark.db

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
ASSESSED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_whatever_has_an_id_is_found_again_by_it(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await assess_all(domain, actor, await ruled_bank(domain, actor), ASSESSED_AT)
    shown = await api.ask(
        """{ asset(fqn: "bank") { id } dataConnection(name: "bank") { id } workflowRuns(first: 1) { edges { node {
        id } } } dqRules(first: 1) { edges { node { id } } } violations(first: 1) { edges { node { id } } } }"""
    )
    ids = [shown["asset"]["id"], shown["dataConnection"]["id"]]
    ids += [shown[name]["edges"][0]["node"]["id"] for name in ("workflowRuns", "dqRules", "violations")]

    found = (await api.ask(NODES, ids=ids))["nodes"]

    kinds = ["Asset", "DataConnection", "WorkflowRun", "DqRule", "Violation"]
    assert found == [{"__typename": kind, "id": key} for kind, key in zip(kinds, ids, strict=True)]


async def test_id_that_names_nothing_here_gives_null(api: GraphQL, domain: Domain, stranger: Actor) -> None:
    await ruled_bank(domain, stranger)
    run = await request_run(domain, stranger, RunType.PROFILING, CARD)
    ids = ["", "x", "💥", write_id("Nothing", new_id()), write_id("WorkflowRun", run.id)]

    assert (await api.ask(NODES, ids=ids))["nodes"] == [None] * 5
    query = "query ($id: ID!) { node(id: $id) { id } workflowRun(id: $id) { id } }"
    assert await api.ask(query, id=ids[-1]) == {"node": None, "workflowRun": None}


async def test_runs_are_listed_the_newest_first_and_filtered(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await ruled_bank(domain, actor)
    await complete(domain, actor, (await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)).id)
    await request_run(domain, actor, RunType.DQ_EXECUTION, CARD_TRANSACTION)
    query = """query ($filter: WorkflowRunFilter, $scope: Fqn) { workflowRuns(filter: $filter, scope: $scope) {
      edges { node { targets status } } } }"""
    wanted = {"types": ["DQ_EXECUTION"], "connection": "bank"}

    async def listed(**variables: object) -> list[list[str]]:
        return [edge["node"]["targets"] for edge in (await api.ask(query, **variables))["workflowRuns"]["edges"]]

    assert await listed(filter=wanted) == [[str(CARD_TRANSACTION)], [str(CARD)]]
    assert await listed(filter=wanted, scope=str(CARD)) == [[str(CARD)]]
    assert await listed(filter={**wanted, "status": ["COMPLETED"]}) == [[str(CARD)]]
    assert await listed(filter={**wanted, "createdAfter": "2100-01-01T00:00:00Z"}) == []


async def test_items_and_log_of_a_run(api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    await ruled_bank(domain, actor)
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD, CARD_TRANSACTION)
    await settled(sql)  # the relay may say in the log that it has to wait
    await domain.items.open_items(actor, run.id)
    await domain.items.start(actor, run.id, CARD)
    await domain.items.fail(actor, run.id, CARD, "TABLE_FAILED", "It is locked.")
    await domain.runs.log(actor, run.id, "WARNING", "One table is locked.")

    shown = (
        await api.ask(
            """query ($id: ID!) { workflowRun(id: $id) { failedItemCount
              items(status: [FAILED]) { edges { node { fqn attempts error { code message } asset { name } } } }
              logs(last: 1) { edges { node { level message } } } } }""",
            id=write_id("WorkflowRun", run.id),
        )
    )["workflowRun"]

    error = {"code": "TABLE_FAILED", "message": "It is locked."}
    assert shown["failedItemCount"] == 1
    assert [edge["node"] for edge in shown["items"]["edges"]] == [
        {"fqn": str(CARD), "attempts": 1, "error": error, "asset": {"name": "card"}}
    ]
    assert [edge["node"] for edge in shown["logs"]["edges"]] == [
        {"level": "WARNING", "message": "One table is locked."}
    ]


async def test_every_change_is_audited_with_its_request(api: GraphQL) -> None:
    await api.do(
        """mutation { createDataConnection(input: {name: "new", settings: {host: "h", database: "d", username: "u"}}) {
          __typename } }"""
    )

    page = await api.ask(
        """{ auditEvents(resource: "connection", first: 1) { edges { node {
          actor action resourceKey requestId before } } } }"""
    )

    event = page["auditEvents"]["edges"][0]["node"]
    assert len(event.pop("requestId")) == 32
    assert event == {"actor": "developer", "action": "create", "resourceKey": "new", "before": None}


async def test_an_audit_event_shows_its_place_and_hash_once_it_is_sealed(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    await domain.connections.create(actor, "new", ConnectionKind.POSTGRESQL, settings_of())

    async def shown() -> dict[str, Any]:  # as JSON gives it
        page = await api.ask("{ auditEvents(first: 1) { edges { node { sequence hash } } } }")
        return dict(page["auditEvents"]["edges"][0]["node"])

    async def is_sealed() -> bool:
        return (await shown())["sequence"] is not None

    await eventually(is_sealed)

    (chain,) = (await domain.verification.verify({})).chains
    assert await shown() == {"sequence": chain.head.sequence, "hash": chain.head.hash}


async def test_calls_to_models_are_listed_with_their_cost(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await ruled_bank(domain, actor)
    run = await request_run(domain, actor, RunType.METADATA_ENRICHMENT, CARD)
    await domain.items.open_items(actor, run.id)
    call = LlmCall(
        "openai", "gpt-4o", "describe_table@1", CARD, ASSESSED_AT, 1.5, 2, 900, 80, Decimal("0.0031"), ("email",), "ab",
        CallOutcome.ANSWERED,
    )  # fmt: skip
    await domain.items.finish_enriched(actor, run.id, CARD, [described(CARD, "Cards.")], {CARD: 1}, [call])

    query = """query ($run: ID) { llmCalls(runId: $run) { edges { node {
      model purpose assetFqn inputTokens costUsd maskedColumns outcome asset { name } } } } }"""
    calls = (await api.ask(query, run=write_id("WorkflowRun", run.id)))["llmCalls"]["edges"]

    assert [edge["node"] for edge in calls] == [
        {
            "model": "gpt-4o",
            "purpose": "describe_table@1",
            "assetFqn": str(CARD),
            "inputTokens": 900,
            "costUsd": "0.0031",
            "maskedColumns": ["email"],
            "outcome": "ANSWERED",
            "asset": {"name": "card"},
        }
    ]


async def test_closed_lists_are_complete(api: GraphQL) -> None:
    lists = await api.ask(
        """{ workflowDefinitions { type flow requiresApproval } dqRuleKinds { kind dimension required }
          dimensions { name weight metrics { name } } }"""
    )

    assert {"type": "PROFILING", "flow": "profile-database", "requiresApproval": True} in lists["workflowDefinitions"]
    assert len(lists["workflowDefinitions"]) == 9
    assert {"kind": "MATCHES_PATTERN", "dimension": "validity", "required": ["pattern"]} in lists["dqRuleKinds"]
    assert lists["dimensions"][0] == {"name": "completeness", "weight": "1", "metrics": [{"name": "complete_values"}]}
    assert len(lists["dimensions"]) == 13
