"""Taking a Save back: what returns, what stands in the way, and that a refusal changes nothing."""

from collections.abc import Mapping
from datetime import timedelta

import asyncpg
import pytest

from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.errors import Conflict
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import ScoreState
from domain.rules.model import DqRule, RuleState
from domain.runs.model import ApprovalStatus, ChangeOutcome, RunType, SaveBuiltUpon, WorkflowRun
from domain.runs.undo import Undone
from domain.violations.model import Resolution, ViolationStatus, ViolationUpdate
from tests.factories.assets import PUBLIC, found_schema, store_schemas
from tests.factories.rules import assess, executed, not_null, proposal
from tests.factories.runs import complete, completed_run, described, enriched_run, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank
from tests.factories.violations import import_violation, violations_in
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

AMOUNT = CARD.child("amount")
HOUR = timedelta(hours=1)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


@pytest.fixture
async def rules(domain: Domain, actor: Actor, clock: HandClock) -> Mapping[Fqn, DqRule]:
    """The bank was assessed an hour before."""
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, clock() - HOUR)
    return rules


@pytest.fixture
async def profiling(domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock) -> WorkflowRun:
    """A Save of an hour ago: it hid one score and closed one violation."""
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    clock.advance(hours=1)
    return run


async def saved_enrichment(domain: Domain, actor: Actor, clock: HandClock) -> WorkflowRun:
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A payment card.")])
    await domain.approvals.approve(actor, run.id)
    clock.advance(hours=1)
    return run


async def saved_rule(domain: Domain, actor: Actor, clock: HandClock) -> tuple[WorkflowRun, DqRule]:
    """A rule that a run suggested and a Save activated."""
    run = await request_run(domain, actor, RunType.DQ_RULE_GENERATION, CARD)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_generated(actor, run.id, CARD, [proposal(not_null(CARD, "id"))], [])
    await complete(domain, actor, run.id)
    await domain.approvals.approve(actor, run.id)
    clock.advance(hours=1)
    active = await domain.read.rules.of_table(actor.tenant, CARD, RuleState.ACTIVE)
    return run, next(rule for rule in active if rule.definition.columns == ("id",))


async def reasons(domain: Domain, actor: Actor, run: WorkflowRun) -> tuple[str, ...]:
    with pytest.raises(SaveBuiltUpon) as refused:
        await domain.approvals.undo(actor, run.id)
    return refused.value.reasons


async def completeness(domain: Domain, actor: Actor) -> tuple[ScoreState, str]:
    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)
    line = next(one.line for one in card.dimensions if one.dimension.name == "completeness")
    return line.state, str(line.score.value)


