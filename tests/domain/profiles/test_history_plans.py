"""Reading the profiles of one table walks an index, however many profiles there are of others."""

from dataclasses import replace

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunType
from tests.domain.profiles.measured import column, table
from tests.domain.scale.plans import plans_of, sending
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run

pytestmark = pytest.mark.db

PROFILES = 20_000
MULTIPLY = """
    INSERT INTO table_profile
    SELECT (copied).*
      FROM table_profile, generate_series(1, $1::int) AS n,
           jsonb_populate_record(table_profile, jsonb_build_object(
               'id', gen_random_uuid(), 'run_id', gen_random_uuid(), 'fqn', format('bank.main.public.t%s', n % 400),
               'observed_at', now() - n * interval '1 minute')) AS copied
"""
COLUMNS = """
    INSERT INTO column_profile
    SELECT (jsonb_populate_record(one, jsonb_build_object('table_profile_id', profile.id))).*
      FROM table_profile AS profile, column_profile AS one
        ON CONFLICT DO NOTHING
"""


@pytest.fixture
async def many(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> Fqn:
    """One of the tables."""
    await add_connection(domain, actor)
    (card,) = await add_tables(domain, actor, "card")
    run = await request_run(domain, actor, RunType.PROFILING, card)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_profiled(actor, run.id, replace(table(column(["a"])), fqn=card))
    await sql.execute(MULTIPLY, PROFILES)
    await sql.execute(COLUMNS)
    await sql.execute("ANALYZE table_profile, column_profile")
    return Fqn.of("bank", "main", "public", "t7")


async def test_history_trend_and_drift_read_no_table_in_full(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, many: Fqn
) -> None:
    read, tenant = domain.read.profile_history, actor.tenant
    with sending() as sent:
        page = await read.page(tenant, many, PageRequest(first=2))
        await read.page(tenant, many, PageRequest(first=2, after=page.items[-1][0]))
        await read.count(tenant, many)
        await read.columns(tenant, [page.items[0][1].id])
        await read.trend(tenant, many.child("amount"), "completeness", PageRequest(first=2))
        assert await read.compare(tenant, many) is not None

    plans = [plan for one in sent for plan in await plans_of(sql, tenant, one)]

    scans = [node["Relation Name"] for plan in plans for node in plan.nodes if node["Node Type"] == "Seq Scan"]
    assert (len(page.items), len(sent), scans) == (2, 9, [])
    assert {index for plan in plans for index in plan.indexes} == {"ix_table_profile_newest", "column_profile_pkey"}
