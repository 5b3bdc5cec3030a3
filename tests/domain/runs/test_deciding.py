"""Before a Save: deciding about many changes at once, seeing what it would do, and taking a rejection back."""

from collections.abc import Mapping, Sequence

import asyncpg
import pytest

from domain.assets.model import AssetField, Suggestion
from domain.bootstrap import Domain
from domain.errors import Conflict, Invalid, NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.metrics.model import Score
from domain.pages import PageRequest
from domain.rules.model import DqRule
from domain.runs.decisions import ChangeDecision, ChangePredicate
from domain.runs.model import (
    ApprovalAlreadyDecided,
    ApprovalStatus,
    ChangeOutcome,
    ChangeSubject,
    Decision,
    ProposedChange,
    RunId,
    RunNotApprovable,
    RunType,
    WorkflowRun,
)
from tests.factories.assets import PUBLIC
from tests.factories.rules import not_null, proposal
from tests.factories.runs import complete, completed_run, enriched_run, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, assess_metadata, ruled_bank
from tests.factories.violations import violations_in
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

AMOUNT, ID = CARD.child("amount"), CARD.child("id")
NAME, TEXT = AssetField.BUSINESS_NAME, AssetField.DESCRIPTION
SUGGESTED = (
    (CARD, TEXT, 0.95), (CARD, NAME, 0.9), (AMOUNT, TEXT, 0.89), (AMOUNT, NAME, 0.5), (ID, TEXT, 1.0),
)  # fmt: skip


@pytest.fixture
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    return await ruled_bank(domain, actor)


@pytest.fixture
async def run(domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]) -> WorkflowRun:
    """Suggestions of several confidences; a person has named the card and its id before they were made."""
    await domain.assets.update(actor, CARD, {NAME: "Our card"}, 1)
    await domain.assets.update(actor, ID, {TEXT: "The number."}, 1)
    suggestions = [Suggestion(fqn, name, "Words.", sure, "It says so.", {}) for fqn, name, sure in SUGGESTED]
    return await enriched_run(domain, actor, CARD, suggestions, {CARD: 2, ID: 2, AMOUNT: 1})


async def changes(domain: Domain, actor: Actor, run: WorkflowRun) -> Sequence[ProposedChange]:
    page = await domain.read.runs.changes(actor.tenant, run.id, (), PageRequest(first=100))
    return [change for _, change in page.items]


