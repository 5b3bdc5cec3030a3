"""A person lets an ended run begin again in Prefect's UI while others have all the places at its source."""

from datetime import UTC, datetime

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import BEGIN_SECONDS, CANCEL, connect
from tests.e2e.prefect_server import begun, prefect_api
from tests.fixtures.postgres import PostgresServer
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]

TABLES = """
CREATE SCHEMA slow; CREATE VIEW slow.endless AS SELECT pg_sleep(300)::text AS n;
CREATE SCHEMA quick; CREATE TABLE quick.one AS SELECT 1 AS n;
"""
RUN = "query ($id: ID!) { workflowRun(id: $id) { status prefectFlowRunId } }"


async def test_retry_in_prefects_ui_waits_for_a_place_at_the_source(
    shaken: Installation, shaken_api: GraphQL, postgres: PostgresServer
) -> None:
    # given a run that is done, and two others that have the two places at its source
    source = await asyncpg.connect(await postgres.create_database("crowded"))
    await source.execute(TABLES)
    await source.close()
    await connect(shaken_api, shaken, postgres, "crowded")
    run = await bank.start(shaken_api, "startProfiling", "crowded", "crowded.crowded.quick")
    await bank.complete(shaken_api, run)
    flow_run = (await shaken_api.ask(RUN, id=run))["workflowRun"]["prefectFlowRunId"]
    slow = [await bank.start(shaken_api, "startProfiling", "crowded", "crowded.crowded.slow") for _ in range(2)]

    # when it is retried in Prefect's UI, and has begun there
    await _retry_in_prefect(shaken, flow_run)

    async def has_begun_again() -> bool:
        return await begun(shaken, flow_run) == 2

    await eventually(has_begun_again, BEGIN_SECONDS)

    # then it waits, until one of the others has ended
    async with shaken_api.subscribed(bank.RUN_EVENTS, runId=run) as events:
        first = await anext(events)
        for other in slow:
            await shaken_api.do(CANCEL, input={"runId": other})
        told = bank.states([first, *[event async for event in events]])
    assert (told[0], told[-1]) == ("PENDING", "COMPLETED")


async def _retry_in_prefect(shaken: Installation, flow_run: str) -> None:
    details = {"scheduled_time": datetime.now(UTC).isoformat()}
    state = {"type": "SCHEDULED", "name": "AwaitingRetry", "state_details": details}
    async with prefect_api(shaken) as prefect:
        (await prefect.post(f"/flow_runs/{flow_run}/set_state", json={"state": state})).raise_for_status()
