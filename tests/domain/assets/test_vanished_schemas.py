"""A schema that its source no longer has: hidden with all below it, out of the scores, without open violations."""

import asyncpg
import pytest

from domain.assets.queries import AssetFilter
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import ScoreState
from domain.pages import PageRequest
from domain.runs.model import RunType
from domain.violations.model import Resolution, ViolationStatus
from tests.factories.assets import PUBLIC, add_tables, found_schema, store_schemas
from tests.factories.rules import assess, executed
from tests.factories.runs import request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank
from tests.factories.violations import import_violation, violations_in
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

MAIN = Fqn.parse("bank.main")
ARCHIVE = MAIN.child("public_archive")


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    return timed_domain


async def forget(domain: Domain, actor: Actor, *present: Fqn) -> int:
    run = await request_run(domain, actor, RunType.SERVICE_INGESTION)
    return await domain.items.forget_schemas(actor, run.id, MAIN, present)


async def live(domain: Domain, actor: Actor) -> set[str]:
    page = await domain.read.assets.page(actor.tenant, None, AssetFilter(), PageRequest(first=100))
    return {str(asset.fqn) for _, asset in page.items}


async def test_a_vanished_schema_is_hidden_with_all_below_it_and_nothing_else(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    await add_tables(domain, actor, "card", schema=ARCHIVE)

    assert (await forget(domain, actor, ARCHIVE), await forget(domain, actor, ARCHIVE)) == (7, 0)

    card = str(ARCHIVE.child("card"))
    assert await live(domain, actor) == {"bank", "bank.main", str(ARCHIVE), card, f"{card}.id", f"{card}.amount"}
    kept = await sql.fetch(
        "SELECT v.version, change FROM asset_version v JOIN asset ON id = asset_id WHERE fqn = $1 ORDER BY 1", str(CARD)
    )
    assert [tuple(row) for row in kept] == [(1, "found"), (2, "vanished from the source")]


async def test_a_schema_that_returns_is_the_same_asset(domain: Domain, actor: Actor) -> None:
    await ruled_bank(domain, actor)
    before = await domain.read.assets.find(actor.tenant, CARD)
    await forget(domain, actor)

    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, CARD.name, CARD_TRANSACTION.name)])

    after = await domain.read.assets.find(actor.tenant, CARD)
    assert before
    assert after
    assert (after.id, after.version, after.deleted_at) == (before.id, 3, None)


async def test_what_vanished_counts_in_no_score_from_then_on(domain: Domain, actor: Actor, clock: HandClock) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON)
    clock.advance(hours=1)

    await forget(domain, actor)

    scorecards = domain.read.scorecards
    now, then = [await scorecards.scorecard(actor.tenant, MAIN, moment) for moment in (None, NOON)]
    assert (now.state, str(then.value)) == (ScoreState.NOT_ASSESSED, "0.9")
    assert (await scorecards.cells(actor.tenant, MAIN, None, PageRequest(first=10))).items == []


async def test_a_table_that_vanished_leaves_the_score_of_its_schema_to_the_others(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, failed=50))
    await assess(domain, actor, CARD_TRANSACTION, executed(rules[CARD_TRANSACTION], NOON, failed=10))

    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, CARD_TRANSACTION.name)])

    assert str((await domain.read.scorecards.scorecard(actor.tenant, PUBLIC)).value) == "0.9"


async def test_violations_of_what_vanished_are_all_closed_and_reopen_when_it_fails_again(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON)
    await import_violation(sql, actor.tenant, CARD)
    await import_violation(sql, actor.tenant, CARD, status=ViolationStatus.FALSE_POSITIVE)

    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, CARD_TRANSACTION.name)])

    closed = await violations_in(domain, actor, CARD, ViolationStatus.RESOLVED)
    assert [violation.resolution for violation in closed] == [Resolution.FIXED_IN_DATA] * 2
    assert len(await violations_in(domain, actor, CARD, ViolationStatus.FALSE_POSITIVE)) == 1
    assert len(await violations_in(domain, actor, CARD_TRANSACTION, ViolationStatus.OPEN)) == 1

    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, CARD.name, CARD_TRANSACTION.name)])
    await assess(domain, actor, CARD, executed(rules[CARD], clock.advance(hours=1), failed=1))

    (reopened,) = await violations_in(domain, actor, CARD, ViolationStatus.OPEN)
    assert reopened.id in {violation.id for violation in closed}


async def test_a_project_forgets_nothing_of_another_one(domain: Domain, actor: Actor, stranger: Actor) -> None:
    await ruled_bank(domain, actor)
    await ruled_bank(domain, stranger)

    await forget(domain, stranger)

    assert str(CARD) in await live(domain, actor)
