from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import RunStatus, RunType, WorkflowRun
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.runs import complete, completed_run, described, enriched_run, report, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank

pytestmark = pytest.mark.db

APPROVE = """mutation ($input: ApproveRunInput!) { approveRun(input: $input) { __typename
  ... on ApproveRunSuccess { run { approval { status notes decidedBy autoSaved applied conflicts } }
    resolvedViolationCount resolvedViolations { totalCount edges { node { assetFqn status resolution } } }
    invalidatedCells { edges { node { assetFqn state score metric { name } } } }
    conflicts { change { field after outcome asset { description } } } }
  ... on RunNotApprovable { status } ... on ApprovalAlreadyDecided { approval { status decidedBy } }
  ... on Error { code } } }"""
REJECT = """mutation ($input: RejectRunInput!) { rejectRun(input: $input) { __typename
  ... on RejectRunSuccess { run { approval { status notes } } }
  ... on RunNotApprovable { status } ... on ApprovalAlreadyDecided { approval { status } } } }"""
DECIDE = """mutation ($input: DecideProposedChangesInput!) { decideProposedChanges(input: $input) { __typename
  ... on DecideProposedChangesSuccess { changes { decision after } }
  ... on InvalidInput { fields { path } } ... on NotFound { kind } } }"""
CHANGES = """query ($id: ID!) { workflowRun(id: $id) { proposedChanges { edges { node {
  id subject assetFqn field before after baseVersion confidence decision outcome
  asset { fqn } rule { kind } } } } } }"""
CANCEL = """mutation ($input: CancelRunInput!) { cancelRun(input: $input) { __typename
  ... on CancelRunSuccess { run { status } } } }"""
RETRY = """mutation ($input: RetryRunInput!) { retryRun(input: $input) { __typename
  ... on RetryRunSuccess { run { status } } } }"""


def key(run: WorkflowRun) -> str:
    return write_id("WorkflowRun", run.id)


async def test_saving_tells_what_the_transaction_changed(api: GraphQL, domain: Domain, actor: Actor) -> None:
    # given two assessed tables with an open violation each, and a completed profiling of one of them
    await assess_all(domain, actor, await ruled_bank(domain, actor), datetime(2026, 3, 1, tzinfo=UTC))
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    saved = await api.do(APPROVE, input={"runId": key(run), "notes": "Looks right."})

    assert saved == {
        "__typename": "ApproveRunSuccess",
        "run": {
            "approval": {
                "status": "APPROVED",
                "notes": "Looks right.",
                "decidedBy": "developer",
                "autoSaved": False,
                "applied": 0,
                "conflicts": 0,
            }
        },
        "resolvedViolationCount": 1,
        "resolvedViolations": {
            "totalCount": 1,
            "edges": [
                {"node": {"assetFqn": f"{CARD}.amount", "status": "RESOLVED", "resolution": "SUPERSEDED_BY_APPROVAL"}}
            ],
        },
        "invalidatedCells": {
            "edges": [
                {
                    "node": {
                        "assetFqn": f"{CARD}.amount",
                        "state": "PENDING",
                        "score": None,
                        "metric": {"name": "complete_values"},
                    }
                }
            ]
        },
        "conflicts": [],
    }
    assert await api.do(APPROVE, input={"runId": key(run), "notes": "Again."}) == saved


