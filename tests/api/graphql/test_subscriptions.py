from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.rules.model import DqRule
from domain.runs.model import RunStatus, RunType, WorkflowRun
from tests.api.graphql.untouched import settled
from tests.e2e.client import GraphQL
from tests.factories.runs import complete, report, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank

NOBODY = UUID(int=1)
"""No row has this id."""


pytestmark = pytest.mark.db

RUN = """subscription ($runId: ID!, $after: String) { workflowRunEvents(runId: $runId, after: $after) { __typename
  ... on WorkflowRunSnapshot { cursor run { status } }
  ... on WorkflowRunStateChanged { cursor status }
  ... on WorkflowRunProgressed { cursor item at progress { completed total } }
  ... on WorkflowRunLogged { cursor level message } ... on Error { code } } }"""
RUNS = """subscription ($scope: Fqn, $after: String) { workflowRunsChanged(scope: $scope, after: $after) {
  cursor run { id status } } }"""
CARD_SCORES = """subscription ($scope: Fqn!, $after: String) { scorecardChanged(scope: $scope, after: $after) {
  cursor scorecard { state score } } }"""
VIOLATIONS = """subscription ($scope: Fqn, $after: String) { violationsChanged(scope: $scope, after: $after) {
  cursor opened recurred resolved updated scopes } }"""
EVENTS = """subscription ($after: String, $scope: Fqn, $types: [EventType!]) {
  events(after: $after, scope: $scope, types: $types) { cursor type scopes run { status } } }"""
LIST = "query ($after: String, $first: Int) { events(after: $after, first: $first) { edges { cursor node { type } } } }"
ASSESSED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def rules(api: GraphQL, domain: Domain, actor: Actor, sql: asyncpg.Connection) -> Mapping[Fqn, DqRule]:
    """Those of a bank on which nobody works any more."""
    made = await ruled_bank(domain, actor)
    await settled(sql)
    await sql.execute("UPDATE workflow_run SET status = 'COMPLETED', waiting_since = NULL")
    return made


def key(run: WorkflowRun) -> str:
    return write_id("WorkflowRun", run.id)


async def rest(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in events]


async def work_to_the_end(domain: Domain, actor: Actor, run: WorkflowRun) -> None:
    await report(domain, actor, run.id, RunStatus.RUNNING, domain.clock())
    await domain.items.open_items(actor, run.id)
    await domain.items.start(actor, run.id, CARD)
    await domain.runs.log(actor, run.id, "INFO", "Reading card.")
    await domain.items.finish(actor, run.id, CARD, {})
    await report(domain, actor, run.id, RunStatus.COMPLETED, domain.clock())


def told(event: dict[str, Any]) -> tuple[str, Any]:
    match event["__typename"]:
        case "WorkflowRunSnapshot":
            return ("snapshot", event["run"]["status"])
        case "WorkflowRunStateChanged":
            return ("state", event["status"])
        case "WorkflowRunProgressed":
            return ("progress", event["progress"]["completed"])
        case _:
            return ("log", event["message"])


STORY = [
    ("state", "RUNNING"),
    ("progress", 0),
    ("log", "Reading card."),
    ("progress", 1),
    ("state", "COMPLETED"),
]


async def test_run_is_followed_from_its_snapshot_to_its_end(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)

    async with api.subscribed(RUN, runId=key(run)) as events:
        first = await anext(events)
        await work_to_the_end(domain, actor, run)
        following = await rest(events)

    assert [told(event) for event in [first, *following]] == [("snapshot", "PENDING"), *STORY]
    cursors = [event["cursor"] for event in [first, *following]]
    assert len(set(cursors)) == len(cursors)


