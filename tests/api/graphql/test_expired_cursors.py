"""Whoever comes back after the events behind its cursor have expired is told so, instead of losing them unnoticed."""

import asyncpg
import httpx
import pytest

from api.graphql.events import EVENTS
from api.graphql.ids import write_id
from api.graphql.runs.events import Place
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.retention.model import Kind, policy_of
from domain.runs.model import RunType
from domain.settings import RetentionSettings
from tests.e2e.client import GraphQL
from tests.factories.runs import request_run
from tests.factories.scenes import CARD, ruled_bank

pytestmark = pytest.mark.db

SAYS = "Events behind this cursor have expired. Leave `after` out and begin anew."
TOO_OLD = 1
"""Number of an event behind which others have expired."""
RUN = """subscription ($runId: ID!, $after: String) { workflowRunEvents(runId: $runId, after: $after) {
  ... on InvalidInput { code fields { path message } } } }"""
SUBSCRIPTIONS = [
    f'subscription ($after: String) {{ scorecardChanged(scope: "{CARD}", after: $after) {{ cursor }} }}',
    "subscription ($after: String) { violationsChanged(after: $after) { cursor } }",
    "subscription ($after: String) { workflowRunsChanged(after: $after) { cursor } }",
    "subscription ($after: String) { events(after: $after) { cursor } }",
]


@pytest.fixture
async def run_id(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> str:
    """A run in a project whose old events have expired before the server starts."""
    await ruled_bank(domain, actor)
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
    while await domain.delivery.number():
        pass
    await sql.execute("UPDATE domain_event SET occurred_at = now() - interval '31 days', due_at = NULL")
    assert await domain.sweep.remove(policy_of(RetentionSettings()), Kind.EVENTS) > TOO_OLD
    return write_id("WorkflowRun", run.id)


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS)
async def test_a_subscription_does_not_resume_there(run_id: str, api: GraphQL, subscription: str) -> None:
    async with api.subscribed(subscription, after=EVENTS.write(str(TOO_OLD))) as events:
        with pytest.raises(AssertionError, match="Events behind this cursor have expired") as told:
            await anext(events)

    assert "'code': 'BAD_USER_INPUT'" in str(told.value)


async def test_a_run_is_not_followed_from_there(run_id: str, api: GraphQL) -> None:
    async with api.subscribed(RUN, runId=run_id, after=Place(TOO_OLD, None, None).cursor) as events:
        told = [event async for event in events]

    assert told == [{"code": "BAD_USER_INPUT", "fields": [{"path": "after", "message": SAYS}]}]


async def test_the_list_does_not_go_on_there_but_begins_anew(
    run_id: str, api: GraphQL, http: httpx.AsyncClient
) -> None:
    query = "query ($after: String) { events(after: $after) { edges { cursor } } }"

    reply = await http.post("/graphql", json={"query": query, "variables": {"after": EVENTS.write(str(TOO_OLD))}})
    anew = await api.ask(query)

    (error,) = reply.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == (SAYS, "BAD_USER_INPUT")
    (cursor, *_) = [edge["cursor"] for edge in anew["events"]["edges"]]
    assert await api.ask(query, after=cursor)
