"""A process that is killed inside a Save, or inside an undo, at each of its statements in turn."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import ApprovalStatus, RunId, RunType, WorkflowRun
from domain.settings import Settings
from domain.violations.model import ViolationStatus
from tests.domain.runs.dying import KILLED
from tests.factories.assets import PUBLIC
from tests.factories.runs import complete, described, request_run
from tests.factories.scenes import CARD, assess_all, assess_metadata, ruled_bank
from tests.factories.violations import violations_in
from tests.waiting import eventually

pytestmark = pytest.mark.db

ANSWER_SECONDS = 60
FEWEST = 15
"""Statements that there certainly are: fewer would mean that the counting went wrong."""
DIGEST = "SELECT '{0}' AS name, md5(string_agg(t::text, ',' ORDER BY t::text)) AS digest FROM {0} AS t"
TABLES = """
SELECT DISTINCT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name = 'project_id' AND table_name NOT LIKE 'metric_snapshot_%'
"""
LOCKED = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND locktype IN ('transactionid', 'tuple')
"""


async def everything(sql: asyncpg.Connection) -> dict[str, str]:
    """Of each table of tenants a digest of all its rows."""
    tables = [row["table_name"] for row in await sql.fetch(TABLES)]
    rows = await sql.fetch(" UNION ALL ".join(DIGEST.format(table) for table in tables))
    return {row["name"]: row["digest"] for row in rows}


async def nothing_is_locked(sql: asyncpg.Connection) -> bool:
    return bool(await sql.fetchval(LOCKED) == 0)


@asynccontextmanager
async def dying(settings: Settings, use_case: str, run_id: RunId) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.domain.runs.dying", use_case, str(run_id),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"ASSAY_DATABASE_URL": settings.database_url()},
    )  # fmt: skip
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        async with asyncio.timeout(ANSWER_SECONDS):
            await process.wait()


async def end_at(process: asyncio.subprocess.Process, statement: int) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{statement}\n".encode())
    async with asyncio.timeout(ANSWER_SECONDS):
        return (await process.stdout.readline()).decode().strip()


@pytest.fixture
async def run(domain: Domain, actor: Actor) -> WorkflowRun:
    """A Save of it writes texts, activates a rule, hides scores and closes violations."""
    rules = await ruled_bank(domain, actor)
    before = domain.clock() - timedelta(hours=1)
    await assess_all(domain, actor, rules, before)
    await assess_metadata(domain, actor, CARD, before, is_described=False)
    run = await request_run(domain, actor, RunType.METADATA_ENRICHMENT, PUBLIC)
    await domain.items.open_items(actor, run.id)
    suggestions = [described(CARD, "A card."), described(CARD.child("amount"), "Cents.", AssetField.BUSINESS_NAME)]
    await domain.items.finish_enriched(actor, run.id, CARD, suggestions, {one.asset: 1 for one in suggestions}, [])
    await complete(domain, actor, run.id)
    return run


async def die_at_each_statement(settings: Settings, sql: asyncpg.Connection, use_case: str, run: WorkflowRun) -> int:
    """How many statements it took, the COMMIT included, when at last nothing killed it."""
    before = await everything(sql)
    async with dying(settings, use_case, run.id) as process:
        statement = 1
        while (ended := await end_at(process, statement)) == KILLED:
            await eventually(lambda: nothing_is_locked(sql))
            assert await everything(sql) == before, f"killed at statement {statement}"
            statement += 1
    assert await everything(sql) != before
    assert int(ended) == statement - 1
    return statement - 1


async def test_a_save_that_is_killed_at_any_statement_leaves_nothing_and_can_be_repeated(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection, database_settings: Settings
) -> None:
    statements = await die_at_each_statement(database_settings, sql, "approve", run)

    assert statements > FEWEST
    approval = (await domain.read.runs.approvals(actor.tenant, [run.id]))[run.id]
    assert (approval.status, approval.applied) == (ApprovalStatus.APPROVED, 2)
    assert (approval.invalidated_cells, approval.resolved_violations) == (1, 1)


async def test_an_undo_that_is_killed_at_any_statement_leaves_nothing_and_can_be_repeated(
    domain: Domain, actor: Actor, run: WorkflowRun, sql: asyncpg.Connection, database_settings: Settings
) -> None:
    await domain.approvals.approve(actor, run.id)

    statements = await die_at_each_statement(database_settings, sql, "undo", run)

    assert statements > FEWEST
    approval = (await domain.read.runs.approvals(actor.tenant, [run.id]))[run.id]
    assert (approval.status, approval.undone_by) == (ApprovalStatus.PENDING, "ada")
    assert [one.status for one in await violations_in(domain, actor, PUBLIC)] == [ViolationStatus.OPEN] * 3
