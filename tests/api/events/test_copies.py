"""Two copies of the server before one database: what happens at one is told by the other, also while they restart."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import asyncpg
import pytest
from websockets.exceptions import WebSocketException

from api.events.hub import Hub
from api.events.relay import Relay
from api.services import Services
from domain.bootstrap import Domain, open_domain
from domain.glossary.model import TermEdit
from domain.identity import Actor
from domain.settings import Settings
from tests.api.conftest import serving
from tests.background import beside
from tests.e2e.client import GraphQL
from tests.fakes.orchestrator import FakeOrchestrator
from tests.waiting import eventually

pytestmark = pytest.mark.db

SECONDS = 60
FOLLOW = "subscription ($after: String) { events(types: [GLOSSARY_CHANGED], after: $after) { cursor } }"
TERM = """mutation ($input: UpsertGlossaryTermInput!) { upsertGlossaryTerm(input: $input) {
  ... on UpsertGlossaryTermSuccess { term { name } } ... on Error { message } } }"""
TOLD = """query ($first: Int, $after: String) { events(types: [GLOSSARY_CHANGED], first: $first, after: $after) {
  edges { cursor } pageInfo { hasNextPage endCursor } } }"""


@asynccontextmanager
async def server_copy(settings: Settings) -> AsyncIterator[GraphQL]:
    """With a hub, a relay and database connections of its own."""
    async with open_domain(settings) as domain, AsyncExitStack() as stack:
        hub = Hub(domain)
        await stack.enter_async_context(beside(hub.run(), Relay(domain, FakeOrchestrator()).run()))
        address = await stack.enter_async_context(serving(Services(settings, domain, hub)))
        client = GraphQL(f"{address}/graphql")
        stack.push_async_callback(client.close)
        yield client


@pytest.fixture
def settings(database_settings: Settings) -> Settings:
    return database_settings.model_copy(update={"mode": "development"})


async def define(api: GraphQL, name: str) -> None:
    assert await api.do(TERM, input={"name": name, "definition": "A word."}) == {"term": {"name": name}}


async def all_told(api: GraphQL) -> list[str]:
    """Cursors of all changes of the glossary, in their order, as the table has them."""
    cursors: list[str] = []
    after, has_more = None, True
    while has_more:
        page = (await api.ask(TOLD, first=100, after=after))["events"]
        cursors += [edge["cursor"] for edge in page["edges"]]
        after, has_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return cursors


async def test_mutations_at_one_copy_reach_the_subscribers_of_both_in_one_order(settings: Settings) -> None:
    async with server_copy(settings) as here, server_copy(settings) as there, AsyncExitStack() as stack:
        await define(here, "the first")
        await eventually(partial(has_numbered, here))
        (first,) = await all_told(here)
        followed = [await stack.enter_async_context(copy.subscribed(FOLLOW, after=first)) for copy in (here, there)]

        await asyncio.gather(*(define(copy, f"{copy.url} {n}") for n in range(15) for copy in (here, there)))
        async with asyncio.timeout(SECONDS):
            heard = [[(await anext(events))["cursor"] for _ in range(30)] for events in followed]

        assert heard == [(await all_told(there))[1:]] * 2


class Fleet:
    """Copies that come and go; clients go to the oldest that is up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._up: list[tuple[GraphQL, AsyncExitStack]] = []

    @property
    def oldest(self) -> GraphQL:
        return self._up[0][0]

    async def start(self) -> None:
        stack = AsyncExitStack()
        self._up.append((await stack.enter_async_context(server_copy(self._settings)), stack))

    async def stop_oldest(self) -> None:
        _, stack = self._up.pop(0)
        await stack.aclose()

    async def stop(self) -> None:
        while self._up:
            await self.stop_oldest()


async def follow(fleet: Fleet, heard: list[str]) -> None:
    """As a good client does: after each loss of the server on from the last cursor, at another one."""
    while True:
        try:
            async with fleet.oldest.subscribed(FOLLOW, after=heard[-1]) as events:
                async for event in events:
                    heard.append(event["cursor"])  # noqa: PERF401 - the next try has to know each one at once
        except (WebSocketException, OSError):
            continue


async def test_rolling_restart_of_all_copies_loses_no_event_for_who_resumes(
    settings: Settings, domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    """Terms are defined without a pause while one copy after the other is stopped and another one started."""

    async def write() -> None:
        for number in itertools.count():
            await domain.glossary.upsert(actor, TermEdit(f"term {number}", "A word."))

    async def hears(count: int) -> None:
        async def has_heard() -> bool:
            return len(heard) >= count

        await eventually(has_heard, SECONDS)

    fleet = Fleet(settings)
    await fleet.start()
    await define(fleet.oldest, "the first")
    await eventually(partial(has_numbered, fleet.oldest))
    heard = await all_told(fleet.oldest)
    await fleet.start()
    async with beside(follow(fleet, heard)):
        async with beside(write()):
            for _ in range(2):
                await hears(len(heard) + 20)
                await fleet.stop_oldest()
                await fleet.start()
            await hears(len(heard) + 20)
        await hears(await sql.fetchval("SELECT count(*) FROM domain_event WHERE type = 'glossary.changed'"))

    assert heard == await all_told(fleet.oldest)
    assert len(set(heard)) == len(heard)
    await fleet.stop()


async def has_numbered(api: GraphQL) -> bool:
    return bool(await all_told(api))
