from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.profiling.engine import ProfilingEngine, open_engine
from tests.fixtures.postgres import PostgresServer
from tests.flows.sources.source_database import SourceDatabase, fresh_source_database


@pytest.fixture
async def database(postgres: PostgresServer) -> SourceDatabase:
    return await fresh_source_database(postgres)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[ProfilingEngine]:
    async with open_engine(memory_limit_mb=128, spill_folder=tmp_path) as opened:
        yield opened
