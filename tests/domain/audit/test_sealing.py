"""Audit events are linked after their COMMIT, in its order, into one chain a project, whoever seals them."""

import asyncio

import asyncpg
import pytest

from domain.audit.repository import record
from domain.audit.sealing import AuditSealing
from domain.audit.verification import AuditVerification
from domain.bootstrap import Domain
from domain.db.engine import Database, make_engine
from domain.db.uow import UnitsOfWork
from domain.errors import Unavailable
from domain.identity import Actor
from domain.pages import PageRequest
from domain.settings import Settings
from tests.factories.audit import record_events, record_one, seal_all
from tests.waiting import until_waiting_for_a_lock

pytestmark = pytest.mark.db


async def chain_of(sql: asyncpg.Connection, actor: Actor) -> list[tuple[int, str]]:
    """The sequence numbers of a project's chain, each with the thing that its event is about."""
    rows = await sql.fetch(
        "SELECT sequence, resource_key FROM audit_event WHERE project_id = $1 AND sequence IS NOT NULL ORDER BY 1",
        actor.tenant.project_id,
    )
    return [(row["sequence"], row["resource_key"]) for row in rows]


async def is_whole(database: Database) -> bool:
    return (await AuditVerification(database).verify({})).is_whole


async def test_each_project_has_a_chain_of_its_own_without_gaps(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    for number in range(1, 4):
        await record_one(unit_of_work, actor, number)
        await record_one(unit_of_work, stranger, number)

    sealing = AuditSealing(database)

    assert [await sealing.seal(), await sealing.seal()] == [6, 0]
    expected = [(1, "1"), (2, "2"), (3, "3")]
    assert [await chain_of(sql, who) for who in (actor, stranger)] == [expected, expected]
    assert await is_whole(database)


async def test_a_chain_goes_on_where_it_ended(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    for number in range(1, 4):
        await record_one(unit_of_work, actor, number)
        await seal_all(database)

    assert await chain_of(sql, actor) == [(1, "1"), (2, "2"), (3, "3")]
    assert await is_whole(database)


async def test_events_of_one_transaction_keep_their_order(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    async with unit_of_work(actor) as uow:
        for number in range(200):
            record(uow, "count", "thing", str(number))
    await seal_all(database)

    assert await chain_of(sql, actor) == [(number + 1, str(number)) for number in range(200)]


async def test_what_commits_late_comes_later_and_holds_nobody_up(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    sealing = AuditSealing(database)
    async with unit_of_work(actor) as slow:
        record(slow, "count", "thing", "slow")
        await slow.session.flush()
        await record_one(unit_of_work, actor, 1)

        assert await sealing.seal() == 1
        assert await chain_of(sql, actor) == [(1, "1")]

    assert await sealing.seal() == 1
    assert await chain_of(sql, actor) == [(1, "1"), (2, "slow")]
    assert await is_whole(database)


async def test_two_relays_at_once_never_fork_the_chain(
    unit_of_work: UnitsOfWork, database: Database, database_settings: Settings, actor: Actor, sql: asyncpg.Connection
) -> None:
    other = Database(make_engine(database_settings, pooled=True))

    written = asyncio.Event()

    async def seal_meanwhile(relay: AuditSealing) -> None:
        while not written.is_set():
            await relay.seal()

    async with asyncio.TaskGroup() as group:
        for relay in (database, other):
            group.create_task(seal_meanwhile(AuditSealing(relay)))
        await asyncio.gather(*(record_events(unit_of_work, actor, 20) for _ in range(4)))
        written.set()
    await seal_all(database)
    await other.engine.dispose()

    assert [sequence for sequence, _ in await chain_of(sql, actor)] == list(range(1, 81))
    assert await is_whole(database)


async def test_while_one_relay_seals_another_one_passes_by(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    await record_one(unit_of_work, actor, 1)
    async with sql.transaction():
        await sql.execute("SELECT FROM audit_event FOR UPDATE")
        sealing = asyncio.create_task(AuditSealing(database).seal())
        await until_waiting_for_a_lock(sql)

        assert await AuditSealing(database).seal() == 0

    assert await sealing == 1


async def test_after_a_relay_was_killed_the_next_one_goes_on(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    await record_one(unit_of_work, actor, 1)
    await seal_all(database)
    await record_events(unit_of_work, actor, 2)
    async with sql.transaction():
        await sql.execute("SELECT FROM audit_event WHERE sequence IS NULL FOR UPDATE")
        killed = asyncio.create_task(AuditSealing(database).seal())
        await until_waiting_for_a_lock(sql)
        await sql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with pytest.raises(Unavailable):
            await killed

    assert await chain_of(sql, actor) == [(1, "1")]
    assert await AuditSealing(database).seal() == 2
    assert await chain_of(sql, actor) == [(1, "1"), (2, "1"), (3, "2")]
    assert await is_whole(database)


async def test_the_place_and_the_hash_are_told_once_they_are_known(
    unit_of_work: UnitsOfWork, database: Database, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await record_one(unit_of_work, actor, 1)
    unsealed = (await domain.read.audit.page(actor.tenant, None, None, PageRequest())).items[0][1]

    await seal_all(database)

    sealed = (await domain.read.audit.page(actor.tenant, None, None, PageRequest())).items[0][1]
    assert (unsealed.sequence, unsealed.hash) == (None, None)
    assert (sealed.sequence, sealed.hash) == (1, await sql.fetchval("SELECT hash FROM audit_event"))
