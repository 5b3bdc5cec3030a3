"""The history of a violation: every occurrence and every change, with who, when and why."""

from datetime import timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import RuleState, Severity
from domain.runs.model import RunType
from domain.violations.history import HistoryEntry, HistoryKind
from domain.violations.model import Resolution, ViolationId, ViolationStatus, ViolationUpdate
from tests.factories.rules import assess, executed
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.factories.violations import import_violation, violations_in
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    return timed_domain


async def history(domain: Domain, actor: Actor, violation: ViolationId) -> list[HistoryEntry]:
    """The oldest first."""
    page = await domain.read.violations.history(actor.tenant, violation, PageRequest(first=100))
    return [entry for _, entry in reversed(page.items)]


async def test_occurrences_say_when_in_which_run_and_how_many_rows(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    for failed in (3, 5, 0, 1):
        await assess(domain, actor, CARD, executed(rule, clock.advance(hours=1), failed=failed))
    (violation,) = await violations_in(domain, actor, CARD)

    entries = await history(domain, actor, violation.id)

    hours = [clock() - timedelta(hours=back) for back in (3, 2, 1, 0)]
    assert [(entry.kind, entry.observed_at, entry.evaluated, entry.failed) for entry in entries] == [
        (HistoryKind.OPENED, hours[0], 100, 3),
        (HistoryKind.RECURRED, hours[1], 100, 5),
        (HistoryKind.RESOLVED, hours[2], 100, 0),
        (HistoryKind.REOPENED, hours[3], 100, 1),
    ]
    assert [entry.resolution for entry in entries] == [None, None, Resolution.PASSED_ON_REASSESSMENT, None]
    assert len({entry.run_id for entry in entries} - {None}) == 4


async def test_what_people_decide_is_told_with_who_and_why(domain: Domain, actor: Actor, clock: HandClock) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, clock())
    (violation,) = await violations_in(domain, actor, CARD)
    decisions = [
        ViolationUpdate(ViolationStatus.ACKNOWLEDGED, assignee="bob", notes="On it."),
        ViolationUpdate(severity=Severity.CRITICAL),
        ViolationUpdate(ViolationStatus.RESOLVED, Resolution.ACCEPTED_RISK),
        ViolationUpdate(ViolationStatus.OPEN, assignee=""),
        ViolationUpdate(ViolationStatus.FALSE_POSITIVE),
    ]
    for decision in decisions:
        clock.advance(minutes=1)
        await domain.violations.update(actor, [violation.id], decision)

    entries = (await history(domain, actor, violation.id))[1:]

    assert [(entry.kind, entry.resolution, entry.severity, entry.assignee, entry.notes) for entry in entries] == [
        (HistoryKind.ACKNOWLEDGED, None, None, "bob", "On it."),
        (HistoryKind.EDITED, None, Severity.CRITICAL, None, None),
        (HistoryKind.RESOLVED, Resolution.ACCEPTED_RISK, None, None, None),
        (HistoryKind.REOPENED, None, None, "", None),
        (HistoryKind.DISMISSED, Resolution.FALSE_POSITIVE, None, None, None),
    ]
    assert {entry.actor for entry in entries} == {"ada"}
    assert [entry.at for entry in entries] == [clock() - timedelta(minutes=back) for back in (4, 3, 2, 1, 0)]


async def test_what_closes_many_at_once_is_in_the_history_of_each(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    rule = (await ruled_bank(domain, actor))[CARD]
    ids = [ViolationId(await import_violation(sql, actor.tenant, CARD, check=str(rule.id))) for _ in range(2)]
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    await domain.violations.update(actor, ids, ViolationUpdate(ViolationStatus.OPEN))
    await domain.rule_states.change(actor, [rule.id], RuleState.RETIRED)

    for violation_id in ids:
        entries = await history(domain, actor, violation_id)
        assert [(entry.kind, entry.resolution, entry.run_id) for entry in entries] == [
            (HistoryKind.RESOLVED, Resolution.SUPERSEDED_BY_APPROVAL, run.id),
            (HistoryKind.REOPENED, None, None),
            (HistoryKind.RESOLVED, Resolution.RULE_RETIRED, None),
        ]
