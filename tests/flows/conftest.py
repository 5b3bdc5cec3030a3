from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.bootstrap import Domain, assemble
from domain.clock import utc_now
from domain.db.engine import Database
from domain.identity import Actor
from domain.settings import RunSettings, Settings
from tests.fakes.model_provider import ModelProvider, running_provider
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.prefect import PrefectServer
from tests.flows.sources.source_database import SourceDatabase, fresh_source_database
from tests.flows.worker import PASSWORD_VARIABLE, Worker


@pytest.fixture
def domain(database: Database, database_settings: Settings) -> Domain:
    """Its runs wait for no others: none of those that only made the catalogue for a test ever ends."""
    unlimited = database_settings.model_copy(update={"runs": RunSettings(max_per_connection=None)})
    return assemble(database, unlimited, utc_now)


@pytest.fixture
def worker(
    prefect_server: PrefectServer,
    domain: Domain,
    actor: Actor,
    database_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Worker:
    """Runs flows in this process, with the settings that a flow run finds in its environment."""
    monkeypatch.setenv("ASSAY_DATABASE_URL", database_settings.database_url())
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    return Worker(prefect_server, domain, actor)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelProvider]:
    """A model that flow runs ask, because their settings say so."""
    with running_provider() as running:
        monkeypatch.setenv("ASSAY_ENRICHMENT_PROVIDER", "openai")
        monkeypatch.setenv("ASSAY_ENRICHMENT_OPENAI_BASE_URL", running.openai_url)
        monkeypatch.setenv("ASSAY_ENRICHMENT_OPENAI_API_KEY", "k")
        yield running


@pytest.fixture
async def shop(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> SourceDatabase:
    """An empty source, whose password a flow run finds in its environment."""
    monkeypatch.setenv(PASSWORD_VARIABLE, postgres.address.password or "")
    return await fresh_source_database(postgres)
