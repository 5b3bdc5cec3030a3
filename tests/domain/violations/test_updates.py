"""What people and rules do to violations, one or many at a time."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.db.uow import UnitsOfWork
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor, Permission
from domain.rules.model import RuleId, RuleState, Severity
from domain.runs.model import RunType
from domain.violations.filters import ViolationFilter
from domain.violations.findings import apply_findings
from domain.violations.model import Finding, Resolution, Violation, ViolationId, ViolationStatus, ViolationUpdate
from tests.factories.rules import assess, executed
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, ruled_bank
from tests.factories.violations import import_violation, violations_in
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

AMOUNT = Fqn.parse("bank.main.public.card.amount")
ACKNOWLEDGE = ViolationUpdate(ViolationStatus.ACKNOWLEDGED, assignee="ada", notes="I look into it.")


async def imported(sql: asyncpg.Connection, actor: Actor, **row: ViolationStatus) -> ViolationId:
    return ViolationId(await import_violation(sql, actor.tenant, AMOUNT, **row))  # type: ignore[arg-type]  # only a status


async def test_a_bulk_update_gives_each_violation_its_own_result(
    domain: Domain, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    ids = [
        await imported(sql, actor),
        await imported(sql, actor, status=ViolationStatus.RESOLVED),
        ViolationId(new_id()),
        await imported(sql, stranger),
        await imported(sql, actor),
    ]

    results = await domain.violations.update(actor, ids, ACKNOWLEDGE)

    assert [result.id for result in results] == ids
    assert [type(result.error) for result in results] == [type(None), Conflict, NotFound, NotFound, type(None)]
    assert "is RESOLVED and cannot become ACKNOWLEDGED" in str(results[1].error)
    found = results[0].violation
    assert found is not None
    assert (found.status, found.assignee, found.notes) == (ViolationStatus.ACKNOWLEDGED, "ada", "I look into it.")
    assert await sql.fetchval("SELECT payload ->> 'updated' FROM domain_event") == "2"
    assert await sql.fetchval("SELECT count(*) FROM audit_event") == 2


async def test_an_update_that_changes_nothing_tells_nothing(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await domain.violations.update(actor, [ViolationId(new_id())], ACKNOWLEDGE)

    assert await sql.fetchval("SELECT count(*) FROM domain_event") == 0


async def test_a_bulk_update_names_1_to_1000_violations(domain: Domain, actor: Actor) -> None:
    for count in (0, 1001):
        with pytest.raises(Invalid, match="1 to 1,000 violations"):
            await domain.violations.update(actor, [ViolationId(new_id()) for _ in range(count)], ACKNOWLEDGE)


async def test_a_viewer_changes_nothing(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    violation_id = await imported(sql, actor)
    viewer = Actor(actor.tenant, "vic", permissions=frozenset({Permission.READ}))

    with pytest.raises(Forbidden, match="the right WRITE"):
        await domain.violations.update(viewer, [violation_id], ACKNOWLEDGE)

    (violation,) = await violations_in(domain, actor, AMOUNT)
    assert violation.status is ViolationStatus.OPEN


@pytest.mark.parametrize(
    ("status", "resolution", "notes", "field"),
    [
        (ViolationStatus.RESOLVED, None, None, "resolution"),
        (ViolationStatus.RESOLVED, Resolution.SUPERSEDED_BY_APPROVAL, None, "resolution"),
        (ViolationStatus.OPEN, Resolution.FIXED_IN_DATA, None, "resolution"),
        (None, None, "n" * 1001, "notes"),
        (None, None, None, "status"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    status: ViolationStatus | None, resolution: Resolution | None, notes: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ViolationUpdate(status, resolution, notes=notes)

    assert refused.value.problems[0].path == field


def test_notes_and_names_may_fill_their_length_and_no_more() -> None:
    assert ViolationUpdate(notes="n" * 1000, assignee="a" * 200).notes == "n" * 1000
    with pytest.raises(Invalid, match="at most 200 characters"):
        ViolationUpdate(assignee="a" * 201)


async def test_empty_text_takes_notes_and_assignee_away(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    violation_id = await imported(sql, actor)
    await domain.violations.update(actor, [violation_id], ACKNOWLEDGE)

    (result,) = await domain.violations.update(actor, [violation_id], ViolationUpdate(assignee="", notes=""))

    assert result.violation
    assert (result.violation.assignee, result.violation.notes) == (None, None)
    assert result.violation.status is ViolationStatus.ACKNOWLEDGED


async def test_one_decision_reaches_all_that_match_and_allow_it(
    domain: Domain, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    for status in (ViolationStatus.OPEN, ViolationStatus.OPEN, ViolationStatus.RESOLVED):
        await imported(sql, actor, status=status)
    await import_violation(sql, actor.tenant, Fqn.parse("bank.main.public.cardtransaction"))
    await imported(sql, stranger)

    changed = await domain.violations.update_matching(
        actor, CARD, ViolationFilter(dimension=("completeness",)), ACKNOWLEDGE
    )

    assert changed == 2
    rows = await sql.fetch("SELECT status, assignee, count(*) AS n FROM violation GROUP BY 1, 2 ORDER BY 1")
    assert [tuple(row) for row in rows] == [("ACKNOWLEDGED", "ada", 2), ("OPEN", None, 2), ("RESOLVED", None, 1)]
    assert await sql.fetchval("SELECT payload ->> 'updated' FROM domain_event") == "2"
    assert await sql.fetchval("SELECT after ->> 'violations' FROM audit_event") == "2"
    assert await sql.fetchval("SELECT count(*) FROM violation_history WHERE kind = 'ACKNOWLEDGED'") == 2


async def test_a_decision_that_matches_nothing_tells_nothing(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    assert await domain.violations.update_matching(actor, CARD, ViolationFilter(), ACKNOWLEDGE) == 0

    assert await sql.fetchval("SELECT (SELECT count(*) FROM domain_event) + (SELECT count(*) FROM audit_event)") == 0


async def test_a_viewer_decides_on_no_scope(domain: Domain, actor: Actor) -> None:
    viewer = Actor(actor.tenant, "vic", permissions=frozenset({Permission.READ}))

    with pytest.raises(Forbidden, match="the right WRITE"):
        await domain.violations.update_matching(viewer, CARD, ViolationFilter(), ACKNOWLEDGE)


async def test_a_severity_that_a_person_gave_stays_until_the_rule_changes(
    unit_of_work: UnitsOfWork, domain: Domain, actor: Actor
) -> None:
    rule = RuleId(new_id())

    async def fail(version: int, hours: int) -> Violation:
        at = NOON + timedelta(hours=hours)
        finding = Finding(
            check=str(rule),
            asset=AMOUNT,
            metric="complete_values",
            dimension="completeness",
            passed=False,
            observed_at=at,
            severity=Severity.LOW,
            details={},
            rule_id=rule,
            rule_version=version,
        )
        async with unit_of_work(actor) as uow:
            await apply_findings(uow, [finding], new_id())
        (found,) = await violations_in(domain, actor, AMOUNT)
        return found

    opened = await fail(1, 0)
    await domain.violations.update(actor, [opened.id], ViolationUpdate(severity=Severity.CRITICAL))
    again, changed = await fail(1, 1), await fail(2, 2)

    assert (again.severity, again.severity_by) == (Severity.CRITICAL, "ada")
    assert (changed.severity, changed.severity_by) == (Severity.LOW, None)


async def test_a_failure_opens_counts_and_a_pass_resolves(domain: Domain, actor: Actor) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    await assess(domain, actor, CARD, executed(rule, NOON, failed=1))
    (opened,) = await violations_in(domain, actor, CARD)
    await assess(domain, actor, CARD, executed(rule, NOON + timedelta(hours=1), failed=2))
    (counted,) = await violations_in(domain, actor, CARD)
    await assess(domain, actor, CARD, executed(rule, NOON + timedelta(hours=2)))
    (resolved,) = await violations_in(domain, actor, CARD)

    assert (opened.asset, opened.status, opened.severity) == (AMOUNT, ViolationStatus.OPEN, Severity.HIGH)
    assert (opened.metric, opened.dimension, opened.rule_id) == ("complete_values", "completeness", rule.id)
    assert (opened.details["evaluated"], opened.details["failed"]) == (100, 1)
    assert (counted.id, counted.occurrences, counted.details["failed"]) == (opened.id, 2, 2)
    assert (counted.opened_at, counted.last_seen_at) == (NOON, NOON + timedelta(hours=1))
    assert (resolved.id, resolved.resolution) == (opened.id, Resolution.PASSED_ON_REASSESSMENT)


async def test_a_pass_resolves_all_imported_duplicates_too(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    for _ in range(3):
        await import_violation(sql, actor.tenant, AMOUNT, check=str(rule.id))

    await assess(domain, actor, CARD, executed(rule, NOON))

    found = await violations_in(domain, actor, CARD)
    assert [violation.status for violation in found] == [ViolationStatus.RESOLVED] * 3


async def test_retiring_a_rule_resolves_what_it_found_and_nothing_else(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    for table, rule in rules.items():
        await assess(domain, actor, table, executed(rule, NOON, failed=1))

    await domain.rule_states.change(actor, [rules[CARD].id], RuleState.RETIRED)

    (retired,) = await violations_in(domain, actor, CARD)
    (other,) = await violations_in(domain, actor, CARD_TRANSACTION)
    assert (retired.status, retired.resolution) == (ViolationStatus.RESOLVED, Resolution.RULE_RETIRED)
    assert other.status is ViolationStatus.OPEN


async def test_rules_change_their_states_all_together_or_not_at_all(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    retired, active = rules[CARD].id, rules[CARD_TRANSACTION].id
    await domain.rule_states.change(actor, [retired], RuleState.RETIRED)

    with pytest.raises(Conflict, match="is RETIRED and cannot become PAUSED"):
        await domain.rule_states.change(actor, [active, retired], RuleState.PAUSED)
    with pytest.raises(Conflict, match="cannot become DRAFT"):
        await domain.rule_states.change(actor, [active], RuleState.DRAFT)

    assert (await domain.read.rules.by_ids(actor.tenant, [active]))[active].state is RuleState.ACTIVE


async def test_a_result_of_a_rule_that_is_no_longer_active_is_dropped(domain: Domain, actor: Actor) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    await domain.rule_states.change(actor, [rule.id], RuleState.PAUSED)

    await assess(domain, actor, CARD, executed(rule, NOON, failed=1))

    assert await violations_in(domain, actor, CARD) == []


async def test_a_violation_that_a_person_reopened_is_no_longer_counted_as_closed_by_the_save(
    domain: Domain, actor: Actor
) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    await assess(domain, actor, CARD, executed(rule, NOON, failed=1))
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    closed = ViolationFilter(resolved_by_run=UUID(str(run.id)))
    assert await domain.read.violations.count(actor.tenant, None, closed) == 1
    (violation,) = await violations_in(domain, actor, CARD)

    await domain.violations.update(actor, [violation.id], ViolationUpdate(ViolationStatus.OPEN))

    assert await domain.read.violations.count(actor.tenant, None, closed) == 0
