"""Every subscriber sees each event of its tenant once and in order, whatever happens to it or to the database."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.events import hub as hub_module
from api.events.hub import Hub
from domain.bootstrap import Domain
from domain.db.uow import UnitsOfWork
from domain.events import AssetsChanged, CommittedEvent
from domain.identity import Actor
from tests.background import beside
from tests.waiting import eventually

pytestmark = pytest.mark.db

SECONDS = 20


class Newsroom:
    """Commits and numbers events; `published` counts those of all tenants."""

    def __init__(self, domain: Domain, unit_of_work: UnitsOfWork) -> None:
        self._domain = domain
        self._unit_of_work = unit_of_work
        self.published = 0

    async def publish(self, actor: Actor, count: int = 1) -> None:
        async with self._unit_of_work(actor) as uow:
            for _ in range(count):
                self.published += 1
                uow.emit(AssetsChanged(changed=self.published))
        await self._domain.delivery.number()


@pytest.fixture
def newsroom(domain: Domain, unit_of_work: UnitsOfWork) -> Newsroom:
    return Newsroom(domain, unit_of_work)


@pytest.fixture
async def hub(domain: Domain) -> AsyncIterator[Hub]:
    hub = Hub(domain)
    async with beside(hub.run()):
        yield hub


async def reaches(hub: Hub, position: int) -> None:
    async def arrived() -> bool:
        return hub.position >= position

    await eventually(arrived)


async def take(events: AsyncIterator[CommittedEvent], count: int) -> list[int]:
    """Sequence numbers of the next events."""
    async with asyncio.timeout(SECONDS):
        return [(await anext(events)).sequence for _ in range(count)]


async def test_many_subscribers_get_each_event_once_and_in_order(hub: Hub, newsroom: Newsroom, actor: Actor) -> None:
    subscriptions = [hub.events(actor.tenant) for _ in range(30)]
    taken = asyncio.gather(*(take(events, 60) for events in subscriptions))

    for _ in range(12):
        await newsroom.publish(actor, 5)

    assert await taken == [list(range(1, 61))] * 30


async def test_a_subscriber_sees_nothing_of_another_tenant(
    hub: Hub, newsroom: Newsroom, actor: Actor, stranger: Actor
) -> None:
    own, others = hub.events(actor.tenant, 0), hub.events(stranger.tenant, 0)
    for who in (actor, stranger, stranger, actor, stranger):
        await newsroom.publish(who)

    assert await take(own, 2) == [1, 4]
    assert await take(others, 3) == [2, 3, 5]


async def test_a_subscription_begins_when_it_is_made_and_not_when_it_is_read(
    hub: Hub, newsroom: Newsroom, actor: Actor
) -> None:
    """Its maker reads the present state in between; what happens then must not be lost."""
    await newsroom.publish(actor, 3)
    await reaches(hub, 3)

    events = hub.events(actor.tenant)
    await newsroom.publish(actor, 2)
    await reaches(hub, 5)

    assert await take(events, 2) == [4, 5]


async def test_a_returning_subscriber_resumes_from_memory(hub: Hub, newsroom: Newsroom, actor: Actor) -> None:
    await newsroom.publish(actor, 10)
    await reaches(hub, 10)

    assert await take(hub.events(actor.tenant, 6), 4) == [7, 8, 9, 10]


async def test_a_returning_subscriber_resumes_from_the_table(
    domain: Domain, newsroom: Newsroom, actor: Actor, stranger: Actor
) -> None:
    await newsroom.publish(actor, 4)
    await newsroom.publish(stranger, 4)
    hub = Hub(domain)
    async with beside(hub.run()):
        await reaches(hub, 8)
        events = hub.events(actor.tenant, 1)

        assert await take(events, 3) == [2, 3, 4]

        await newsroom.publish(actor)
        assert await take(events, 1) == [9]


async def test_a_slow_subscriber_reads_from_the_table_what_memory_has_lost(
    domain: Domain, newsroom: Newsroom, actor: Actor, stranger: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "KEPT", 5)
    monkeypatch.setattr(hub_module, "PAGE", 7)
    hub = Hub(domain)
    async with beside(hub.run()):
        events = hub.events(actor.tenant, 0)
        await newsroom.publish(actor)
        assert await take(events, 1) == [1]

        await newsroom.publish(actor, 20)
        await newsroom.publish(stranger, 20)
        await newsroom.publish(actor, 3)
        await reaches(hub, 44)

        assert await take(events, 23) == [*range(2, 22), 42, 43, 44]


async def test_the_first_event_ever_is_not_lost_to_a_reconnection(
    hub: Hub, newsroom: Newsroom, actor: Actor, sql: asyncpg.Connection
) -> None:
    """Nothing was published yet, so the position is still 0 when the hub comes back."""
    await listens(sql)
    events = hub.events(actor.tenant)
    waiting = asyncio.create_task(take(events, 1))

    await drop_connections(sql)
    await newsroom.publish(actor)

    assert await waiting == [1]


async def test_dropped_connections_lose_nothing_and_the_hub_listens_again(
    hub: Hub, newsroom: Newsroom, actor: Actor, sql: asyncpg.Connection
) -> None:
    events = hub.events(actor.tenant, 0)
    await newsroom.publish(actor)
    assert await take(events, 1) == [1]
    await listens(sql)

    await drop_connections(sql)
    await newsroom.publish(actor, 3)

    assert await take(events, 3) == [2, 3, 4]
    await listens(sql)


async def drop_connections(sql: asyncpg.Connection) -> None:
    await sql.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def listens(sql: asyncpg.Connection) -> None:
    async def listening() -> bool:
        count = await sql.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        return bool(count == 1)

    await eventually(listening)
