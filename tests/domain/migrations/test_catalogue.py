"""What the versions of a catalogue learn when a database that holds some is brought to the newest version."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.migrations.runner import differences, migrate
from domain.settings import Settings
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db

FOUND, GONE, BACK = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
FILL = """
WITH organization AS (INSERT INTO organization VALUES (gen_random_uuid(), 'o', now()) RETURNING id),
     project AS (INSERT INTO project SELECT gen_random_uuid(), id, 'p', now() FROM organization RETURNING *),
     asset AS (INSERT INTO asset (id, organization_id, project_id, fqn, type, position, version, captured, fields,
                                  created_at, updated_at, deleted_at)
               SELECT gen_random_uuid(), organization_id, id, fqn, 'COLUMN', 7, 3, '{}',
                      '{"owner": {"value": "ada", "origin": "HUMAN"}}', $1, $1, deleted_at
                 FROM project, (VALUES ('s.back', NULL), ('s.gone', $2::timestamptz)) AS a (fqn, deleted_at)
               RETURNING *)
INSERT INTO asset_version (organization_id, project_id, asset_id, version, captured, fields, change, actor, changed_at)
SELECT organization_id, project_id, id, v.version, '{}', '{}', change, 'ada', changed_at
  FROM asset, (VALUES (1, 'found', $1::timestamptz), (2, 'vanished from the source', $2), (3, 'last', $3::timestamptz))
              AS v (version, change, changed_at)
"""


@pytest.fixture
async def older(postgres: PostgresServer) -> Settings:
    """A database of the first version, with an asset that went and came back, and one that is gone."""
    settings = settings_for(await postgres.create_database("assay_migrating"))
    await asyncio.to_thread(migrate, settings, "0001")
    sql = await asyncpg.connect(settings.database_url())
    await sql.execute(FILL, FOUND, GONE, BACK)
    await sql.close()
    return settings


async def test_versions_learn_what_they_did_not_keep(older: Settings) -> None:
    await asyncio.to_thread(migrate, older)

    sql = await asyncpg.connect(older.database_url())
    rows = await sql.fetch(
        "SELECT a.fqn, v.version, v.type, v.position, v.tags, v.deleted_at FROM asset_version v"
        " JOIN asset a ON a.id = v.asset_id ORDER BY 1, 2"
    )
    await sql.close()
    assert [tuple(row) for row in rows] == [
        ("s.back", 1, "COLUMN", 7, "[]", None),
        ("s.back", 2, "COLUMN", 7, "[]", GONE),
        ("s.back", 3, "COLUMN", 7, "[]", None),
        ("s.gone", 1, "COLUMN", 7, "[]", None),
        ("s.gone", 2, "COLUMN", 7, "[]", GONE),
        ("s.gone", 3, "COLUMN", 7, "[]", GONE),
    ]
    assert await asyncio.to_thread(differences, older) is None
