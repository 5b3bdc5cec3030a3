"""Events and the changes that they tell of are stored together, and numbered in an order without gaps."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from domain.assets.tables import HandledEventRow
from domain.bootstrap import Domain
from domain.db.delivery import LEASE, Delivery, Waiting
from domain.db.engine import Database, make_engine
from domain.db.feed import Feed
from domain.db.outbox import append
from domain.db.tenancy import owned_by
from domain.db.uow import UnitsOfWork
from domain.events import AssetsChanged, Claimed, RunRequested
from domain.identifiers import new_id
from domain.identity import Actor
from domain.settings import Settings
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db


def changed(number: int) -> AssetsChanged:
    return AssetsChanged(scopes=(f"bank.t{number}",), changed=number)


def noted(actor: Actor, clock: HandClock) -> HandledEventRow:
    return HandledEventRow(event_id="noted", handled_at=clock(), **owned_by(actor.tenant))


async def stored(sql: asyncpg.Connection) -> tuple[int, int]:
    return (
        await sql.fetchval("SELECT count(*) FROM handled_event"),
        await sql.fetchval("SELECT count(*) FROM domain_event"),
    )


async def test_a_change_and_its_event_are_stored_together(
    unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    async with unit_of_work(actor) as uow:
        uow.add(noted(actor, clock))
        uow.emit(changed(1))

    assert await stored(sql) == (1, 1)


async def test_a_use_case_that_fails_stores_neither_change_nor_event(
    unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    async def breaking() -> None:
        async with unit_of_work(actor) as uow:
            uow.add(noted(actor, clock))
            uow.emit(changed(1))
            await uow.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await breaking()

    assert await stored(sql) == (0, 0)


async def test_a_change_that_the_database_refuses_stores_no_event(
    unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await sql.execute("ALTER TABLE handled_event ADD CONSTRAINT no_note CHECK (event_id <> 'noted')")

    async def refused() -> None:
        async with unit_of_work(actor) as uow:
            uow.add(noted(actor, clock))
            uow.emit(changed(1))

    with pytest.raises(IntegrityError, match="check constraint"):
        await refused()
    await sql.execute("ALTER TABLE handled_event DROP CONSTRAINT no_note")

    assert await stored(sql) == (0, 0)


async def test_an_event_carries_who_when_where_and_what(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    run_id = new_id()
    async with unit_of_work(actor) as uow:
        uow.emit(RunRequested(scopes=("bank.main.public",), run_id=run_id))
    await Delivery(database, clock).number()

    (committed,) = await Feed(database).after(0, 10)

    assert committed.event == RunRequested(scopes=("bank.main.public",), run_id=run_id)
    assert (committed.sequence, committed.actor, committed.occurred_at) == (1, actor.name, clock())
    assert committed.tenant == actor.tenant


async def test_events_of_one_transaction_keep_their_order(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    events = [changed(number) for number in range(200)]
    async with unit_of_work(actor) as uow:
        for event in events:
            uow.emit(event)
    await Delivery(database, clock).number()

    assert [committed.event for committed in await Feed(database).after(0, 1000)] == events


async def test_an_event_that_commits_late_gets_a_later_number(
    database: Database, actor: Actor, clock: HandClock
) -> None:
    """The naive way gives the number while writing; a reader beyond it never sees the late one."""
    delivery, feed = Delivery(database, clock), Feed(database)
    async with database.sessions() as slow, database.sessions() as quick:
        await append(slow, actor, clock(), [changed(1)])
        await slow.flush()
        await append(quick, actor, clock(), [changed(2)])
        await quick.commit()

        assert await delivery.number() == 1
        assert [(one.sequence, one.event) for one in await feed.after(0, 10)] == [(1, changed(2))]

        await slow.commit()

    assert await delivery.number() == 1
    assert [(one.sequence, one.event) for one in await feed.after(1, 10)] == [(2, changed(1))]


async def test_nothing_new_is_numbered_twice(unit_of_work: UnitsOfWork, domain: Domain, actor: Actor) -> None:
    async with unit_of_work(actor) as uow:
        uow.emit(changed(1))

    assert [await domain.delivery.number() for _ in range(3)] == [1, 0, 0]
    assert await domain.feed.last_sequence() == 1


async def write(database: Database, actor: Actor, clock: HandClock, numbers: range) -> None:
    for number in numbers:
        async with database.sessions() as session:
            await append(session, actor, clock(), [RunRequested(scopes=(f"bank.t{number}",), run_id=new_id())])
            await session.commit()


async def test_two_relays_at_once_number_and_hand_out_each_event_once(
    database: Database, database_settings: Settings, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    other = Database(make_engine(database_settings, pooled=True))
    relays = [Delivery(database, clock), Delivery(other, clock)]
    feed = Feed(database)
    writers = [write(database, actor, clock, range(start, start + 20)) for start in range(0, 80, 20)]

    async def number_until_all_are(relay: Delivery) -> None:
        while await feed.last_sequence() < 80:
            await relay.number()

    async with asyncio.timeout(30):
        await asyncio.gather(*writers, *(number_until_all_are(relay) for relay in relays))
    claimed = await asyncio.gather(*(claim_all(relay) for relay in relays))
    await other.engine.dispose()

    sequences = [one.committed.sequence for found in claimed for one in found]
    assert sorted(sequences) == list(range(1, 81))
    assert [row["sequence"] for row in await sql.fetch("SELECT sequence FROM domain_event ORDER BY 1")] == sorted(
        sequences
    )


async def claim_all(relay: Delivery) -> list[Claimed]:
    found: list[Claimed] = []
    while claimed := await relay.claim(3):
        found.extend(claimed)
    return found


async def requested(unit_of_work: UnitsOfWork, delivery: Delivery, actor: Actor) -> None:
    async with unit_of_work(actor) as uow:
        uow.emit(RunRequested(run_id=new_id()))
    await delivery.number()


async def test_the_backlog_tells_what_waits_and_how_long(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    await requested(unit_of_work, delivery, actor)
    clock.advance(seconds=30)
    async with unit_of_work(actor) as uow:
        uow.emit(changed(1))
    clock.advance(seconds=5)

    waiting = await delivery.backlog()

    assert waiting == {"number": Waiting(1, 5.0), "reaction": Waiting(1, 35.0)}

    await delivery.number()
    (claimed,) = await delivery.claim(2)
    await delivery.finish(claimed.committed.id)

    assert await delivery.backlog() == {"number": Waiting(0, 0.0), "reaction": Waiting(0, 0.0)}


async def test_a_reaction_whose_taker_died_comes_back_after_the_lease(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    await requested(unit_of_work, delivery, actor)
    (first,) = await delivery.claim(2)

    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert await delivery.claim(2) == []

    clock.advance(seconds=1)
    (second,) = await delivery.claim(2)

    assert second.committed == first.committed
    assert (first.attempts, second.attempts) == (1, 2)


async def test_the_oldest_are_handed_out_first_and_no_more_than_are_asked_for(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    for _ in range(5):
        await requested(unit_of_work, delivery, actor)

    batches = [await delivery.claim(2) for _ in range(4)]

    assert [[one.committed.sequence for one in batch] for batch in batches] == [[1, 2], [3, 4], [5], []]


async def test_a_finished_reaction_never_comes_back(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    await requested(unit_of_work, delivery, actor)
    (claimed,) = await delivery.claim(2)

    await delivery.finish(claimed.committed.id)

    clock.advance(days=1)
    assert await delivery.claim(2) == []


async def test_a_postponed_reaction_waits_twice_as_long_each_time_but_at_most_a_minute(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    delivery = Delivery(database, clock)
    await requested(unit_of_work, delivery, actor)
    pauses = []
    for _ in range(8):
        (claimed,) = await delivery.claim(2)
        due_at = await delivery.postpone(claimed, "Prefect cannot be reached.")
        pauses.append((due_at - clock()).total_seconds())
        assert await delivery.claim(2) == []
        clock.now = due_at

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert await sql.fetchval("SELECT last_error FROM domain_event") == "Prefect cannot be reached."


async def test_an_event_without_a_reaction_is_never_handed_out(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    async with unit_of_work(actor) as uow:
        uow.emit(changed(1))
    await delivery.number()

    assert await delivery.claim(2) == []


async def test_an_event_is_handed_out_only_when_it_is_numbered(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, clock: HandClock
) -> None:
    delivery = Delivery(database, clock)
    async with unit_of_work(actor) as uow:
        uow.emit(RunRequested(run_id=new_id()))

    assert await delivery.claim(2) == []


async def test_the_history_of_a_tenant_leaves_out_all_others(
    unit_of_work: UnitsOfWork, domain: Domain, actor: Actor, stranger: Actor
) -> None:
    for number, who in enumerate([actor, stranger, actor, stranger]):
        async with unit_of_work(who) as uow:
            uow.emit(changed(number))
    await domain.delivery.number()

    history = await domain.feed.history(stranger.tenant, 0, 10)

    assert [(one.sequence, one.event) for one in history] == [(2, changed(1)), (4, changed(3))]
