from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from deploy.local.bank.load import load_bank
from deploy.local.bank.sample import Sample, make_sample
from deploy.local.server_address import ServerAddress
from tests.fixtures.postgres import fresh_database

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample()


@pytest.fixture(scope="session")
def new_database(postgres: ServerAddress) -> NewDatabase:
    """Creates an empty database of this name and gives its DSN."""

    async def create(name: str) -> str:
        return await fresh_database(postgres, name)

    return create


@pytest.fixture(scope="session")
async def bank(new_database: NewDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database that holds the default sample."""
    dsn = await new_database("bank")
    await load_bank(dsn)
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()
