import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.real_databases import load
from tests.fixtures.postgres import PostgresServer

DemoOn = Callable[[str], Awaitable[str]]
FOR_OTHERS_TO_PASS = 0o755


def make_installation(**settings: str) -> Installation:
    """In a new folder that PostgreSQL's user can reach, on free ports."""
    folder = Path(tempfile.mkdtemp(prefix="assay-e2e-"))
    folder.chmod(FOR_OTHERS_TO_PASS)
    return Installation(folder / "home", free_port("127.0.0.1"), free_port("127.0.0.1"), settings)


@contextmanager
def running(made: Installation) -> Iterator[Installation]:
    """What it left behind is looked at when it stops."""
    made.start()
    yield made
    made.stop()
    left = made.processes()
    shutil.rmtree(made.home.parent)
    assert left == []


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    with running(make_installation()) as made:
        yield made


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
def demo_output(installation: Installation) -> str:
    """What `assay demo` said about the main job on the sample bank, which succeeded."""
    done = installation.run("demo", "--exit")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


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
