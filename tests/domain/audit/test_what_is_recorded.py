"""An audit event of a decision says what it was before and what it is now."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import Severity
from domain.runs.decisions import ChangeDecision, ChangePredicate
from domain.runs.model import Decision
from domain.violations.model import ViolationStatus, ViolationUpdate
from tests.domain.tenancy.house import build
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.factories.violations import violations_in

pytestmark = pytest.mark.db


Side = Mapping[str, Any] | None  # an audit event shows any resource


async def newest(domain: Domain, actor: Actor, action: str) -> tuple[Side, Side]:
    page = await domain.read.audit.page(actor.tenant, None, None, PageRequest())
    event = next(one for _, one in page.items if one.action == action)
    return event.before, event.after


async def test_a_decision_about_a_change_is_recorded_with_the_value_that_it_replaced(
    domain: Domain, actor: Actor
) -> None:
    house = await build(domain, actor)
    run = house.outdated
    change = (await domain.read.runs.changes(actor.tenant, run, (), PageRequest())).items[0][1]

    await domain.approvals.decide_changes(actor, run, [ChangeDecision(change.id, Decision.ACCEPTED, "Our own words.")])

    assert await newest(domain, actor, "decide") == (
        {str(change.id): {"decision": "UNDECIDED", "value": change.after}},
        {str(change.id): {"decision": "ACCEPTED", "value": "Our own words."}},
    )


async def test_a_decision_about_many_changes_is_recorded_with_its_conditions(domain: Domain, actor: Actor) -> None:
    house = await build(domain, actor)
    total = len((await domain.read.runs.changes(actor.tenant, house.outdated, (), PageRequest())).items)
    predicate = ChangePredicate(min_confidence=0.0, scope=CARD, overwrites_human=False)

    changed = await domain.approvals.decide_matching(actor, house.outdated, predicate, Decision.ACCEPTED)

    assert changed == total
    assert await newest(domain, actor, "decide") == (
        {"UNDECIDED": total},
        {
            "ACCEPTED": total,
            "changed": total,
            "where": {"min_confidence": 0.0, "scope": str(CARD), "overwrites_human": False},
        },
    )


async def test_an_update_of_a_violation_is_recorded_with_all_that_was_asked_for(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, domain.clock())
    violation = (await violations_in(domain, actor, CARD))[0]
    change = ViolationUpdate(status=ViolationStatus.ACKNOWLEDGED, assignee="bob", severity=Severity.LOW)

    await domain.violations.update(actor, [violation.id], change)

    assert await newest(domain, actor, "update") == (
        {"status": "OPEN", "resolution": None, "severity": violation.severity, "assignee": None},
        {"status": "ACKNOWLEDGED", "resolution": None, "severity": "LOW", "assignee": "bob"},
    )
