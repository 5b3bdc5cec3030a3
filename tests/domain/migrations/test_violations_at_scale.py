"""The migration of violations, on a database that holds some."""

import asyncio

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from domain.db.scope_keys import keys_of
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.migrations.runner import _config, _on_connection, migrate
from tests.fixtures.database import settings_for
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db

REVISION = "0006"
TENANT = Tenant(OrganizationId(new_id()), ProjectId(new_id()))
ASSETS = ["bank", "bank.main", "bank.main.public", 'bank.main."pub.lic".card', "bank.main.public.card.amount"]


def to_the_one_before(connection: Connection) -> None:
    config = _config(connection)
    before = ScriptDirectory.from_config(config).get_revision(REVISION).down_revision
    assert isinstance(before, str)
    command.upgrade(config, before)


async def fill(sql: asyncpg.Connection) -> None:
    await sql.execute("INSERT INTO organization (id, name, created_at) VALUES ($1, 'o', now())", TENANT.organization_id)
    await sql.execute(
        "INSERT INTO project (id, organization_id, name, created_at) VALUES ($1, $2, 'p', now())",
        TENANT.project_id,
        TENANT.organization_id,
    )
    for asset in ASSETS:
        await sql.execute(
            "INSERT INTO violation (id, organization_id, project_id, check_key, asset_fqn, metric, dimension, severity,"
            " rule_id, status, opened_at, last_seen_at, occurrences, details, imported)"
            " VALUES ($1, $2, $3, 'as it was called elsewhere', $4, 'm', 'd', 'LOW', $1, 'OPEN', now(), now(), 1, '{}',"
            " true)",
            new_id(),
            TENANT.organization_id,
            TENANT.project_id,
            asset,
        )


async def test_violations_that_are_there_get_their_keys(postgres: PostgresServer) -> None:
    settings = settings_for(await postgres.create_database("assay_migrated"))
    await asyncio.to_thread(lambda: asyncio.run(_on_connection(settings, to_the_one_before)))
    sql = await asyncpg.connect(settings.database_url())
    try:
        await fill(sql)

        await asyncio.to_thread(migrate, settings)

        rows = await sql.fetch(
            "SELECT asset_fqn, service_key, schema_key, table_key, check_key, rule_id FROM violation"
        )
    finally:
        await sql.close()
    found = {row["asset_fqn"]: (row["service_key"], row["schema_key"], row["table_key"]) for row in rows}
    assert found == {asset: tuple(keys_of(TENANT, Fqn.parse(asset)).values()) for asset in ASSETS}
    assert all(row["check_key"] == str(row["rule_id"]) for row in rows)
