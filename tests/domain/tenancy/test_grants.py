"""Who may see a part of the catalogue sees nothing else of the project and changes nothing else, whatever is called."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import Conflict, Forbidden, NotFound
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import RunRequest, RunType
from tests.domain.tenancy.house import House, build
from tests.domain.tenancy.test_strangers import READS, WRITES, is_nothing, outcome, rows_of
from tests.factories.assets import PUBLIC
from tests.factories.scenes import CARD

pytestmark = pytest.mark.db

OF_THE_WHOLE_PROJECT = {f"glossary.{name}" for name in ("approved", "by_ids", "count", "named", "page")}
"""What words mean is for everybody to know."""
LEADS_THERE = {f"connections.{name}" for name in ("by_ids", "by_names", "get", "named", "page")}
"""Who may work on a part of a source has to be able to name the connection to it."""
TELLS = {"feed.history", "audit.events"}
"""There are events that concern the project as a whole."""
INTERNAL = {"ledger.answer"}
"""Only runs ask for it, and by a digest of the question."""
FOR_ALL_OF_IT = {"access.members", "access.tokens"}
INSIDE = (
    "assets.update",
    "violations.update",
    "rule_states.change",
    "runs.request",
    "configurations.create",
    "glossary_links.unlink",
    "approvals.approve",
)


def granted(actor: Actor, *scopes: Fqn) -> Actor:
    return replace(actor, name="grace", tenant=replace(actor.tenant, within=scopes))


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    return await build(domain, actor)


async def seen_by(house: House, actor: Actor) -> set[str]:
    return {name for name, call in READS.items() if not is_nothing(await outcome(call, house, actor))}


@pytest.mark.parametrize(
    "elsewhere", [[PUBLIC.child("car")], [Fqn.of("bank", "main", "publi")], [CARD.child("nothing")]]
)
async def test_outside_of_a_grant_nothing_exists(elsewhere: Sequence[Fqn], house: House, actor: Actor) -> None:
    seen = await seen_by(house, granted(actor, *elsewhere))

    assert seen == OF_THE_WHOLE_PROJECT | LEADS_THERE | TELLS | INTERNAL


async def test_of_another_service_not_even_the_connection_exists(house: House, actor: Actor) -> None:
    seen = await seen_by(house, granted(actor, Fqn.of("ban")))

    assert seen == OF_THE_WHOLE_PROJECT | TELLS | INTERNAL


async def test_inside_of_a_grant_everything_is_there(house: House, actor: Actor) -> None:
    assert READS.keys() - await seen_by(house, granted(actor, Fqn.of("bank"))) == FOR_ALL_OF_IT


async def test_outside_of_a_grant_nothing_is_changed(house: House, actor: Actor, sql: asyncpg.Connection) -> None:
    before = await rows_of(sql, actor)

    done = {
        name: await outcome(call, house, granted(actor, PUBLIC.child("cardtransaction")))
        for name, call in WRITES.items()
    }

    assert {name for name, found in done.items() if not is_nothing(found)} == set()
    after = await rows_of(sql, actor)
    assert {table for table in after if after[table] != before[table]} == set()


@pytest.mark.parametrize("name", INSIDE)
async def test_inside_of_a_grant_work_goes_on(name: str, house: House, actor: Actor) -> None:
    assert not is_nothing(await WRITES[name](house, granted(actor, CARD)))


async def test_only_whole_events_are_told_and_of_scores_what_is_theirs(house: House, actor: Actor) -> None:
    everything = await house.domain.feed.history(actor.tenant, 0, 1000)
    tenant = granted(actor, PUBLIC.child("car"), CARD.child("amount")).tenant

    told = [seen for event in everything if (seen := event.as_seen_by(tenant))]

    assert {event.event.name: event.event.scopes for event in told} == {
        "scorecard.changed": (str(CARD.child("amount")),),
        "rules.changed": (str(CARD.child("amount")),),
        "glossary.changed": (),
    }
    assert [event.as_seen_by(tenant) for event in await house.domain.feed.history(tenant, 0, 1000)] == told


async def test_what_belongs_to_the_whole_project_is_not_changed_from_a_part_of_it(house: House, actor: Actor) -> None:
    names = ("metrics.update_metric", "glossary.upsert", "members.grant", "tokens.create", "connections.create")

    for name in names:
        with pytest.raises(Forbidden):
            await WRITES[name](house, granted(actor, CARD))


async def test_a_key_of_a_run_that_is_not_there_is_taken_all_the_same(house: House, actor: Actor) -> None:
    await house.domain.runs.request(actor, RunRequest(RunType.PROFILING, "bank", (PUBLIC,), idempotency_key="daily"))

    with pytest.raises(Conflict, match="choose another key"):
        await house.domain.runs.request(
            granted(actor, CARD), RunRequest(RunType.PROFILING, "bank", (CARD,), idempotency_key="daily")
        )


async def test_a_run_that_reaches_beyond_a_grant_is_not_there(house: House, actor: Actor) -> None:
    request = RunRequest(RunType.PROFILING, "bank", (PUBLIC,))
    run = await house.domain.runs.request(actor, request)
    grace = granted(actor, CARD)

    with pytest.raises(NotFound):
        await house.domain.read.runs.get(grace.tenant, run.id)
    with pytest.raises(NotFound):
        await house.domain.runs.cancel(grace, run.id)
    with pytest.raises(Forbidden, match="beyond the part of the catalogue"):
        await house.domain.runs.request(grace, request)