async def test_resuming_behind_any_event_tells_exactly_what_came_after_it(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
    async with api.subscribed(RUN, runId=key(run)) as events:
        seen = [await anext(events)]
        await work_to_the_end(domain, actor, run)
        seen += await rest(events)

    for place, event in enumerate(seen):
        async with api.subscribed(RUN, runId=key(run), after=event["cursor"]) as events:
            assert [told(one) for one in await rest(events)] == STORY[place:]


async def test_snapshot_of_an_ended_run_is_all_there_is(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
    await complete(domain, actor, run.id)

    async with api.subscribed(RUN, runId=key(run)) as events:
        seen = await rest(events)
    async with api.subscribed(RUN, runId=key(run), after=seen[0]["cursor"]) as events:
        resumed = await rest(events)

    assert [told(event) for event in seen] == [("snapshot", "COMPLETED")]
    assert resumed == []


async def test_run_that_is_tried_again_can_be_followed_again(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
    await complete(domain, actor, run.id)
    async with api.subscribed(RUN, runId=key(run)) as events:
        ended = (await rest(events))[-1]
    await domain.runs.retry(actor, run.id)
    await complete(domain, actor, run.id)

    async with api.subscribed(RUN, runId=key(run), after=ended["cursor"]) as events:
        again = await rest(events)

    assert [told(event) for event in again] == [("state", "PENDING"), ("state", "RUNNING"), ("state", "COMPLETED")]


@pytest.mark.parametrize(
    ("run_id", "after", "answer"),
    [
        ("nonsense", None, ("NotFound", "NOT_FOUND")),
        (write_id("WorkflowRun", NOBODY), None, ("NotFound", "NOT_FOUND")),
        (write_id("WorkflowRun", NOBODY), "nonsense", ("InvalidInput", "BAD_USER_INPUT")),
    ],
)
async def test_what_cannot_be_followed_is_told_and_the_stream_ends(
    api: GraphQL, run_id: str, after: str | None, answer: tuple[str, str]
) -> None:
    async with api.subscribed(RUN, runId=run_id, after=after) as events:
        assert [(event["__typename"], event["code"]) for event in await rest(events)] == [answer]


async def test_runs_in_a_scope_are_told_and_their_siblings_are_not(api: GraphQL, domain: Domain, actor: Actor) -> None:
    async with api.subscribed(RUNS, scope=str(CARD), after=await newest_cursor(api)) as changes:
        await request_run(domain, actor, RunType.DQ_EXECUTION, CARD_TRANSACTION)
        wanted = await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
        change = await anext(changes)

    assert change["run"]["id"] == key(wanted)


async def newest_cursor(api: GraphQL) -> str:
    """Behind all events so far."""
    edges = (await api.ask(LIST, first=100))["events"]["edges"]
    return str(edges[-1]["cursor"])


async def test_scorecard_is_told_as_it_is_and_again_when_it_changes(
    api: GraphQL, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    async with api.subscribed(CARD_SCORES, scope=str(CARD)) as changes:
        before = await anext(changes)
        await assess_all(domain, actor, rules, ASSESSED_AT)
        after = await anext(changes)

    assert before["scorecard"] == {"state": "NOT_ASSESSED", "score": None}
    assert after["scorecard"] == {"state": "SCORED", "score": "0.9"}


async def test_scorecard_resumed_begins_with_the_first_change_that_was_missed(
    api: GraphQL, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    async with api.subscribed(CARD_SCORES, scope=str(CARD)) as changes:
        cursor = (await anext(changes))["cursor"]
    await assess_all(domain, actor, rules, ASSESSED_AT)

    async with api.subscribed(CARD_SCORES, scope=str(CARD), after=cursor) as changes:
        missed = await anext(changes)

    assert missed["scorecard"] == {"state": "SCORED", "score": "0.9"}


@pytest.mark.parametrize("subscribers", [1, 8])
async def test_a_change_is_read_once_for_all_who_follow_the_scorecard(
    api: GraphQL,
    domain: Domain,
    actor: Actor,
    rules: Mapping[Fqn, DqRule],
    statements: list[str],
    subscribers: int,
) -> None:
    async with AsyncExitStack() as stack:
        followed = [
            await stack.enter_async_context(api.subscribed(CARD_SCORES, scope=str(CARD))) for _ in range(subscribers)
        ]
        for changes in followed:
            await anext(changes)
        statements.clear()
        await assess_all(domain, actor, rules, ASSESSED_AT)
        told = [await anext(changes) for changes in followed]

    assert told == [told[0]] * subscribers
    assert told[0]["scorecard"] == {"state": "SCORED", "score": "0.9"}
    assert sum("table_score" in statement for statement in statements) == 1


async def test_violations_are_told_in_numbers_for_each_transaction_in_the_scope(
    api: GraphQL, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    async with api.subscribed(VIOLATIONS, scope=str(CARD), after=await newest_cursor(api)) as changes:
        await assess_all(domain, actor, rules, ASSESSED_AT)
        await assess_all(domain, actor, rules, ASSESSED_AT.replace(hour=13))
        await assess_all(domain, actor, rules, ASSESSED_AT.replace(hour=14), failed=0)
        seen = [await anext(changes) for _ in range(3)]

    assert [(one["opened"], one["recurred"], one["resolved"]) for one in seen] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert {tuple(one["scopes"]) for one in seen} == {(str(CARD),)}


async def test_events_go_on_behind_the_cursor_of_the_list_and_lose_nothing(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    listed = (await api.ask(LIST, first=100))["events"]["edges"]

    async with api.subscribed(EVENTS, after=listed[1]["cursor"]) as events:
        replayed = [await anext(events) for _ in listed[2:]]
        await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
        new = await anext(events)

    assert [event["cursor"] for event in replayed] == [edge["cursor"] for edge in listed[2:]]
    assert (new["type"], new["scopes"], new["run"]) == ("RUN_REQUESTED", [str(CARD)], {"status": "PENDING"})


async def test_events_of_chosen_kinds_and_scope(api: GraphQL, domain: Domain, actor: Actor) -> None:
    wanted = {"types": ["RUN_STATE_CHANGED"], "scope": f"{CARD}.amount", "after": await newest_cursor(api)}
    async with api.subscribed(EVENTS, **wanted) as events:
        await complete(domain, actor, (await request_run(domain, actor, RunType.DQ_EXECUTION, CARD_TRANSACTION)).id)
        await complete(domain, actor, (await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)).id)
        seen = [await anext(events) for _ in range(2)]

    assert [event["scopes"] for event in seen] == [[str(CARD)]] * 2


async def test_listed_events_of_a_scope_are_those_that_a_subscriber_to_it_is_told(
    api: GraphQL, domain: Domain, actor: Actor
) -> None:
    async with api.subscribed(EVENTS, after=await newest_cursor(api), types=["RUN_REQUESTED"]) as events:
        await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
        await anext(events)
    query = """query ($scope: Fqn, $types: [EventType!]) { events(scope: $scope, types: $types) {
      edges { node { type scopes } } } }"""

    async def listed(scope: str) -> list[list[str]]:
        page = await api.ask(query, scope=scope, types=["RUN_REQUESTED", "CONNECTION_CHANGED"])
        return [edge["node"]["scopes"] for edge in page["events"]["edges"]]

    assert (await listed(str(CARD)))[-1] == [str(CARD)]
    assert await listed(f"{CARD}.amount") == await listed(str(CARD))
    assert [str(CARD)] not in await listed(str(CARD_TRANSACTION))


async def test_another_projects_events_are_not_told(
    api: GraphQL, domain: Domain, actor: Actor, stranger: Actor
) -> None:
    async with api.subscribed(EVENTS, after=await newest_cursor(api)) as events:
        await ruled_bank(domain, stranger)
        await request_run(domain, actor, RunType.DQ_EXECUTION, CARD)
        first = await anext(events)

    assert first["type"] == "RUN_REQUESTED"
    assert first["scopes"] == [str(CARD)]
