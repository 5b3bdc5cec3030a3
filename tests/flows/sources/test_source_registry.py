from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.connections.model import ConnectionId, ConnectionKind, ConnectionStatus, DataConnection
from domain.identity import OrganizationId, ProjectId
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable
from flows.sources.registry import open_source
from tests.flows.sources.source_database import SourceDatabase

OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'assay' AND datname = current_database()"

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _connection(database: SourceDatabase, secret: str | None) -> DataConnection:
    return DataConnection(
        id=ConnectionId(UUID(int=1)),
        name="svc",
        kind=ConnectionKind.POSTGRESQL,
        settings=database.settings(secret=secret),
        status=ConnectionStatus.PENDING,
        status_message=None,
        version=1,
        organization_id=OrganizationId(UUID(int=2)),
        project_id=ProjectId(UUID(int=3)),
        created_at=NOW,
        updated_at=NOW,
    )


async def test_source_opens_with_the_secret_of_its_reference_and_closes(
    database: SourceDatabase, tmp_path: Path
) -> None:
    (tmp_path / "shop").write_text(database.server.address.password + "\n")

    async with open_source(_connection(database, "file:shop"), tmp_path, SourceSettings()) as source:
        version = await source.check()

    assert version.startswith("PostgreSQL ")
    assert source.address == database.settings().address
    assert await database.ask(OPEN) == [(0,)]


async def test_missing_secret_is_named_before_anything_is_opened(database: SourceDatabase, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match=r"The secret file:shop is not there"):
        async with open_source(_connection(database, "file:shop"), tmp_path, SourceSettings()):
            raise AssertionError("it cannot open")
