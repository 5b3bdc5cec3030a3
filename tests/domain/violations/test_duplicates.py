"""Violations that came in by import may be several for one check and asset: together they are one problem."""

from datetime import timedelta

import asyncpg
import pytest

from domain.db.uow import UnitsOfWork
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.rules.model import RuleId, Severity
from domain.violations.findings import Applied, apply_findings
from domain.violations.model import Finding, ViolationId, ViolationStatus
from domain.violations.repository import ViolationRepository
from tests.factories.violations import import_violation
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

AMOUNT = Fqn.parse("bank.main.public.card.amount")
RULE, RUN = RuleId(new_id()), new_id()
OPEN, RESOLVED, DISMISSED = ViolationStatus.OPEN, ViolationStatus.RESOLVED, ViolationStatus.FALSE_POSITIVE


async def find(
    unit_of_work: UnitsOfWork, actor: Actor, *, hours: int = 0, passed: bool = False, version: int = 1
) -> Applied:
    finding = Finding(
        str(RULE), AMOUNT, "complete_values", "completeness", passed, NOON + timedelta(hours=hours), Severity.LOW, {},
        RULE, version,
    )  # fmt: skip
    async with unit_of_work(actor) as uow:
        return await apply_findings(uow, [finding], RUN)


async def imported(sql: asyncpg.Connection, actor: Actor, *statuses: ViolationStatus) -> list[ViolationId]:
    return [
        ViolationId(await import_violation(sql, actor.tenant, AMOUNT, check=str(RULE), status=status, opened_at=NOON))
        for status in statuses
    ]


async def statuses_of(sql: asyncpg.Connection) -> list[str]:
    return [row["status"] for row in await sql.fetch("SELECT status FROM violation ORDER BY status")]


async def test_a_dismissed_duplicate_keeps_the_others_closed_until_the_rule_changes(
    unit_of_work: UnitsOfWork, actor: Actor, sql: asyncpg.Connection
) -> None:
    await imported(sql, actor, DISMISSED, RESOLVED)

    await find(unit_of_work, actor, hours=1)
    await find(unit_of_work, actor, hours=2)
    assert await statuses_of(sql) == [DISMISSED, RESOLVED]

    assert await find(unit_of_work, actor, hours=3, version=2) == Applied(opened=1)
    assert (await statuses_of(sql)).count(OPEN) == 1


async def test_a_pass_resolves_those_that_had_failed_by_then_and_no_other(
    unit_of_work: UnitsOfWork, actor: Actor, sql: asyncpg.Connection
) -> None:
    early, late = await imported(sql, actor, OPEN, OPEN)
    await sql.execute("UPDATE violation SET last_seen_at = $2 WHERE id = $1", late, NOON + timedelta(hours=2))

    assert await find(unit_of_work, actor, hours=1, passed=True) == Applied(resolved=1)

    assert await sql.fetchval("SELECT id FROM violation WHERE status = 'RESOLVED'") == early


async def test_a_failure_is_counted_once_and_on_one_that_is_current(
    unit_of_work: UnitsOfWork, actor: Actor, sql: asyncpg.Connection
) -> None:
    current, _, _ = await imported(sql, actor, OPEN, RESOLVED, RESOLVED)

    assert await find(unit_of_work, actor, hours=1) == Applied(recurred=1)

    assert await sql.fetchval("SELECT id FROM violation WHERE occurrences = 2") == current
    assert await statuses_of(sql) == [OPEN, RESOLVED, RESOLVED]


async def test_a_failure_that_was_read_earlier_counts_and_overwrites_nothing(
    unit_of_work: UnitsOfWork, actor: Actor, sql: asyncpg.Connection
) -> None:
    await find(unit_of_work, actor, hours=2, version=2)

    assert await find(unit_of_work, actor, hours=1, version=1) == Applied(recurred=1)

    row = await sql.fetchrow("SELECT occurrences, rule_version, last_seen_at FROM violation")
    assert tuple(row) == (2, 2, NOON + timedelta(hours=2))


@pytest.mark.parametrize("closing", ["superseded", "retired"])
async def test_every_way_of_closing_closes_all_of_them(
    closing: str, unit_of_work: UnitsOfWork, actor: Actor, sql: asyncpg.Connection
) -> None:
    await imported(sql, actor, OPEN, OPEN, OPEN, DISMISSED)

    async with unit_of_work(actor) as uow:
        repository = ViolationRepository(uow)
        resolved = (
            await repository.resolve_superseded(["complete_values"], [AMOUNT], RUN)
            if closing == "superseded"
            else await repository.resolve_retired([RULE])
        )

    assert resolved == 3
    assert await statuses_of(sql) == [DISMISSED, RESOLVED, RESOLVED, RESOLVED]
