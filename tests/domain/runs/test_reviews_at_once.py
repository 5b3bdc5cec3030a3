"""Saves, undos, decisions, edits and assessments that come at the same time, in each of the two orders."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.assets.model import AssetField, FieldOrigin
from domain.bootstrap import Domain
from domain.errors import VersionConflict
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import ScoreState
from domain.pages import PageRequest
from domain.rules.model import DqRule
from domain.runs.approval import ApprovalResult, UndoResult
from domain.runs.decisions import ChangeDecision
from domain.runs.model import (
    ApprovalAlreadyDecided,
    ApprovalStatus,
    ChangeOutcome,
    Decision,
    RunType,
    SaveBuiltUpon,
    WorkflowRun,
)
from domain.runs.queries import RunFilter
from domain.runs.undo import Undone
from domain.violations.model import ViolationStatus
from tests.factories.assets import PUBLIC, found_schema, store_schemas
from tests.factories.rules import assess, executed
from tests.factories.runs import completed_run, described, enriched_run, request_run
from tests.factories.scenes import CARD, TABLES, assess_all, ruled_bank
from tests.factories.violations import violations_in
from tests.waiting import until_waiting_for_a_lock

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)
ROUNDS = 20
LAST_STEP = "LOCK TABLE audit_event IN SHARE MODE"
"""Who reviews or edits writes the audit event last, with all other locks in hand."""
LAST_STEP_OF_RUN = "SELECT 1 FROM workflow_run WHERE id = $1 FOR UPDATE"
"""An assessment counts its item last."""


@pytest.fixture
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    """The bank was assessed an hour ago."""
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, domain.clock() - HOUR)
    return rules


@pytest.fixture
async def enrichment(domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]) -> WorkflowRun:
    return await enriched_run(domain, actor, CARD, [described(CARD, "A payment card.")])


async def saved_profiling(domain: Domain, actor: Actor) -> WorkflowRun:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    approval = (await domain.approvals.approve(actor, run.id)).approval
    assert (approval.invalidated_cells, approval.resolved_violations) == (1, 1)
    return run


async def one_behind_the_other(
    sql: asyncpg.Connection, works: Sequence[Coroutine[object, object, object]], gate: str, *arguments: UUID
) -> list[object]:
    """What came of each: the first waits at the gate with its locks in hand, the second for those locks."""
    tasks = []
    async with sql.transaction():
        await sql.execute(gate, *arguments)
        for waiting, work in enumerate(works, 1):
            tasks.append(asyncio.create_task(work))
            await until_waiting_for_a_lock(sql, waiting)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def completeness(domain: Domain, actor: Actor) -> tuple[ScoreState, str]:
    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)
    line = next(one.line for one in card.dimensions if one.dimension.name == "completeness")
    return line.state, str(line.score.value)


async def store(
    domain: Domain, actor: Actor, rule: DqRule, age: timedelta
) -> tuple[WorkflowRun, Coroutine[object, object, None]]:
    """An assessment that has read its data: half of the rows fail; and the storing of it."""
    run = await request_run(domain, actor, RunType.DQ_ASSESSMENT, CARD)
    await domain.items.open_items(actor, run.id)
    results = [executed(rule, domain.clock() - age, failed=50)]
    return run, domain.assessments.finish_executed(actor, run.id, CARD, results, scored=True)


async def test_an_edit_that_comes_first_is_kept_and_the_save_reports_a_conflict(
    domain: Domain, actor: Actor, enrichment: WorkflowRun, sql: asyncpg.Connection
) -> None:
    edit = domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My words."}, 1)

    _, saved = await one_behind_the_other(sql, [edit, domain.approvals.approve(actor, enrichment.id)], LAST_STEP)

    assert isinstance(saved, ApprovalResult)
    assert (saved.approval.applied, saved.approval.conflicts) == (0, 1)
    card = await domain.read.assets.find(actor.tenant, CARD)
    assert card is not None
    assert (card.version, card.value(AssetField.DESCRIPTION)) == (2, "My words.")


async def test_an_edit_that_comes_second_is_told_of_the_new_version(
    domain: Domain, actor: Actor, enrichment: WorkflowRun, sql: asyncpg.Connection
) -> None:
    edit = domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My words."}, 1)

    saved, edited = await one_behind_the_other(sql, [domain.approvals.approve(actor, enrichment.id), edit], LAST_STEP)

    assert isinstance(saved, ApprovalResult)
    assert isinstance(edited, VersionConflict)
    assert (saved.approval.applied, edited.current) == (1, 2)
    card = await domain.read.assets.find(actor.tenant, CARD)
    assert card is not None
    assert card.fields[AssetField.DESCRIPTION].origin is FieldOrigin.GENERATED


async def test_two_undos_take_the_save_back_once(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await saved_profiling(domain, actor)
    undos = [domain.approvals.undo(actor, run.id) for _ in range(2)]

    first, second = await one_behind_the_other(sql, undos, LAST_STEP)

    assert isinstance(first, UndoResult)
    assert isinstance(second, UndoResult)
    assert (first.undone, second.undone) == (Undone(0, 1, 1), Undone())
    assert first.approval == second.approval
    assert await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'run.approval_undone'") == 1


async def test_a_save_that_comes_after_the_undo_of_another_hides_the_score_anew(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    earlier = await saved_profiling(domain, actor)
    later = await completed_run(domain, actor, RunType.PROFILING, CARD)
    works = [domain.approvals.undo(actor, earlier.id), domain.approvals.approve(actor, later.id)]

    _, saved = await one_behind_the_other(sql, works, LAST_STEP)

    assert isinstance(saved, ApprovalResult)
    assert (saved.approval.invalidated_cells, saved.approval.resolved_violations) == (1, 1)
    assert (await completeness(domain, actor))[0] is ScoreState.PENDING


async def test_an_undo_that_comes_after_another_save_is_refused(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    earlier = await saved_profiling(domain, actor)
    later = await completed_run(domain, actor, RunType.PROFILING, CARD)
    works = [domain.approvals.approve(actor, later.id), domain.approvals.undo(actor, earlier.id)]

    _, refused = await one_behind_the_other(sql, works, LAST_STEP)

    assert isinstance(refused, SaveBuiltUpon)
    assert refused.reasons == (f"run {later.id} was saved after it; undo that one first",)
    assert (await completeness(domain, actor))[0] is ScoreState.PENDING


@pytest.mark.parametrize("undo_is_first", [True, False])
async def test_a_run_that_is_saved_again_while_it_is_undone_ends_as_the_second_one_wants(
    undo_is_first: bool, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await saved_profiling(domain, actor)
    undo, save = domain.approvals.undo(actor, run.id), domain.approvals.approve(actor, run.id)

    if undo_is_first:
        _, last = await one_behind_the_other(sql, [undo, save], LAST_STEP)
    else:
        gate = "SELECT 1 FROM approval WHERE run_id = $1 FOR UPDATE"
        _, last = await one_behind_the_other(sql, [save, undo], gate, run.id)

    assert isinstance(last, ApprovalResult | UndoResult)
    assert last.approval.status is (ApprovalStatus.APPROVED if undo_is_first else ApprovalStatus.PENDING)
    expected = ScoreState.PENDING if undo_is_first else ScoreState.SCORED
    assert (await completeness(domain, actor))[0] is expected


async def test_an_assessment_behind_an_undo_builds_on_what_was_restored(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await saved_profiling(domain, actor)
    _, storing = await store(domain, actor, rules[CARD], age=timedelta())

    undone, _ = await one_behind_the_other(sql, [domain.approvals.undo(actor, run.id), storing], LAST_STEP)

    assert isinstance(undone, UndoResult)
    assert await completeness(domain, actor) == (ScoreState.SCORED, "0.5")
    (violation,) = await violations_in(domain, actor, CARD)
    assert (violation.status, violation.occurrences) == (ViolationStatus.OPEN, 2)


async def test_an_undo_behind_a_newer_assessment_is_refused(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await saved_profiling(domain, actor)
    assessment, storing = await store(domain, actor, rules[CARD], age=timedelta())
    works = [storing, domain.approvals.undo(actor, run.id)]

    _, refused = await one_behind_the_other(sql, works, LAST_STEP_OF_RUN, assessment.id)

    assert isinstance(refused, SaveBuiltUpon)
    assert refused.reasons == (f"{CARD} was assessed since",)
    assert await completeness(domain, actor) == (ScoreState.SCORED, "0.5")


async def test_an_undo_behind_an_assessment_that_read_before_the_save_shows_its_score(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await saved_profiling(domain, actor)
    assessment, storing = await store(domain, actor, rules[CARD], age=HOUR / 2)
    works = [storing, domain.approvals.undo(actor, run.id)]

    _, undone = await one_behind_the_other(sql, works, LAST_STEP_OF_RUN, assessment.id)

    assert isinstance(undone, UndoResult)
    assert undone.undone == Undone(0, 1, 1)
    assert await completeness(domain, actor) == (ScoreState.SCORED, "0.5")


async def test_a_decision_that_comes_first_counts_in_the_save(
    domain: Domain, actor: Actor, enrichment: WorkflowRun, sql: asyncpg.Connection
) -> None:
    decision = await rejection(domain, actor, enrichment)

    _, saved = await one_behind_the_other(sql, [decision, domain.approvals.approve(actor, enrichment.id)], LAST_STEP)

    assert isinstance(saved, ApprovalResult)
    assert saved.approval.applied == 0
    assert await outcomes(domain, actor, enrichment) == [ChangeOutcome.REJECTED]


async def test_a_decision_behind_the_save_is_refused(
    domain: Domain, actor: Actor, enrichment: WorkflowRun, sql: asyncpg.Connection
) -> None:
    decision = await rejection(domain, actor, enrichment)

    _, refused = await one_behind_the_other(sql, [domain.approvals.approve(actor, enrichment.id), decision], LAST_STEP)

    assert isinstance(refused, ApprovalAlreadyDecided)
    assert await outcomes(domain, actor, enrichment) == [ChangeOutcome.APPLIED]


async def rejection(domain: Domain, actor: Actor, run: WorkflowRun) -> Coroutine[object, object, object]:
    page = await domain.read.runs.changes(actor.tenant, run.id, (), PageRequest())
    rejected = [ChangeDecision(change.id, Decision.REJECTED) for _, change in page.items]
    return domain.approvals.decide_changes(actor, run.id, rejected)


async def outcomes(domain: Domain, actor: Actor, run: WorkflowRun) -> list[ChangeOutcome | None]:
    page = await domain.read.runs.changes(actor.tenant, run.id, (), PageRequest())
    return [change.outcome for _, change in page.items]


async def test_saves_of_a_schema_and_ingestions_of_it_never_lock_each_other_out(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    """Every other ingestion finds a table gone, so that all that both touch is written by both."""
    names = [table.name for table in TABLES]
    for number in range(ROUNDS):
        columns = [table.child(column) for table in TABLES for column in ("id", "amount")]
        known = await domain.read.assets.by_fqns(actor.tenant, columns)
        suggestions = [described(fqn, f"Words of round {number}.") for fqn in columns]
        versions = {fqn: asset.version for fqn, asset in known.items()}
        enrichment = await enriched_run(domain, actor, PUBLIC.child(names[0]), suggestions, versions)
        profiling = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
        found = found_schema(PUBLIC, *names[: 1 + number % 2], observed_at=domain.clock())

        await asyncio.gather(
            domain.approvals.approve(actor, enrichment.id),
            domain.approvals.approve(actor, profiling.id),
            store_schemas(domain, actor, "bank", [found]),
            assess(domain, actor, CARD, executed(rules[CARD], domain.clock(), failed=10)),
        )

    saved = await domain.read.runs.page(actor.tenant, PUBLIC, RunFilter(types=(RunType.PROFILING,)), PageRequest())
    approvals = await domain.read.runs.approvals(actor.tenant, [run.id for _, run in saved.items])
    assert [one.status for one in approvals.values()] == [ApprovalStatus.APPROVED] * ROUNDS
