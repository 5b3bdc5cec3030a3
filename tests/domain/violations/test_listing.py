"""Lists of violations: which, in which order, page after page."""

from datetime import timedelta

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.filters import ViolationFilter
from domain.violations.model import Resolution, Violation, ViolationStatus
from domain.violations.ordering import ViolationOrder, ViolationOrderField
from tests.domain.db.test_scope import generated
from tests.factories.violations import import_violation
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

CARD = Fqn.parse("bank.main.public.card")
RANK = [Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]
FORGED = ["", "nonsense", "severity~high~7"] + [
    f"{order}~{value}~01a20000-0000-7000-8000-000000000000"
    for order, value in (("occurrences", 2**31), ("occurrences", -1), ("seen", "2026-03-01T12:00"), ("opened", "noon"))
]
SORTED_BY = {
    ViolationOrderField.CREATED: lambda one: one.id,
    ViolationOrderField.OPENED_AT: lambda one: (one.opened_at, one.id),
    ViolationOrderField.LAST_SEEN_AT: lambda one: (one.last_seen_at, one.id),
    ViolationOrderField.SEVERITY: lambda one: (RANK.index(one.severity), one.id),
    ViolationOrderField.OCCURRENCES: lambda one: (one.occurrences, one.id),
}


@pytest.fixture
async def seven(sql: asyncpg.Connection, actor: Actor) -> None:
    """Violations that are equal in many ways and differ in some."""
    for number in range(7):
        row_id = await import_violation(sql, actor.tenant, CARD, opened_at=NOON + timedelta(hours=number * 5 % 3))
        await sql.execute(
            "UPDATE violation SET severity = $2, occurrences = $3, last_seen_at = opened_at + $4 WHERE id = $1",
            row_id,
            RANK[number * 3 % 4],
            number % 2 + 1,
            timedelta(microseconds=number % 3),
        )


async def walk(domain: Domain, actor: Actor, order: ViolationOrder, *, backward: bool) -> list[Violation]:
    """All pages of two, in the order of the list."""
    found: list[Violation] = []
    cursor: str | None = None
    while True:
        request = PageRequest(last=2, before=cursor) if backward else PageRequest(first=2, after=cursor)
        page = await domain.read.violations.page(actor.tenant, CARD, ViolationFilter(), request, order)
        items = [one for _, one in page.items]
        found = items + found if backward else found + items
        if not (page.has_previous if backward else page.has_next):
            return found
        cursor = page.items[0 if backward else -1][0]


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("field", ViolationOrderField)
async def test_an_order_is_total_and_the_same_from_both_ends(
    field: ViolationOrderField, is_descending: bool, domain: Domain, actor: Actor, seven: None
) -> None:
    order = ViolationOrder(field, is_descending)

    forward = await walk(domain, actor, order, backward=False)
    backward = await walk(domain, actor, order, backward=True)

    assert len(forward) == 7
    assert forward == backward == sorted(forward, key=SORTED_BY[field], reverse=is_descending)


async def test_a_cursor_of_another_order_is_refused(domain: Domain, actor: Actor, seven: None) -> None:
    read, orders = domain.read.violations, [ViolationOrder(field) for field in ViolationOrderField]
    cursors = [
        (await read.page(actor.tenant, None, ViolationFilter(), PageRequest(first=1), order)).items[0][0]
        for order in orders
    ]

    for order, own in zip(orders, cursors, strict=True):
        for foreign in {*cursors, *FORGED} - {own}:
            with pytest.raises(Invalid, match="not a cursor of this list") as refused:
                await read.page(actor.tenant, None, ViolationFilter(), PageRequest(before=foreign), order)
            assert refused.value.problems[0].path == "before"


async def test_a_scope_lists_and_counts_exactly_what_the_fqn_covers(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    names = generated(150)
    for name in names:
        await import_violation(sql, actor.tenant, name)

    for scope in names[:: len(names) // 30]:
        inside = [name for name in names if scope.covers(name)]
        page = await domain.read.violations.page(actor.tenant, scope, ViolationFilter(), PageRequest(first=100))

        assert {violation.asset for _, violation in page.items} == set(inside)
        assert await domain.read.violations.count(actor.tenant, scope, ViolationFilter()) == len(inside)


async def test_scopes_whose_keys_collide_stay_apart(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    own = await import_violation(sql, actor.tenant, CARD)
    await import_violation(sql, actor.tenant, Fqn.parse("bank.main.public.cardtransaction"))
    await sql.execute("UPDATE violation SET table_key = (SELECT table_key FROM violation WHERE id = $1)", own)

    page = await domain.read.violations.page(actor.tenant, CARD, ViolationFilter(), PageRequest())

    assert [violation.id for _, violation in page.items] == [own]


async def test_each_condition_keeps_what_it_names(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    rule, run = new_id(), new_id()
    await import_violation(sql, actor.tenant, CARD)
    other = await import_violation(sql, actor.tenant, CARD, metric="keyed", status=ViolationStatus.RESOLVED)
    await sql.execute(
        "UPDATE violation SET severity = 'HIGH', dimension = 'structure', resolution = 'ACCEPTED_RISK', rule_id = $2,"
        " check_key = $2::uuid::text, resolved_by_run = $3, assignee = 'ada', opened_at = $4, last_seen_at = $4"
        " WHERE id = $1",
        other,
        rule,
        run,
        NOON,
    )
    just_before = NOON - timedelta(microseconds=1)

    for wanted in (
        ViolationFilter(status=(ViolationStatus.RESOLVED,)),
        ViolationFilter(status=(ViolationStatus.RESOLVED, ViolationStatus.ACKNOWLEDGED)),
        ViolationFilter(severity=(Severity.HIGH, Severity.CRITICAL)),
        ViolationFilter(dimension=("structure",)),
        ViolationFilter(metric=("keyed",)),
        ViolationFilter(resolution=(Resolution.ACCEPTED_RISK,)),
        ViolationFilter(rule_id=RuleId(rule)),
        ViolationFilter(opened_after=just_before),
        ViolationFilter(seen_after=just_before),
        ViolationFilter(assignee="ada"),
        ViolationFilter(is_assigned=True),
        ViolationFilter(resolved_by_run=run),
    ):
        page = await domain.read.violations.page(actor.tenant, None, wanted, PageRequest())
        assert [violation.id for _, violation in page.items] == [other], wanted

    for wanted in (ViolationFilter(is_assigned=False), ViolationFilter(opened_before=NOON)):
        page = await domain.read.violations.page(actor.tenant, None, wanted, PageRequest())
        assert len(page.items) == 1
        assert page.items[0][1].id != other, wanted