@pytest.mark.parametrize(
    ("predicate", "meant"),
    [
        (ChangePredicate(), {0, 1, 2, 3, 4}),
        (ChangePredicate(min_confidence=0.9), {0, 1, 4}),
        (ChangePredicate(min_confidence=0.9, overwrites_human=False), {0}),
        (ChangePredicate(overwrites_human=True), {1, 4}),
        (ChangePredicate(fields=("description",)), {0, 2, 4}),
        (ChangePredicate(scope=CARD), {0, 1, 2, 3, 4}),
        (ChangePredicate(scope=AMOUNT), {2, 3}),
        (ChangePredicate(scope=CARD_TRANSACTION), set()),
        (ChangePredicate(subject=ChangeSubject.ASSET_FIELD), {0, 1, 2, 3, 4}),
        (ChangePredicate(subject=ChangeSubject.RULE), set()),
        (ChangePredicate(decisions=(Decision.ACCEPTED,)), set()),
        (ChangePredicate(scope=AMOUNT, min_confidence=0.6, fields=("description",)), {2}),
    ],
)
async def test_a_predicate_decides_about_all_changes_that_meet_every_condition(
    predicate: ChangePredicate, meant: set[int], domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    decided = await domain.approvals.decide_matching(actor, run.id, predicate, Decision.ACCEPTED)

    assert decided == len(meant)
    accepted = {
        (change.asset, change.field)
        for change in await changes(domain, actor, run)
        if change.decision is Decision.ACCEPTED
    }
    assert accepted == {SUGGESTED[place][:2] for place in meant}


async def test_what_a_predicate_rejected_stays_out_of_the_save(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    await domain.approvals.decide_matching(actor, run.id, ChangePredicate(), Decision.REJECTED)
    sure = ChangePredicate(min_confidence=0.9, overwrites_human=False)
    await domain.approvals.decide_matching(actor, run.id, sure, Decision.ACCEPTED)

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.applied, approval.conflicts) == (1, 0)
    outcomes = [change.outcome for change in await changes(domain, actor, run)]
    assert outcomes.count(ChangeOutcome.REJECTED) == 4


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_a_confidence_outside_0_to_1_is_refused(confidence: float) -> None:
    with pytest.raises(Invalid, match="lies between 0 and 1") as refused:
        ChangePredicate(min_confidence=confidence)

    assert refused.value.problems[0].path == "minConfidence"


async def test_a_predicate_decides_nothing_about_a_run_that_was_saved(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    await domain.approvals.approve(actor, run.id)
    before = await changes(domain, actor, run)

    with pytest.raises(ApprovalAlreadyDecided, match="was APPROVED by ada"):
        await domain.approvals.decide_matching(actor, run.id, ChangePredicate(), Decision.REJECTED)

    assert await changes(domain, actor, run) == before


async def test_a_reset_run_waits_undecided_and_keeps_a_persons_words(
    domain: Domain, actor: Actor, run: WorkflowRun
) -> None:
    first, second, *_ = await changes(domain, actor, run)
    edited = ChangeDecision(first.id, Decision.ACCEPTED, "My words.")
    await domain.approvals.decide_changes(actor, run.id, [edited, ChangeDecision(second.id, Decision.REJECTED)])
    await domain.approvals.reject(actor, run.id, "No.")

    approval = (await domain.approvals.reset(actor, run.id, "On second thoughts.")).approval

    assert (approval.status, approval.version, approval.notes) == (ApprovalStatus.PENDING, 3, "On second thoughts.")
    assert (approval.decided_by, approval.decided_at, approval.undone_by) == (None, None, None)
    left = await changes(domain, actor, run)
    assert {change.decision for change in left} == {Decision.UNDECIDED}
    assert {change.id: change.after for change in left}[first.id] == "My words."


async def test_a_reset_run_can_be_saved(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    await domain.approvals.reject(actor, run.id)
    await domain.approvals.reset(actor, run.id)

    assert (await domain.approvals.approve(actor, run.id)).approval.applied == 3


async def test_a_run_that_waits_is_left_as_it_is_by_a_reset(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    before = (await domain.read.runs.approvals(actor.tenant, [run.id]))[run.id]

    assert (await domain.approvals.reset(actor, run.id, "Again.")).approval == before


async def test_a_saved_run_is_not_reset_but_undone(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    await domain.approvals.approve(actor, run.id)

    with pytest.raises(ApprovalAlreadyDecided, match=r"was APPROVED by ada\. Undo the Save instead\."):
        await domain.approvals.reset(actor, run.id)


async def test_a_preview_tells_what_becomes_of_each_change(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection
) -> None:
    await assess_metadata(domain, actor, CARD, domain.clock(), is_described=False)
    await domain.assets.update(actor, AMOUNT, {AssetField.OWNER: "Cards team"}, 1)
    await domain.approvals.decide_matching(actor, run.id, ChangePredicate(fields=(TEXT,), scope=ID), Decision.REJECTED)
    events = await sql.fetchval("SELECT count(*) FROM domain_event")

    preview = await domain.read.previews.preview(actor.tenant, run.id)

    assert preview.outcomes == {
        ChangeOutcome.APPLIED: 1,
        ChangeOutcome.KEPT_HUMAN: 1,
        ChangeOutcome.CONFLICT: 2,
        ChangeOutcome.REJECTED: 1,
    }
    assert (preview.invalidated_cells, preview.resolved_violations) == (1, 1)
    conflicts = await domain.read.previews.conflicts(actor.tenant, run.id, PageRequest())
    assert {(change.asset, change.field) for _, change in conflicts.items} == {(AMOUNT, TEXT), (AMOUNT, NAME)}
    assert [change.outcome for change in await changes(domain, actor, run)] == [None] * 5
    assert await sql.fetchval("SELECT count(*) FROM domain_event") == events
    approval = (await domain.approvals.approve(actor, run.id)).approval
    assert (approval.applied, approval.conflicts, approval.resolved_violations) == (1, 2, 1)


async def test_a_preview_shows_the_scores_and_the_violations_that_would_go(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    await assess_all(domain, actor, rules, NOON, failed=10)
    run = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    read = domain.read.previews

    cells = await read.cells(actor.tenant, run.id, PageRequest(first=1))
    violations = await read.violations(actor.tenant, run.id, PageRequest())

    ((_, cell),) = cells.items
    assert (cell.metric, cell.asset, cell.score) == ("complete_values", AMOUNT, Score(90, 100))
    assert cells.has_next
    assert [one.id for _, one in reversed(violations.items)] == [
        one.id for one in await violations_in(domain, actor, PUBLIC)
    ]


async def test_a_preview_of_rules_tells_which_would_become_active(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await request_run(domain, actor, RunType.DQ_RULE_GENERATION, CARD)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_generated(actor, run.id, CARD, [proposal(not_null(CARD, "id"))], [])
    await complete(domain, actor, run.id)

    assert (await domain.read.previews.preview(actor.tenant, run.id)).outcomes == {ChangeOutcome.APPLIED: 1}


async def test_there_is_no_preview_of_what_cannot_be_saved(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    read, tenant = domain.read.previews, actor.tenant
    pending = await request_run(domain, actor, RunType.PROFILING, CARD)
    assessment = await completed_run(domain, actor, RunType.DQ_ASSESSMENT, CARD)
    rejected = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.reject(actor, rejected.id)

    with pytest.raises(RunNotApprovable, match="is PENDING; only a COMPLETED run"):
        await read.preview(tenant, pending.id)
    with pytest.raises(Conflict, match="takes effect when it finishes"):
        await read.cells(tenant, assessment.id, PageRequest())
    with pytest.raises(ApprovalAlreadyDecided, match="was REJECTED by ada"):
        await read.violations(tenant, rejected.id, PageRequest())
    with pytest.raises(NotFound, match="There is no run"):
        await read.conflicts(tenant, RunId(new_id()), PageRequest())
