"""The flow removes what has expired and shows in Prefect how much that was."""

import asyncio
import json
import sys
from typing import cast

import asyncpg
import pytest
from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from domain.settings import Settings
from flows.apply_retention import ARTIFACT, apply_retention
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.flows.worker import Worker

pytestmark = [
    pytest.mark.db,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


async def grow_old(worker: Worker, sql: asyncpg.Connection) -> int:
    """Store some events of long ago; how many of them may expire."""
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, "card")
    while await worker.domain.delivery.number():
        pass
    await sql.execute("UPDATE domain_event SET occurred_at = now() - interval '1 year', due_at = NULL")
    return int(await sql.fetchval("SELECT count(*) - 1 FROM domain_event"))


@pytest.mark.prefect
async def test_the_flow_removes_what_has_expired_and_says_how_much(worker: Worker, sql: asyncpg.Connection) -> None:
    expired = await grow_old(worker, sql)

    with worker.server.used():
        # A flow that returns a state ends in it; Prefect's types put another one around it.
        state = cast("State[None]", await apply_retention(return_state=True))
        async with get_client() as client:
            (artifact,) = await client.read_artifacts(
                artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[ARTIFACT]))
            )

    assert state.is_completed()
    assert state.message == f"{expired} rows removed."
    assert await sql.fetchval("SELECT count(*) FROM domain_event") == 1
    shown = json.loads(str(artifact.data))
    assert {row["kind"]: row["removed"] for row in shown if row["removed"]} == {"events": expired}


async def test_the_command_does_the_same_by_hand(
    worker: Worker, sql: asyncpg.Connection, database_settings: Settings
) -> None:
    expired = await grow_old(worker, sql)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "domain", "apply-retention", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()

    assert process.returncode == 0
    assert f"events: {expired} removed" in said.decode().splitlines()
    assert await sql.fetchval("SELECT count(*) FROM domain_event") == 1
