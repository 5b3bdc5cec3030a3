"""The real application on a real socket, over a real database; only the workflow engine is in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import Engine, event
from structlog.contextvars import get_contextvars

from api.events.hub import Hub
from api.events.relay import Relay
from api.server import make_server
from api.services import Services
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.errors import Unavailable
from domain.identity import Actor
from domain.settings import Settings
from tests.background import beside
from tests.e2e.client import NO_TLS, GraphQL
from tests.factories.connections import add_connection
from tests.fakes.orchestrator import FakeOrchestrator
from tests.listening import listening_socket
from tests.waiting import eventually


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[str]:
    """The address of a server on a port that the system chose.

    It is opened and closed by hand: it would take a fifth of a second to notice that it has to end, in every test.
    """
    listener = listening_socket()
    server = make_server(services)
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    host, port = listener.getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        for accepting in server.servers:
            accepting.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


@pytest.fixture
async def bank(domain: Domain, actor: Actor) -> DataConnection:
    return await add_connection(domain, actor)


@pytest.fixture
def orchestrator() -> FakeOrchestrator:
    """Away, so that runs stay as a test puts them, until the test takes the trouble away."""
    away = FakeOrchestrator()
    away.trouble = Unavailable("Prefect is away.")
    return away


@pytest.fixture
async def services(
    domain: Domain, actor: Actor, database_settings: Settings, orchestrator: FakeOrchestrator
) -> AsyncIterator[Services]:
    """In development mode; the hub is at work: it has seen that there is a connection `other`."""
    hub = Hub(domain)
    await add_connection(domain, actor, "other")

    async def has_news() -> bool:
        return hub.position > 0

    async with beside(hub.run(), Relay(domain, orchestrator).run()):
        await eventually(has_news)
        yield Services(database_settings.model_copy(update={"mode": "development"}), domain, hub)


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    async with serving(services) as address:
        yield address


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=20, verify=NO_TLS) as client:
        yield client


@pytest.fixture
async def api(address: str) -> AsyncIterator[GraphQL]:
    client = GraphQL(f"{address}/graphql")
    yield client
    await client.close()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that requests send from here on; the relay works beside them and is not asked."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "request_id" in get_contextvars():
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
