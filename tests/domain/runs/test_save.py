"""Save, step by step: what is applied, what turns N/A, what is resolved, and what stays as it is."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from domain.bootstrap import Domain
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor, Permission
from domain.metrics.model import ScoreState
from domain.rules.model import DqRule
from domain.runs.model import ApprovalAlreadyDecided, ApprovalStatus, RunId, RunNotApprovable, RunType
from domain.violations.model import Resolution, ViolationStatus, ViolationUpdate
from tests.factories.assets import PUBLIC
from tests.factories.rules import assess, executed
from tests.factories.runs import completed_run, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, assess_metadata, ruled_bank
from tests.factories.violations import import_violation, violations_in
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

AMOUNT = CARD.child("amount")


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


@pytest.fixture
async def rules(domain: Domain, actor: Actor, clock: HandClock) -> Mapping[Fqn, DqRule]:
    """The bank was assessed an hour before."""
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, clock() - timedelta(hours=1))
    await assess_metadata(domain, actor, CARD, clock() - timedelta(hours=1), is_described=False)
    return rules


async def states(domain: Domain, actor: Actor, scope: Fqn) -> dict[str, tuple[ScoreState, object]]:
    card = await domain.read.scorecards.scorecard(actor.tenant, scope)
    return {line.dimension.name: (line.line.state, line.line.score.value) for line in card.dimensions}


async def everything(sql: asyncpg.Connection) -> list[object]:
    """All that a Save could change."""
    tables = ("asset", "asset_version", "approval", "audit_event", "domain_event", "dq_rule", "metric_snapshot")
    ordered = [
        f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} AS t" for name in (*tables, "violation")
    ]
    return [await sql.fetchval(statement) for statement in ordered]


async def test_a_save_hides_the_scores_of_its_scope_and_resolves_its_violations(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    result = await domain.approvals.approve(actor, run.id, "Looks right.")

    approval = result.approval
    assert (approval.status, approval.decided_by, approval.notes) == (ApprovalStatus.APPROVED, "ada", "Looks right.")
    assert (approval.invalidated_cells, approval.resolved_violations, approval.version) == (1, 1, 2)
    assert (await states(domain, actor, CARD))["completeness"] == (ScoreState.PENDING, None)
    (violation,) = await violations_in(domain, actor, AMOUNT)
    assert (violation.status, violation.resolution) == (ViolationStatus.RESOLVED, Resolution.SUPERSEDED_BY_APPROVAL)
    assert (violation.resolved_at, violation.resolved_by) == (domain.clock(), "ada")


async def test_a_sibling_with_the_same_prefix_is_untouched(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    await domain.approvals.approve(actor, run.id)

    state, score = (await states(domain, actor, CARD_TRANSACTION))["completeness"]
    assert (state, str(score)) == (ScoreState.SCORED, "0.9")
    (violation,) = await violations_in(domain, actor, CARD_TRANSACTION)
    assert violation.status is ViolationStatus.OPEN


async def test_a_schema_as_target_covers_all_its_tables(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.invalidated_cells, approval.resolved_violations) == (2, 2)


@pytest.mark.parametrize(
    ("run_type", "hidden", "kept"),
    [
        (RunType.PROFILING, "completeness", "documentation"),
        (RunType.DQ_RULE_GENERATION, "completeness", "documentation"),
        (RunType.METADATA_ENRICHMENT, "documentation", "completeness"),
    ],
)
async def test_only_metrics_of_the_assessment_type_that_the_run_invalidates_are_touched(
    run_type: RunType, hidden: str, kept: str, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await completed_run(domain, actor, run_type, CARD)

    await domain.approvals.approve(actor, run.id)

    found = await states(domain, actor, CARD)
    assert found[hidden] == (ScoreState.PENDING, None)
    assert found[kept][0] is ScoreState.SCORED
    open_still = await violations_in(domain, actor, CARD, ViolationStatus.OPEN)
    assert [violation.dimension for violation in open_still] == [kept]


async def test_tombstones_stand_only_on_cells_that_have_a_score(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock, sql: asyncpg.Connection
) -> None:
    for cells in (1, 0):
        run = await completed_run(domain, actor, RunType.PROFILING, CARD)
        assert (await domain.approvals.approve(actor, run.id)).approval.invalidated_cells == cells
        clock.advance(minutes=1)

    tombstones = await sql.fetch("SELECT metric, asset_fqn, numerator FROM metric_snapshot WHERE denominator = 0")
    assert [tuple(row) for row in tombstones] == [("complete_values", str(AMOUNT), 0)]


async def test_all_open_violations_are_resolved_and_not_only_the_newest(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    for number in range(5):
        await import_violation(sql, actor.tenant, AMOUNT, check=str(rules[CARD].id))
        await import_violation(sql, actor.tenant, CARD.child(f"c{number}"))
    await import_violation(sql, actor.tenant, CARD_TRANSACTION.child("amount"))
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert approval.resolved_violations == 11
    left = await violations_in(domain, actor, PUBLIC, ViolationStatus.OPEN)
    assert {violation.asset for violation in left} == {CARD, CARD_TRANSACTION.child("amount")}


@pytest.mark.parametrize(
    "status", [ViolationStatus.ACKNOWLEDGED, ViolationStatus.FALSE_POSITIVE, ViolationStatus.RESOLVED]
)
async def test_other_statuses_stay_as_they_are(
    status: ViolationStatus, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    (violation,) = await violations_in(domain, actor, AMOUNT)
    resolution = Resolution.ACCEPTED_RISK if status is ViolationStatus.RESOLVED else None
    await domain.violations.update(actor, [violation.id], ViolationUpdate(status, resolution))
    (before,) = await violations_in(domain, actor, AMOUNT)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    await domain.approvals.approve(actor, run.id)

    assert await violations_in(domain, actor, AMOUNT) == [before]


async def test_a_second_approval_returns_the_first_result_and_changes_nothing(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock, sql: asyncpg.Connection
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    first = await domain.approvals.approve(actor, run.id, "first")
    before = await everything(sql)
    clock.advance(hours=1)

    second = await domain.approvals.approve(actor, run.id, "second")

    assert second == first
    assert await everything(sql) == before


async def test_a_failure_in_the_middle_leaves_nothing_changed(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await sql.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room left'; END $$;"
        "CREATE TRIGGER refuse BEFORE UPDATE ON violation FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    before = await everything(sql)

    with pytest.raises(DBAPIError, match="no room left"):
        await domain.approvals.approve(actor, run.id)

    assert await everything(sql) == before
    await sql.execute("DROP FUNCTION refuse CASCADE")
    assert (await domain.approvals.approve(actor, run.id)).approval.resolved_violations == 1


async def test_the_events_of_a_save_tell_counts_and_scope(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await sql.execute("TRUNCATE domain_event")

    await domain.approvals.approve(actor, run.id)

    rows = await sql.fetch("SELECT type, scopes, payload ->> 'resolved' AS n FROM domain_event ORDER BY position")
    assert [tuple(row) for row in rows] == [
        ("scorecard.changed", [str(CARD)], None),
        ("violations.changed", [str(CARD)], "1"),
        ("run.approved", [str(CARD)], None),
    ]


async def test_a_rejection_applies_and_invalidates_nothing(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    rejected = await domain.approvals.reject(actor, run.id, "Not now.")

    assert (rejected.approval.status, rejected.approval.notes) == (ApprovalStatus.REJECTED, "Not now.")
    assert (await states(domain, actor, CARD))["completeness"][0] is ScoreState.SCORED
    assert await domain.approvals.reject(actor, run.id) == rejected
    with pytest.raises(ApprovalAlreadyDecided, match="was REJECTED by ada"):
        await domain.approvals.approve(actor, run.id)


async def test_an_approved_run_cannot_be_rejected(domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)

    with pytest.raises(ApprovalAlreadyDecided, match="was APPROVED by ada"):
        await domain.approvals.reject(actor, run.id)


async def test_what_cannot_be_decided_is_refused_and_changes_nothing(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    pending = await request_run(domain, actor, RunType.PROFILING, CARD)
    assessment = await completed_run(domain, actor, RunType.DQ_ASSESSMENT, CARD)
    completed = await completed_run(domain, actor, RunType.PROFILING, CARD)
    operator = Actor(actor.tenant, "otto", permissions=frozenset({Permission.RUN}))
    before = await everything(sql)

    with pytest.raises(RunNotApprovable, match="is PENDING; only a COMPLETED run can be approved"):
        await domain.approvals.approve(actor, pending.id)
    with pytest.raises(Conflict, match="takes effect when it finishes"):
        await domain.approvals.approve(actor, assessment.id)
    with pytest.raises(NotFound, match="There is no run"):
        await domain.approvals.approve(actor, RunId(new_id()))
    with pytest.raises(Forbidden, match="otto may not do this"):
        await domain.approvals.approve(operator, completed.id)
    with pytest.raises(Invalid, match="at most 2,000 characters; these have 2,001"):
        await domain.approvals.approve(actor, completed.id, "n" * 2001)

    assert await everything(sql) == before


@pytest.mark.parametrize("scored", [True, False])
async def test_what_was_read_before_a_save_is_stale_also_where_nothing_was_known_before(
    domain: Domain, actor: Actor, clock: HandClock, scored: bool
) -> None:
    rules = await ruled_bank(domain, actor)
    read_at = clock()
    clock.advance(minutes=1)
    run = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.approvals.approve(actor, run.id)
    clock.advance(minutes=1)

    await assess(domain, actor, CARD, executed(rules[CARD], read_at, failed=10), scored=scored)

    known = (ScoreState.PENDING, None) if scored else (ScoreState.NOT_ASSESSED, None)
    assert (await states(domain, actor, CARD))["completeness"] == known
    assert await violations_in(domain, actor, CARD) == []


async def test_a_late_reading_shows_when_the_save_that_hid_it_is_undone(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    read_at = clock()
    clock.advance(minutes=1)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    await assess(domain, actor, CARD, executed(rules[CARD], read_at, failed=10))

    undone = (await domain.approvals.undo(actor, run.id)).undone

    assert undone.cells == 1
    assert (await states(domain, actor, CARD))["completeness"] == (ScoreState.SCORED, Decimal("0.9"))
