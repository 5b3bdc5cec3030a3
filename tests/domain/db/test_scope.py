"""`in_scope` and `in_any_scope` say what `Fqn.covers` says, and say it by an index range."""

from collections.abc import AsyncIterator, Iterable
from random import Random

import asyncpg
import pytest
from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.bootstrap import Domain
from domain.db.columns import FqnText
from domain.db.engine import Database
from domain.db.scope import in_any_scope, in_scope
from domain.db.tenancy import select_in
from domain.fqn import Fqn
from domain.identity import Actor, Tenant
from tests.domain.names import SCOPES

pytestmark = pytest.mark.db

NAMES = Table("name", MetaData(), Column("fqn", FqnText, primary_key=True))
PARTS = ["card", "cardtransaction", "card_", "cardX", "card-", "card/", "card.", 'card"', "", "%", "_", "\\", "💳", "é"]
ROWS = 20_000


def generated(count: int) -> list[Fqn]:
    """Names out of few and nasty parts, so that many lie inside others and many only look as if."""
    random = Random(20260301)
    return sorted({Fqn(tuple(random.choices(PARTS, k=random.randint(1, 5)))) for _ in range(count)})


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.reading_across_tenants() as session:
        await session.execute(text('CREATE TEMPORARY TABLE "name" (fqn text COLLATE "C" PRIMARY KEY)'))
        yield session


async def fill(session: AsyncSession, fqns: Iterable[Fqn]) -> None:
    await session.execute(insert(NAMES), [{"fqn": str(fqn)} for fqn in fqns])


async def test_a_scope_in_sql_holds_exactly_what_the_fqn_covers(session: AsyncSession) -> None:
    listed = {Fqn.parse(text_) for _, scope, fqn, _ in SCOPES for text_ in (scope, fqn)}
    names = sorted({*generated(5000), *listed})
    scopes = [*names[:: len(names) // 120], *listed]
    await fill(session, names)

    for scope in scopes:
        found = await session.scalars(select(NAMES.c.fqn).where(in_scope(NAMES.c.fqn, scope)))

        assert set(found) == {str(fqn) for fqn in names if scope.covers(fqn)}, scope


async def test_several_scopes_hold_what_any_of_them_covers(session: AsyncSession) -> None:
    names = generated(2000)
    await fill(session, names)

    for start in range(0, len(names), len(names) // 20):
        scopes = names[start : start + 3]
        found = await session.scalars(select(NAMES.c.fqn).where(in_any_scope(NAMES.c.fqn, scopes)))

        assert set(found) == {str(fqn) for fqn in names if any(scope.covers(fqn) for scope in scopes)}


async def test_no_scope_holds_nothing(session: AsyncSession) -> None:
    await fill(session, generated(50))

    assert list(await session.scalars(select(NAMES.c.fqn).where(in_any_scope(NAMES.c.fqn, [])))) == []


@pytest.fixture
async def many_assets(sql: asyncpg.Connection, actor: Actor) -> None:
    await sql.execute(
        "INSERT INTO asset (id, organization_id, project_id, fqn, type, position, version, content_version, captured,"
        " fields, tags, created_at, updated_at)"
        " SELECT gen_random_uuid(), $1, $2, 'bank.main.s' || n % 200 || '.t' || n, 'TABLE', 1, 1, 1, '{}', '{}',"
        " '[]', now(), now() FROM generate_series(1, $3::int) AS n",
        actor.tenant.organization_id,
        actor.tenant.project_id,
        ROWS,
    )
    await sql.execute("ANALYZE asset")


@pytest.mark.parametrize("scopes", [["bank.main.s7"], ["bank.main.s7.t7"], ["bank.main.s7", "bank.main.s9.t9"]])
async def test_a_scope_is_an_index_range(
    scopes: list[str], many_assets: None, database: Database, actor: Actor
) -> None:
    condition = in_any_scope(col(AssetRow.fqn), [Fqn.parse(scope) for scope in scopes])
    statement = select_in(actor.tenant, AssetRow).where(condition)

    plan = await explained(database, actor.tenant, statement)

    assert "Seq Scan" not in plan
    assert "uq_asset_fqn" in plan
    assert "Index Cond" in plan
    assert "fqn >=" in plan


async def test_the_plan_stays_an_index_range_when_the_scope_is_a_parameter(
    many_assets: None, database: Database, actor: Actor, domain: Domain
) -> None:
    """A driver prepares its statements; a plan for any value must be as good as one for this value."""
    async with database.reading(actor.tenant) as session:
        await session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        await session.execute(
            text(
                "PREPARE scoped (uuid, uuid, text, text, text) AS SELECT id FROM asset WHERE organization_id = $1"
                " AND project_id = $2 AND fqn >= $3 AND fqn < $4 AND (fqn = $3 OR fqn >= $5)"
            )
        )
        tenant = f"'{actor.tenant.organization_id}', '{actor.tenant.project_id}'"
        call = f"EXPLAIN EXECUTE scoped ({tenant}, 'bank.main.s7', 'bank.main.s7/', 'bank.main.s7.')"
        plan = "\n".join(await session.scalars(text(call)))

    assert "Seq Scan" not in plan
    assert "uq_asset_fqn" in plan


async def explained(database: Database, tenant: Tenant, statement: object) -> str:
    compiled = statement.compile(database.engine, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    async with database.reading(tenant) as session:
        return "\n".join(await session.scalars(text(f"EXPLAIN {compiled}")))
