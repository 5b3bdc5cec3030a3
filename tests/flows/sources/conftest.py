import pytest

from tests.fixtures.postgres import PostgresServer
from tests.flows.sources.source_database import SourceDatabase, fresh_source_database


@pytest.fixture
async def database(postgres: PostgresServer) -> SourceDatabase:
    return await fresh_source_database(postgres)
