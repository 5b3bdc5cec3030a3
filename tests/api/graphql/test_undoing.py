"""A save, looked at beforehand and taken back afterwards; a rejection taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import RunType, WorkflowRun
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.runs import completed_run, described, enriched_run, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, assess_metadata, ruled_bank

pytestmark = pytest.mark.db

ASSESSED_AT = datetime(2026, 3, 1, tzinfo=UTC)
PREVIEW = """query ($id: ID!) { approvalPreview(runId: $id) { run { approval { status } }
  invalidatedCellCount resolvedViolationCount outcomes { outcome count }
  invalidatedCells { edges { node { assetFqn state score } } }
  resolvedViolations { totalCount edges { node { assetFqn status } } }
  conflicts { edges { node { assetFqn field after } } } } }"""
UNDO = """mutation ($input: UndoApprovalInput!) { undoApproval(input: $input) { __typename
  ... on UndoApprovalSuccess { restoredAssetCount restoredCellCount reopenedViolationCount
    run { approval { status decidedBy undoneBy applied } } }
  ... on SaveBuiltUpon { reasons } ... on Error { code } } }"""
RESET = """mutation ($input: ResetApprovalInput!) { resetApproval(input: $input) { __typename
  ... on ResetApprovalSuccess { run { approval { status notes } } }
  ... on ApprovalAlreadyDecided { approval { status } } ... on Error { code message } } }"""
FOLLOW = """subscription ($after: String) { workflowRunsChanged(after: $after) {
  run { id approval { status } } } }"""
SHOWN = """query ($fqn: Fqn!) { asset(fqn: $fqn) { description scorecard { state score }
  violations(filter: {status: [OPEN]}) { totalCount } } }"""


def key(run: WorkflowRun) -> str:
    return write_id("WorkflowRun", run.id)


async def assessed_profiling(domain: Domain, actor: Actor) -> WorkflowRun:
    """A completed profiling of one of two assessed tables, with an open violation each."""
    await assess_all(domain, actor, await ruled_bank(domain, actor), ASSESSED_AT)
    return await completed_run(domain, actor, RunType.PROFILING, CARD)


async def test_preview_tells_what_saving_then_does_and_writes_nothing(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    run = await assessed_profiling(domain, actor)

    async with nothing_written(sql):
        preview = (await api.ask(PREVIEW, id=key(run)))["approvalPreview"]

    assert preview == {
        "run": {"approval": {"status": "PENDING"}},
        "invalidatedCellCount": 1,
        "resolvedViolationCount": 1,
        "outcomes": [],
        "invalidatedCells": {"edges": [{"node": {"assetFqn": f"{CARD}.amount", "state": "SCORED", "score": "0.9"}}]},
        "resolvedViolations": {"totalCount": 1, "edges": [{"node": {"assetFqn": f"{CARD}.amount", "status": "OPEN"}}]},
        "conflicts": {"edges": []},
    }
    saved = (await domain.approvals.approve(actor, run.id)).approval
    assert (saved.invalidated_cells, saved.resolved_violations) == (1, 1)


async def test_preview_names_the_changes_that_would_not_be_applied(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards."), described(CARD_TRANSACTION, "Payments.")])
    await domain.assets.update(actor, CARD, {AssetField.OWNER: "ada"}, expected_version=1)

    preview = (await api.ask(PREVIEW, id=key(run)))["approvalPreview"]

    assert preview["outcomes"] == [{"outcome": "APPLIED", "count": 1}, {"outcome": "CONFLICT", "count": 1}]
    conflict = {"assetFqn": str(CARD), "field": "description", "after": "Cards."}
    assert preview["conflicts"] == {"edges": [{"node": conflict}]}


async def test_preview_of_what_cannot_be_saved_is_refused_as_the_save_would_be(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    await ruled_bank(domain, actor)
    running = await request_run(domain, actor, RunType.PROFILING, CARD)
    assessment = await completed_run(domain, actor, RunType.DQ_ASSESSMENT, CARD)

    codes = [await refusal(api, PREVIEW, id=name) for name in (key(running), key(assessment), "nonsense")]

    assert codes == ["CONFLICT", "CONFLICT", "NOT_FOUND"]


async def refusal(api: GraphQL, query: str, **variables: Any) -> str:
    """The code of the only top-level error."""
    with pytest.raises(AssertionError) as told:
        await api.ask(query, **variables)
    (error,) = told.value.args[0]
    return str(error["extensions"]["code"])


async def test_undone_save_gives_back_text_score_and_violation(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await assessed_profiling(domain, actor)
    before = await api.ask(SHOWN, fqn=str(CARD))
    await domain.approvals.approve(actor, run.id)
    assert (await api.ask(SHOWN, fqn=str(CARD)))["asset"]["scorecard"] == {"state": "PENDING", "score": None}

    undone = await api.do(UNDO, input={"runId": key(run), "notes": "Too early."})

    assert undone == {
        "__typename": "UndoApprovalSuccess",
        "restoredAssetCount": 0,
        "restoredCellCount": 1,
        "reopenedViolationCount": 1,
        "run": {"approval": {"status": "PENDING", "decidedBy": None, "undoneBy": "developer", "applied": 0}},
    }
    assert await api.ask(SHOWN, fqn=str(CARD)) == before
    again = await api.do(UNDO, input={"runId": key(run)})
    assert (again["__typename"], again["restoredCellCount"]) == ("UndoApprovalSuccess", 0)


async def test_followers_of_runs_are_told_of_a_decision_that_was_taken_back(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    run = await assessed_profiling(domain, actor)
    await domain.approvals.reject(actor, run.id)
    events = (await api.ask("{ events(first: 100) { edges { cursor } } }"))["events"]["edges"]

    async with api.subscribed(FOLLOW, after=events[-1]["cursor"]) as changes:
        await api.do(RESET, input={"runId": key(run)})
        change = await anext(changes)

    assert change["run"] == {"id": key(run), "approval": {"status": "PENDING"}}


async def test_save_that_something_builds_on_is_not_undone_and_nothing_changes(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards.")])
    waiting = await enriched_run(domain, actor, CARD, [described(CARD, "More cards.")])
    await domain.approvals.approve(actor, run.id)
    await assess_metadata(domain, actor, CARD, domain.clock() + timedelta(seconds=1), is_described=True)

    async with nothing_written(sql):
        refused = await api.do(UNDO, input={"runId": key(run)})
        too_early = await api.do(UNDO, input={"runId": key(waiting)})
        unknown = await api.do(UNDO, input={"runId": "nonsense"})

    assert refused == {"__typename": "SaveBuiltUpon", "code": "CONFLICT", "reasons": [f"{CARD} was assessed since"]}
    assert too_early == {"__typename": "Conflict", "code": "CONFLICT"}
    assert unknown == {"__typename": "NotFound", "code": "NOT_FOUND"}


async def test_rejection_is_taken_back_and_a_save_is_not(
    api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "Cards.")])
    await domain.approvals.reject(actor, run.id)

    reset = await api.do(RESET, input={"runId": key(run), "notes": "Let us look again."})
    await domain.approvals.approve(actor, run.id)
    async with nothing_written(sql):
        saved = await api.do(RESET, input={"runId": key(run)})

    approval = {"status": "PENDING", "notes": "Let us look again."}
    assert reset == {"__typename": "ResetApprovalSuccess", "run": {"approval": approval}}
    assert saved == {
        "__typename": "ApprovalAlreadyDecided",
        "approval": {"status": "APPROVED"},
        "code": "CONFLICT",
        "message": f"Run {run.id} was APPROVED by ada. Undo the Save instead.",
    }
