"""What has expired goes, in batches; what somebody still needs stays, however old it is."""

from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest

from domain.assets.tables import HandledEventRow
from domain.bootstrap import Domain
from domain.db.tenancy import owned_by
from domain.db.uow import UnitsOfWork
from domain.errors import Invalid
from domain.events import AssetsChanged, RunRequested
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.ledger.model import KeptAnswer
from domain.pages import PageRequest
from domain.profiles.model import Measured, Method, Reading, TableProfile
from domain.retention.model import Batch, Kind, RetentionPolicy
from domain.runs.model import RunId, RunStatus, RunType
from tests.domain.tenancy.house import CALL, HASH
from tests.factories.runs import complete, completed_run, described, report, request_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

DAY = timedelta(days=1)
POLICY = RetentionPolicy(dict.fromkeys(Kind, 10), None, None, batch_size=2)
FOREVER = RetentionPolicy(dict.fromkeys(Kind), None, None, batch_size=2)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    return timed_domain


async def emit(domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, count: int = 1) -> None:
    async with unit_of_work(actor) as uow:
        for _ in range(count):
            uow.emit(AssetsChanged(changed=1))
    while await domain.delivery.number():
        pass


async def numbers(domain: Domain, actor: Actor) -> list[int]:
    return [int(key) for key, _ in (await domain.read.audit.events(actor.tenant, None, (), PageRequest())).items]


async def test_events_expire_but_for_the_newest_so_that_numbers_go_on(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock
) -> None:
    await emit(domain, unit_of_work, actor, 5)
    clock.advance(days=11)

    assert await domain.sweep.remove(POLICY, Kind.EVENTS) == 4
    assert await numbers(domain, actor) == [5]

    await emit(domain, unit_of_work, actor)
    assert await numbers(domain, actor) == [5, 6]
    assert await domain.sweep.remove(POLICY, Kind.EVENTS) == 1


