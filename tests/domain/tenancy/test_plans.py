"""The second wall costs no index: what PostgreSQL compares for a query, it may compare before the policy."""

from collections.abc import Mapping

import asyncpg
import pytest
from sqlalchemy import ColumnElement, any_, literal, text
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.bootstrap import Domain
from domain.db.columns import FqnList
from domain.db.engine import Database
from domain.db.scope import in_scope
from domain.db.tenancy import select_in
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection

pytestmark = pytest.mark.db

ROWS = 20_000
CASES: Mapping[str, tuple[ColumnElement[bool], str, str]] = {
    "a scope": (in_scope(col(AssetRow.fqn), Fqn.parse("bank.main.s7")), "uq_asset_fqn", "fqn >= 'bank.main.s7'"),
    "one of many names": (
        col(AssetRow.fqn) == any_(literal(["bank.main.s7.t7", "bank.main.s8.t8"], FqnList)),
        "uq_asset_fqn",
        "fqn = ANY",
    ),
    "children": (col(AssetRow.parent_fqn).in_(["bank.main.s7"]), "ix_asset_parent", "parent_fqn = "),
    "an id": (col(AssetRow.id) == new_id(), "asset_pkey", "id = "),
    "one of many ids": (col(AssetRow.id).in_([new_id(), new_id()]), "asset_pkey", "id = ANY"),
}


MULTIPLY = """
    INSERT INTO asset
    SELECT (copied).*
      FROM asset, generate_series(1, $2::int) AS n, unnest($1::uuid[]) AS project,
           jsonb_populate_record(asset, jsonb_build_object(
               'id', gen_random_uuid(), 'project_id', project, 'fqn', format('bank.main.s%s.t%s', n % 200, n),
               'parent_fqn', format('bank.main.s%s', n % 200))) AS copied
     WHERE asset.type = 'TABLE'
"""


@pytest.fixture
async def many_assets(domain: Domain, sql: asyncpg.Connection, actor: Actor, stranger: Actor) -> None:
    """Copies of one table in two projects."""
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")
    await sql.execute(MULTIPLY, [actor.tenant.project_id, stranger.tenant.project_id], ROWS)
    await sql.execute("ANALYZE asset")


@pytest.mark.parametrize(("condition", "index", "compared"), CASES.values(), ids=CASES)
async def test_a_tenants_query_uses_its_index(
    condition: ColumnElement[bool], index: str, compared: str, many_assets: None, database: Database, actor: Actor
) -> None:
    statement = select_in(actor.tenant, AssetRow).where(condition)
    compiled = statement.compile(database.engine, compile_kwargs={"literal_binds": True})

    async with database.reading(actor.tenant) as session:
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {compiled}".replace(":", r"\:"))))

    assert "Seq Scan" not in plan
    assert index in plan
    (conditions,) = [line for line in plan.splitlines() if "Index Cond" in line]
    assert compared in conditions
    assert "assay.project" in plan