async def test_the_scores_that_it_hid_show_again_and_the_violations_that_it_closed_reopen(
    domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    result = await domain.approvals.undo(actor, profiling.id, "Too early.")

    assert result.undone == Undone(assets=0, cells=1, violations=1)
    approval = result.approval
    assert (approval.status, approval.version, approval.notes) == (ApprovalStatus.PENDING, 3, "Too early.")
    assert (approval.undone_by, approval.undone_at, approval.decided_by) == ("ada", clock(), None)
    assert (approval.invalidated_cells, approval.resolved_violations) == (0, 0)
    assert await completeness(domain, actor) == (ScoreState.SCORED, "0.9")
    (violation,) = await violations_in(domain, actor, CARD)
    assert (violation.status, violation.resolution, violation.occurrences) == (ViolationStatus.OPEN, None, 1)


async def test_the_time_between_a_save_and_its_undo_stays_as_it_was(
    domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    between = clock()
    clock.advance(hours=1)
    await domain.approvals.undo(actor, profiling.id)

    then = await domain.read.scorecards.scorecard(actor.tenant, CARD, between)
    now = await domain.read.scorecards.scorecard(actor.tenant, CARD, clock())

    assert (then.state, then.value) == (ScoreState.PENDING, None)
    assert (now.state, str(now.value)) == (ScoreState.SCORED, "0.9")


async def test_a_violation_that_a_person_reopened_is_left_to_that_person(
    domain: Domain, actor: Actor, profiling: WorkflowRun, sql: asyncpg.Connection
) -> None:
    (violation,) = await violations_in(domain, actor, CARD)
    await domain.violations.update(actor, [violation.id], ViolationUpdate(ViolationStatus.OPEN))
    await domain.violations.update(actor, [violation.id], ViolationUpdate(ViolationStatus.ACKNOWLEDGED))

    undone = (await domain.approvals.undo(actor, profiling.id)).undone

    assert undone.violations == 0
    (left,) = await violations_in(domain, actor, CARD)
    assert left.status is ViolationStatus.ACKNOWLEDGED


async def test_texts_return_and_what_was_based_on_them_still_is(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    waiting = await enriched_run(domain, actor, CARD, [described(CARD, "A card of the bank.")])
    saved = await saved_enrichment(domain, actor, clock)

    undone = (await domain.approvals.undo(actor, saved.id)).undone

    assert undone.assets == 1
    card = await domain.read.assets.find(actor.tenant, CARD)
    assert card is not None
    assert (card.version, card.fields) == (3, {})
    assert (await domain.approvals.approve(actor, waiting.id)).approval.applied == 1


async def test_a_run_that_was_undone_can_be_saved_again(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    saved = await saved_enrichment(domain, actor, clock)
    await domain.approvals.undo(actor, saved.id)

    approval = (await domain.approvals.approve(actor, saved.id)).approval

    assert (approval.applied, approval.version, approval.undone_at) == (1, 4, None)
    assert await domain.read.runs.conflicts(actor.tenant, saved.id) == []


async def test_an_activated_rule_is_a_draft_again(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    run, rule = await saved_rule(domain, actor, clock)

    await domain.approvals.undo(actor, run.id)

    assert (await domain.read.rules.by_ids(actor.tenant, [rule.id]))[rule.id].state is RuleState.DRAFT
    preview = await domain.read.previews.preview(actor.tenant, run.id)
    assert preview.outcomes == {ChangeOutcome.APPLIED: 1}


async def test_a_second_undo_finds_nothing_to_do(
    domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    first = await domain.approvals.undo(actor, profiling.id)
    clock.advance(hours=1)

    second = await domain.approvals.undo(actor, profiling.id)

    assert (second.approval, second.undone) == (first.approval, Undone())


async def test_what_was_never_saved_cannot_be_undone(domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    with pytest.raises(Conflict, match="is PENDING, not APPROVED; there is nothing to undo"):
        await domain.approvals.undo(actor, run.id)

    await domain.approvals.reject(actor, run.id)
    with pytest.raises(Conflict, match="is REJECTED, not APPROVED; there is nothing to undo"):
        await domain.approvals.undo(actor, run.id)


async def test_a_later_save_of_the_same_tables_is_to_be_undone_first(
    domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    later = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.approvals.approve(actor, later.id)
    clock.advance(minutes=1)
    elsewhere = await completed_run(domain, actor, RunType.PROFILING, CARD_TRANSACTION)
    await domain.approvals.approve(actor, elsewhere.id)

    assert await reasons(domain, actor, profiling) == (f"run {later.id} was saved after it; undo that one first",)

    await domain.approvals.undo(actor, elsewhere.id)
    await domain.approvals.undo(actor, later.id)
    assert (await domain.approvals.undo(actor, profiling.id)).undone.cells == 1


async def test_a_later_save_that_makes_other_metrics_stale_is_no_obstacle(
    domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    await saved_enrichment(domain, actor, clock)

    assert (await domain.approvals.undo(actor, profiling.id)).undone.cells == 1


async def test_a_text_that_was_changed_since_stands_in_the_way(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    saved = await saved_enrichment(domain, actor, clock)
    await domain.assets.update(actor, CARD, {AssetField.BUSINESS_NAME: "Card"}, 2)

    assert await reasons(domain, actor, saved) == (f"{CARD} was changed since",)


@pytest.mark.parametrize("read_before_the_save", [True, False])
async def test_a_table_that_vanished_since_stands_in_the_way_whenever_the_source_was_read(
    read_before_the_save: bool, domain: Domain, actor: Actor, profiling: WorkflowRun, clock: HandClock
) -> None:
    read_at = clock() - (2 * HOUR if read_before_the_save else HOUR / 2)
    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, CARD_TRANSACTION.name, observed_at=read_at)])

    found = await reasons(domain, actor, profiling)

    gone = (CARD, AMOUNT, CARD.child("id"))
    assert sorted(found) == sorted(f"{fqn} has vanished from its source since" for fqn in gone)


@pytest.mark.parametrize("what", ["paused", "executed"])
async def test_a_rule_that_was_changed_or_executed_since_stands_in_the_way(
    what: str, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    run, rule = await saved_rule(domain, actor, clock)
    if what == "paused":
        await domain.rule_states.change(actor, [rule.id], RuleState.PAUSED)
    else:
        await assess(domain, actor, CARD, executed(rule, clock()), scored=False)

    assert await reasons(domain, actor, run) == (f"rule {rule.id} was changed or executed since",)


async def test_a_rule_whose_violation_it_closed_and_that_was_retired_since_stands_in_the_way(
    domain: Domain, actor: Actor, profiling: WorkflowRun, rules: Mapping[Fqn, DqRule]
) -> None:
    await domain.rule_states.change(actor, [rules[CARD].id], RuleState.RETIRED)

    expected = f"rule {rules[CARD].id}, whose violation it closed, was retired since"
    assert await reasons(domain, actor, profiling) == (expected,)


async def test_an_assessment_since_stands_in_the_way(
    domain: Domain, actor: Actor, profiling: WorkflowRun, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    await assess(domain, actor, CARD, executed(rules[CARD], clock(), failed=1))

    assert await reasons(domain, actor, profiling) == (f"{CARD} was assessed since",)
    (violation,) = await violations_in(domain, actor, CARD)
    assert (violation.status, violation.occurrences) == (ViolationStatus.OPEN, 2)


async def test_a_refusal_names_all_kinds_of_reasons_and_leaves_the_save_as_it_is(
    domain: Domain, actor: Actor, profiling: WorkflowRun, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    await assess(domain, actor, CARD, executed(rules[CARD], clock(), failed=1))
    later = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    before = await domain.approvals.approve(actor, later.id)
    again = await domain.approvals.approve(actor, profiling.id)

    with pytest.raises(SaveBuiltUpon, match=f"cannot be undone: run {later.id} was saved after it; undo that one"):
        await domain.approvals.undo(actor, profiling.id)

    assert await domain.approvals.approve(actor, profiling.id) == again
    assert await domain.approvals.approve(actor, later.id) == before
    assert (await completeness(domain, actor))[0] is ScoreState.PENDING


async def test_a_score_of_a_clock_that_is_ahead_is_hidden_and_shows_again(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock, sql: asyncpg.Connection
) -> None:
    ahead = clock() + HOUR
    await assess(domain, actor, CARD, executed(rules[CARD], ahead, failed=30))
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    await domain.approvals.approve(actor, run.id)

    assert await completeness(domain, actor) == (ScoreState.PENDING, "None")
    tombstone = "SELECT observed_at FROM metric_snapshot WHERE denominator = 0"
    assert await sql.fetchval(tombstone) == ahead
    clock.advance(minutes=1)
    assert (await domain.approvals.undo(actor, run.id)).undone == Undone(0, 1, 1)
    assert await completeness(domain, actor) == (ScoreState.SCORED, "0.7")


async def test_a_tombstone_of_a_clock_that_is_ahead_does_not_count_as_an_assessment(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    await assess(domain, actor, CARD, executed(rules[CARD], clock() + HOUR, failed=30))
    runs = []
    for _ in range(2):
        run = await completed_run(domain, actor, RunType.PROFILING, CARD)
        await domain.approvals.approve(actor, run.id)
        runs.append(run)
        clock.advance(minutes=1)

    undone = [(await domain.approvals.undo(actor, run.id)).undone for run in reversed(runs)]

    assert undone == [Undone(), Undone(0, 1, 1)]


async def test_all_that_a_save_closed_reopens_and_nothing_else(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    closed = {await import_violation(sql, actor.tenant, AMOUNT) for _ in range(3)}
    risk = await import_violation(sql, actor.tenant, CARD.child("id"))
    (accepted,) = [one for one in await violations_in(domain, actor, CARD) if one.id == risk]
    resolved = ViolationUpdate(ViolationStatus.RESOLVED, Resolution.ACCEPTED_RISK)
    await domain.violations.update(actor, [accepted.id], resolved)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    assert (await domain.approvals.approve(actor, run.id)).approval.resolved_violations == 4

    assert (await domain.approvals.undo(actor, run.id)).undone.violations == 4

    status = {one.id: one.status for one in await violations_in(domain, actor, CARD)}
    assert {status[one] for one in closed} == {ViolationStatus.OPEN}  # type: ignore[index]
    assert status[accepted.id] is ViolationStatus.RESOLVED