async def test_events_that_are_young_or_have_no_number_yet_stay(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await emit(domain, unit_of_work, actor)
    clock.advance(days=5)
    await emit(domain, unit_of_work, actor)
    async with unit_of_work(actor) as uow:
        uow.emit(AssetsChanged(changed=1))
    clock.advance(days=6)
    await emit(domain, unit_of_work, actor)
    clock.advance(days=20)
    async with unit_of_work(actor) as uow:
        uow.emit(AssetsChanged(changed=1))
    clock.advance(days=-20)

    assert await domain.sweep.remove(POLICY, Kind.EVENTS) == 1
    assert await sql.fetchval("SELECT count(*) FROM domain_event") == 4


async def test_an_event_whose_reaction_is_not_done_waits_for_it(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock
) -> None:
    async with unit_of_work(actor) as uow:
        uow.emit(RunRequested(scopes=(), run_id=new_id()))
    await emit(domain, unit_of_work, actor, 2)
    clock.advance(days=11)

    assert await domain.sweep.remove(POLICY, Kind.EVENTS) == 1
    assert await numbers(domain, actor) == [1, 3]

    (claimed,) = await domain.delivery.claim(2)
    await domain.delivery.finish(claimed.committed.id)
    assert await domain.sweep.remove(POLICY, Kind.EVENTS) == 1


async def test_a_cursor_behind_which_events_have_expired_is_refused(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock
) -> None:
    await emit(domain, unit_of_work, actor, 4)
    clock.advance(days=11)
    await emit(domain, unit_of_work, actor, 2)
    await domain.sweep.remove(POLICY, Kind.EVENTS)

    for call in (
        domain.feed.history(actor.tenant, 3, 10),
        domain.read.audit.events(actor.tenant, None, (), PageRequest(after="3")),
    ):
        with pytest.raises(Invalid, match="Events behind this cursor have expired") as refused:
            await call
        assert refused.value.problems[0].path == "after"
    assert [one.sequence for one in await domain.feed.history(actor.tenant, 4, 10)] == [5, 6]


async def test_the_events_of_one_project_expire_without_touching_the_cursors_of_another(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, stranger: Actor, clock: HandClock
) -> None:
    await emit(domain, unit_of_work, stranger)
    await emit(domain, unit_of_work, actor, 3)
    clock.advance(days=11)
    await domain.sweep.remove(POLICY, Kind.EVENTS)

    assert [one.sequence for one in await domain.feed.history(stranger.tenant, 0, 10)] == [1]


async def test_notes_of_handled_events_expire(
    domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    async with unit_of_work(actor) as uow:
        for number, age in enumerate([9, 11, 12, 13]):
            at = clock() - age * DAY
            uow.add(HandledEventRow(event_id=f"event {number}", handled_at=at, **owned_by(actor.tenant)))

    assert await domain.sweep.remove(POLICY, Kind.HANDLED_EVENTS) == 3
    assert await sql.fetchval("SELECT string_agg(event_id, ',') FROM handled_event") == "event 0"


async def test_kept_answers_expire_while_the_ledger_of_the_calls_stays(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    await ruled_bank(domain, actor)
    await enriched(domain, actor)
    await domain.ledger.keep(actor, KeptAnswer(HASH, "{}", 10, 5))
    clock.advance(days=11)
    await domain.ledger.keep(actor, KeptAnswer("young", "{}", 10, 5))

    assert await domain.sweep.remove(POLICY, Kind.LLM_ANSWERS) == 1
    assert await domain.read.ledger.answer(actor.tenant, HASH) is None
    assert await domain.read.ledger.answer(actor.tenant, "young") is not None
    assert [call for _, call in (await domain.read.ledger.page(actor.tenant, None, PageRequest())).items] == [CALL]


async def enriched(domain: Domain, actor: Actor) -> RunId:
    """A completed enrichment with an item, a change, a line of its log and a call."""
    run = await request_run(domain, actor, RunType.METADATA_ENRICHMENT, CARD)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_enriched(actor, run.id, CARD, [described(CARD, "A card.")], {CARD: 1}, [CALL])
    await domain.runs.log(actor, run.id, "INFO", "enriched")
    await complete(domain, actor, run.id)
    return run.id


async def left(sql: asyncpg.Connection, run_id: RunId) -> dict[str, int]:
    tables = ("run_log", "run_item", "proposed_change", "llm_call")
    return {name: await sql.fetchval(f"SELECT count(*) FROM {name} WHERE run_id = $1", run_id) for name in tables}


OF_RUNS = (Kind.RUN_LOGS, Kind.RUN_ITEMS, Kind.PROPOSED_CHANGES, Kind.LLM_CALLS)
ALL_THERE = {"run_log": 1, "run_item": 1, "proposed_change": 1, "llm_call": 1}
NOTHING_LEFT = dict.fromkeys(ALL_THERE, 0)


async def remove_all(domain: Domain, policy: RetentionPolicy = POLICY) -> list[int]:
    return [await domain.sweep.remove(policy, kind) for kind in OF_RUNS]


async def test_what_a_decided_run_left_behind_expires_and_the_run_stays(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    await domain.approvals.reject(actor, run_id)
    clock.advance(days=9)
    assert (await remove_all(domain), await left(sql, run_id)) == ([0, 0, 0, 0], ALL_THERE)

    clock.advance(days=2)
    assert await remove_all(domain, FOREVER) == [0, 0, 0, 0]
    assert (await remove_all(domain), await left(sql, run_id)) == ([1, 1, 1, 1], NOTHING_LEFT)

    assert (await domain.read.runs.get(actor.tenant, run_id)).status is RunStatus.COMPLETED
    assert await domain.read.runs.approvals(actor.tenant, [run_id]) != {}


async def test_a_run_that_nobody_has_decided_about_keeps_everything(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    clock.advance(days=400)

    assert (await remove_all(domain), await left(sql, run_id)) == ([0, 0, 0, 0], ALL_THERE)


async def test_the_days_of_a_reviewed_run_are_counted_from_its_decision(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    clock.advance(days=400)
    await domain.approvals.reject(actor, run_id)
    clock.advance(days=9)
    assert (await remove_all(domain), await left(sql, run_id)) == ([0, 0, 0, 0], ALL_THERE)

    clock.advance(days=2)
    assert await remove_all(domain) == [1, 1, 1, 1]


async def test_a_saved_run_keeps_its_changes_so_that_the_save_can_be_undone(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    await domain.approvals.approve(actor, run_id)
    clock.advance(days=400)

    assert await remove_all(domain) == [1, 1, 0, 1]
    assert (await domain.approvals.undo(actor, run_id)).undone.assets == 1


async def test_a_run_that_has_not_ended_keeps_everything(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    await report(domain, actor, run_id, RunStatus.RUNNING, clock() + DAY)
    clock.advance(days=400)

    assert (await remove_all(domain), await left(sql, run_id)) == ([0, 0, 0, 0], ALL_THERE)


async def test_a_failed_run_waits_for_nobody(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    run_id = await enriched(domain, actor)
    await report(domain, actor, run_id, RunStatus.FAILED, clock() + timedelta(hours=1))
    clock.advance(days=11)

    assert (await remove_all(domain), await left(sql, run_id)) == ([1, 1, 1, 1], NOTHING_LEFT)


async def profile(domain: Domain, actor: Actor, table: Fqn, at: datetime) -> RunId:
    run = await completed_run(domain, actor, RunType.PROFILING, table)
    await domain.items.open_items(actor, run.id)
    reading = Reading(Method.EXACT, 7, 7)
    await domain.items.finish_profiled(actor, run.id, TableProfile(table, at, Measured(7, Method.EXACT), reading, ()))
    await domain.approvals.reject(actor, run.id)
    return run.id


async def test_old_profiles_go_but_never_the_newest_of_a_table(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await ruled_bank(domain, actor)
    runs = [await profile(domain, actor, CARD, NOON + number * DAY) for number in range(4)]
    clock.advance(days=400)

    assert await domain.sweep.remove(POLICY, Kind.PROFILES) == 3
    assert [row["run_id"] for row in await sql.fetch("SELECT run_id FROM table_profile")] == [runs[-1]]


async def test_old_results_of_rules_go_but_never_the_newest_of_a_rule(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    rules = await ruled_bank(domain, actor)
    for number in range(3):
        await assess_all(domain, actor, rules, NOON + number * DAY)
    for (run_id,) in await sql.fetch("SELECT id FROM workflow_run WHERE type = 'dq-assessment'"):
        await complete(domain, actor, RunId(run_id))
    clock.advance(days=400)

    assert await domain.sweep.remove(POLICY, Kind.RULE_EXECUTIONS) == 0, "each made a score that is in the log"

    await domain.sweep.remove(replace(POLICY, monthly_after_days=60), Kind.SNAPSHOTS)
    assert await domain.sweep.remove(POLICY, Kind.RULE_EXECUTIONS) == 4
    newest = await domain.read.rules.newest_executions(actor.tenant, [rule.id for rule in rules.values()])
    assert {one.evaluation.observed_at for one in newest.values()} == {NOON + 2 * DAY}
    assert len(newest) == 2


async def test_each_call_removes_a_batch_and_says_where_the_next_begins(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    await ruled_bank(domain, actor)
    runs = [await completed_run(domain, actor, RunType.DQ_EXECUTION, CARD) for _ in range(2)]
    for run in runs:
        for _ in range(3):
            await domain.runs.log(actor, run.id, "INFO", "Reading.")
    clock.advance(days=11)

    batches = [await domain.retention.remove(actor.tenant, POLICY, Kind.RUN_LOGS)]
    while (place := batches[-1].next) is not None:
        batches.append(await domain.retention.remove(actor.tenant, POLICY, Kind.RUN_LOGS, place))

    first, second = (run.id for run in runs)
    assert batches == [Batch(2, (first,)), Batch(2, (second,)), Batch(2, (second,)), Batch(0, None)]
