from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.bank.load import load_bank
from deploy.local.bank.sample import Sample, make_sample
from tests.fixtures.postgres import PostgresServer


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample()


@pytest.fixture(scope="session")
async def bank(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database that holds the default sample."""
    dsn = await postgres.create_database("bank")
    await load_bank(dsn)
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()
