from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.real_databases import load
from tests.fixtures.installations import make_installation, running
from tests.fixtures.postgres import PostgresServer

DemoOn = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
def shaken() -> Iterator[Installation]:
    """For tests that kill and break its parts; what is too slow for a test is quicker here."""
    with running(make_installation(ASSAY_PREFECT_CANCEL_TIMEOUT_SECONDS="10")) as made:
        yield made


@pytest.fixture
async def shaken_api(shaken: Installation) -> AsyncIterator[GraphQL]:
    client = GraphQL(shaken.url)
    yield client
    await client.close()


@pytest.fixture(scope="session")
async def api(installation: Installation) -> AsyncIterator[GraphQL]:
    client = GraphQL(installation.url)
    yield client
    await client.close()


@pytest.fixture(scope="session")
def demo_on(installation: Installation, postgres: PostgresServer) -> DemoOn:
    """What `assay demo` said about the real database of that name; its main job is done once, and succeeded."""
    said: dict[str, str] = {}

    async def demo(name: str) -> str:
        if name not in said:
            dsn = await postgres.create_database(name)
            load(name, dsn)
            done = installation.run("demo", "--dsn", dsn, "--exit")
            assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
            said[name] = done.stdout
        return said[name]

    return demo