async def test_change_whose_base_is_gone_is_reported_and_nothing_is_overwritten(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards."), described(CARD_TRANSACTION, "Payments.")])
    await domain.assets.update(actor, CARD, {AssetField.OWNER: "ada"}, expected_version=1)

    saved = await api.do(APPROVE, input={"runId": key(run)})

    assert saved["run"]["approval"]["applied"] == 1
    conflict = {"field": "description", "after": "Cards.", "outcome": "CONFLICT", "asset": {"description": None}}
    assert saved["conflicts"] == [{"change": conflict}]


async def test_what_cannot_be_approved_is_refused_and_nothing_changes(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    pending = await request_run(domain, actor, RunType.PROFILING, CARD)
    rejected = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.reject(actor, rejected.id)
    assessment = await completed_run(domain, actor, RunType.DQ_ASSESSMENT, CARD)
    too_long: dict[str, Any] = {"notes": "x" * 2001}

    async with nothing_written(sql):
        answers = [
            await api.do(APPROVE, input=given)
            for given in (
                {"runId": key(pending)},
                {"runId": key(rejected)},
                {"runId": key(assessment)},
                {"runId": key(rejected), **too_long},
                {"runId": "nonsense"},
            )
        ]

    assert answers == [
        {"__typename": "RunNotApprovable", "code": "CONFLICT", "status": "PENDING"},
        {
            "__typename": "ApprovalAlreadyDecided",
            "code": "CONFLICT",
            "approval": {"status": "REJECTED", "decidedBy": "ada"},
        },
        {"__typename": "Conflict", "code": "CONFLICT"},
        {"__typename": "InvalidInput", "code": "BAD_USER_INPUT"},
        {"__typename": "NotFound", "code": "NOT_FOUND"},
    ]


async def test_rejected_run_is_decided_and_cannot_be_approved(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards.")])

    rejected = await api.do(REJECT, input={"runId": key(run), "notes": "No."})

    assert rejected == {"__typename": "RejectRunSuccess", "run": {"approval": {"status": "REJECTED", "notes": "No."}}}
    assert (await api.do(APPROVE, input={"runId": key(run)}))["__typename"] == "ApprovalAlreadyDecided"
    asset = (await api.ask("query ($fqn: Fqn!) { asset(fqn: $fqn) { description version } }", fqn=str(CARD)))["asset"]
    assert asset == {"description": None, "version": 1}


async def test_proposed_changes_are_shown_and_decided_one_by_one(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards.")])
    shown = (await api.ask(CHANGES, id=key(run)))["workflowRun"]["proposedChanges"]["edges"][0]["node"]
    change = shown.pop("id")

    decided = await api.do(
        DECIDE,
        input={
            "runId": key(run),
            "decisions": [{"changeId": change, "decision": "ACCEPTED", "after": "Payment cards."}],
        },
    )
    async with nothing_written(sql):
        blank = {"changeId": change, "decision": "ACCEPTED", "after": " "}
        refused = await api.do(DECIDE, input={"runId": key(run), "decisions": [blank]})
        unknown = {"changeId": key(run), "decision": "REJECTED"}
        missing = await api.do(DECIDE, input={"runId": key(run), "decisions": [unknown]})

    assert shown == {
        "subject": "ASSET_FIELD",
        "assetFqn": str(CARD),
        "field": "description",
        "before": None,
        "after": "Cards.",
        "baseVersion": 1,
        "confidence": 0.9,
        "decision": "UNDECIDED",
        "outcome": None,
        "asset": {"fqn": str(CARD)},
        "rule": None,
    }
    assert decided["changes"] == [{"decision": "ACCEPTED", "after": "Payment cards."}]
    assert refused == {"__typename": "InvalidInput", "fields": [{"path": "description"}]}
    assert missing == {"__typename": "NotFound", "kind": "ProposedChange"}
    await api.do(APPROVE, input={"runId": key(run)})
    query = "query ($fqn: Fqn!) { asset(fqn: $fqn) { description } }"
    assert (await api.ask(query, fqn=str(CARD)))["asset"] == {"description": "Payment cards."}


async def test_run_is_cancelled_while_it_lives_and_tried_again_when_it_ended(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run = await request_run(domain, actor, RunType.PROFILING, CARD)
    await report(domain, actor, run.id, RunStatus.RUNNING, domain.clock())

    cancelled = await api.do(CANCEL, input={"runId": key(run)})
    async with nothing_written(sql):
        too_early = await api.do(RETRY, input={"runId": key(run)})
    await complete(domain, actor, run.id)
    async with nothing_written(sql):
        too_late = await api.do(CANCEL, input={"runId": key(run)})
    retried = await api.do(RETRY, input={"runId": key(run)})

    assert cancelled == {"__typename": "CancelRunSuccess", "run": {"status": "RUNNING"}}
    assert too_early == {"__typename": "Conflict"}
    assert retried == {"__typename": "RetryRunSuccess", "run": {"status": "PENDING"}}
    assert too_late == {"__typename": "Conflict"}
