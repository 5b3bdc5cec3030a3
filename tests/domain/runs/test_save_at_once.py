"""A Save beside another Save, and beside an assessment that is storing its result, on real connections."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import ScoreState
from domain.rules.model import DqRule, RuleState
from domain.runs.model import RunType, WorkflowRun
from domain.violations.model import Resolution, ViolationStatus
from tests.factories.rules import executed
from tests.factories.runs import completed_run, request_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.factories.violations import violations_in
from tests.waiting import until_waiting_for_a_lock

pytestmark = pytest.mark.db

AMOUNT = CARD.child("amount")


@pytest.fixture
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    return await ruled_bank(domain, actor)


async def started_assessment(domain: Domain, actor: Actor, run_type: RunType = RunType.DQ_ASSESSMENT) -> WorkflowRun:
    run = await request_run(domain, actor, run_type, CARD)
    await domain.items.open_items(actor, run.id)
    return run


async def store(domain: Domain, actor: Actor, run: WorkflowRun, rule: DqRule, at: datetime) -> None:
    """The rule failed in 10 of 100 rows that were read at this time."""
    await domain.assessments.finish_executed(
        actor, run.id, CARD, [executed(rule, at, failed=10)], scored=run.type is RunType.DQ_ASSESSMENT
    )


async def completeness(domain: Domain, actor: Actor) -> ScoreState:
    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)
    return next(line.line.state for line in card.dimensions if line.dimension.name == "completeness")


async def test_ten_saves_at_once_give_one_result(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    await assess_all(domain, actor, rules, domain.clock())
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    results = await asyncio.gather(*(domain.approvals.approve(actor, run.id) for _ in range(10)))

    assert all(result == results[0] for result in results)
    assert results[0].approval.version == 2
    assert await sql.fetchval("SELECT count(*) FROM metric_snapshot WHERE denominator = 0") == 1
    assert await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'run.approved'") == 1


async def test_a_violation_that_is_inserted_but_not_committed_is_resolved(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    assessment = await started_assessment(domain, actor)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    observed_at = domain.clock()

    async with sql.transaction():
        await sql.execute("SELECT 1 FROM workflow_run WHERE id = $1 FOR UPDATE", assessment.id)
        storing = asyncio.create_task(store(domain, actor, assessment, rules[CARD], observed_at))
        await until_waiting_for_a_lock(sql, 1)
        saving = asyncio.create_task(domain.approvals.approve(actor, run.id))
        await until_waiting_for_a_lock(sql, 2)
    await storing

    approval = (await saving).approval
    assert (approval.invalidated_cells, approval.resolved_violations) == (1, 1)
    (violation,) = await violations_in(domain, actor, CARD)
    assert violation.resolution is Resolution.SUPERSEDED_BY_APPROVAL
    assert await completeness(domain, actor) is ScoreState.PENDING


@pytest.mark.parametrize("run_type", [RunType.DQ_ASSESSMENT, RunType.DQ_EXECUTION])
async def test_a_reading_from_before_a_save_neither_hides_the_tombstone_nor_reopens(
    run_type: RunType, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    """The assessment has read its data, the Save is in its last step: the assessment waits and sees."""
    await assess_all(domain, actor, rules, domain.clock())
    (violation,) = await violations_in(domain, actor, CARD)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    assessment = await started_assessment(domain, actor, run_type)
    observed_at = domain.clock()

    async with sql.transaction():
        await sql.execute("SELECT 1 FROM violation WHERE id = $1 FOR UPDATE", violation.id)
        saving = asyncio.create_task(domain.approvals.approve(actor, run.id))
        await until_waiting_for_a_lock(sql, 1)
        storing = asyncio.create_task(store(domain, actor, assessment, rules[CARD], observed_at))
        await until_waiting_for_a_lock(sql, 2)
    await asyncio.gather(saving, storing)

    (found,) = await violations_in(domain, actor, CARD)
    assert (found.status, found.occurrences) == (ViolationStatus.RESOLVED, 1)
    assert await completeness(domain, actor) is ScoreState.PENDING


async def test_a_reading_from_before_a_save_stays_outdated_after_a_newer_assessment(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    await assess_all(domain, actor, rules, domain.clock())
    old_reading = domain.clock()
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    await assess_all(domain, actor, rules, domain.clock(), failed=0)

    await store(domain, actor, await started_assessment(domain, actor), rules[CARD], old_reading)

    (violation,) = await violations_in(domain, actor, CARD)
    assert violation.resolution is Resolution.SUPERSEDED_BY_APPROVAL
    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)
    assert card.value == 1


async def test_a_reading_from_after_a_save_scores_and_reopens_the_same_violation(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    await assess_all(domain, actor, rules, domain.clock())
    (before,) = await violations_in(domain, actor, CARD)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)

    later = domain.clock() + timedelta(seconds=1)
    await store(domain, actor, await started_assessment(domain, actor), rules[CARD], later)

    (after,) = await violations_in(domain, actor, CARD)
    assert (after.id, after.status, after.occurrences) == (before.id, ViolationStatus.OPEN, 2)
    later_card = await domain.read.scorecards.scorecard(actor.tenant, CARD, later)
    assert str(later_card.value) == "0.9"


async def test_a_rule_that_is_retired_while_its_result_is_stored_leaves_no_open_violation(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    assessment = await started_assessment(domain, actor)

    async with sql.transaction():
        await sql.execute("SELECT 1 FROM workflow_run WHERE id = $1 FOR UPDATE", assessment.id)
        storing = asyncio.create_task(store(domain, actor, assessment, rules[CARD], domain.clock()))
        await until_waiting_for_a_lock(sql, 1)
        retiring = asyncio.create_task(domain.rule_states.change(actor, [rules[CARD].id], RuleState.RETIRED))
        await until_waiting_for_a_lock(sql, 2)
    await asyncio.gather(storing, retiring)

    (violation,) = await violations_in(domain, actor, AMOUNT)
    assert violation.resolution is Resolution.RULE_RETIRED
