"""A PostgreSQL that is stopped and started again interrupts hub and relay, and neither ends nor loses anything."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from api.events.hub import Hub
from api.events.relay import Relay
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.throwaway import DATABASE, throwaway_postgres
from domain.access.model import system_actor
from domain.bootstrap import Domain, open_domain
from domain.connections.model import ConnectionKind
from domain.migrations.runner import migrate
from tests.background import beside
from tests.factories.connections import settings_of
from tests.fakes.orchestrator import FakeOrchestrator
from tests.fixtures.database import settings_for

pytestmark = pytest.mark.db


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of this test alone: the others' connections must not notice."""
    with throwaway_postgres() as server:
        yield server


@pytest.fixture
async def restartable(server: EmbeddedPostgres) -> AsyncIterator[Domain]:
    settings = settings_for(server.address.dsn(DATABASE))
    await asyncio.to_thread(migrate, settings)
    async with open_domain(settings) as opened:
        yield opened


async def test_hub_and_relay_survive_a_restart_of_the_database(server: EmbeddedPostgres, restartable: Domain) -> None:
    actor = system_actor(await restartable.access.ensure_default_project(), "tester")
    hub = Hub(restartable)
    async with beside(hub.run(), Relay(restartable, FakeOrchestrator()).run()), asyncio.timeout(40):
        events = hub.events(actor.tenant, 0)
        await restartable.connections.create(actor, "before", ConnectionKind.POSTGRESQL, settings_of())
        assert (await anext(events)).sequence == 1

        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        await restartable.connections.create(actor, "after", ConnectionKind.POSTGRESQL, settings_of())

        assert (await anext(events)).event.scopes == ("after",)
