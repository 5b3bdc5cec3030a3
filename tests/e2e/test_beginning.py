"""A run that cannot begin is submitted again, by itself and not for ever."""

from typing import Any

import asyncpg
import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.e2e.own_source import connect
from tests.e2e.prefect_server import begun, unable_to_begin
from tests.fixtures.postgres import PostgresServer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-shaken")]


async def test_run_that_crashes_before_it_began_is_submitted_again_until_it_begins(
    shaken: Installation, shaken_api: GraphQL, postgres: PostgresServer
) -> None:
    # given runs whose processes end before they begin
    source = await asyncpg.connect(await postgres.create_database("plain"))
    await source.execute("CREATE TABLE one AS SELECT 1 AS n")
    await source.close()
    await connect(shaken_api, shaken, postgres, "plain")
    async with unable_to_begin(shaken):
        # when one can begin after its first resubmission, and the other never can
        lucky = await bank.start(shaken_api, "startProfiling", "plain", "plain.plain.public")
        await _until_it_says(shaken_api, lucky, "(1 of 3)")
    first = await bank.follow(shaken_api, lucky)
    async with unable_to_begin(shaken):
        luckless = await bank.start(shaken_api, "startProfiling", "plain", "plain.plain.public")
        second = await bank.follow(shaken_api, luckless)

    # then the one completes, begun once, and the other stays crashed and says how often it was tried
    assert bank.states(first)[-1] == "COMPLETED"
    lucky_run, luckless_run = await _why(shaken_api, lucky), await _why(shaken_api, luckless)
    assert await begun(shaken, lucky_run["prefectFlowRunId"]) == 1
    assert bank.states(second) == ["PENDING", "CRASHED"]
    assert await begun(shaken, luckless_run["prefectFlowRunId"]) == 0
    assert luckless_run["error"]["message"].startswith(
        "The run crashed before it began, and 3 times more when it was submitted again."
    )


async def _why(api: GraphQL, run: str) -> dict[str, Any]:
    query = "query ($id: ID!) { workflowRun(id: $id) { prefectFlowRunId error { message } } }"
    return dict((await api.ask(query, id=run))["workflowRun"])


async def _until_it_says(api: GraphQL, run: str, words: str) -> None:
    async with api.subscribed(bank.RUN_EVENTS, runId=run) as events:
        async for event in events:
            if words in event.get("message", ""):
                return
