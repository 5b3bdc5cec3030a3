"""What must hold whatever there is and whatever happens meanwhile: of scopes, pages, saves and starts."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.glossary.model import TermEdit
from domain.identity import Actor
from domain.runs.model import RunType
from tests.api.sockets import FOLLOW, say, signed_in, socket
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.waiting import eventually

pytestmark = pytest.mark.db

SEEDS = range(5)
CLIENTS = 100
PIECES = ["card", "Card", "%", "_", "\\", '"', ".", " ", "'", "é", "日本", "🂡", "transaction", "a", "ß"]
TABLES = """query ($scope: Fqn) { assets(scope: $scope, filter: {types: [TABLE]}, first: 100) {
  edges { node { fqn } } } }"""
TERMS = """query ($first: Int, $after: String, $last: Int, $before: String) {
  glossaryTerms(first: $first, after: $after, last: $last, before: $before) {
    edges { node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
START = """mutation ($input: StartProfilingInput!) { startProfiling(input: $input) {
  ... on StartProfilingSuccess { run { id } } } }"""
APPROVE = """mutation ($input: ApproveRunInput!) { approveRun(input: $input) { __typename } }"""
OPEN_ONES = """query ($scope: Fqn!) { violations(scope: $scope, filter: {status: [OPEN]}) { totalCount } }"""
SCORED = """query ($scope: Fqn!) { scorecard(scope: $scope) { dimensions { dimension { name } state } } }"""


def some_names(chance: random.Random, count: int) -> list[str]:
    names = {"".join(chance.choices(PIECES, k=chance.randint(1, 4))) for _ in range(count)}
    return sorted(name for name in names if name.strip())


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_scope_holds_itself_and_what_lies_below_it_and_no_sibling(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection, seed: int
) -> None:
    chance = random.Random(seed)
    tables = await add_tables(domain, actor, *some_names(chance, 30))
    strangers = [PUBLIC.child(name) for name in some_names(chance, 15)]
    scopes = [*tables, *strangers, PUBLIC, Fqn.of("bank", "main", "publi")]

    for scope in scopes:
        found = (await api.ask(TABLES, scope=str(scope)))["assets"]["edges"]
        assert {edge["node"]["fqn"] for edge in found} == {str(table) for table in tables if scope.covers(table)}


async def page(api: GraphQL, **wanted: Any) -> tuple[list[str], Mapping[str, Any]]:
    found = (await api.ask(TERMS, **wanted))["glossaryTerms"]
    return [edge["node"]["name"] for edge in found["edges"]], found["pageInfo"]


async def walk(api: GraphQL, chance: random.Random, meanwhile: "Meanwhile", *, forward: bool) -> list[str]:
    """All pages, of sizes that change, while the list changes between them."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        size = chance.randint(1, 7)
        wanted = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
        names, info = await page(api, **wanted)
        seen = seen + names if forward else names + seen
        cursor = info["endCursor" if forward else "startCursor"]
        if not info["hasNextPage" if forward else "hasPreviousPage"]:
            return seen
        await meanwhile.happen()


class Meanwhile:
    """Terms come and go; those that were there first and were not chosen stay throughout."""

    def __init__(self, domain: Domain, actor: Actor, chance: random.Random) -> None:
        self._domain, self._actor, self._chance = domain, actor, chance
        self._passing: list[str] = []

    async def happen(self) -> None:
        if self._passing and self._chance.random() < 0.5:
            name = self._passing.pop(self._chance.randrange(len(self._passing)))
            term = await self._domain.read.glossary.named(self._actor.tenant, name)
            assert term
            await self._domain.glossary.delete(self._actor, term.id, term.version)
        else:
            name = f"{self._chance.choice('aekpz')} passing {self._chance.random()}"
            await self._domain.glossary.upsert(self._actor, TermEdit(name, "Goes again."))
            self._passing.append(name)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("forward", [True, False])
async def test_pages_show_what_stays_once_and_in_order_while_other_rows_come_and_go(
    api: GraphQL, domain: Domain, actor: Actor, seed: int, forward: bool
) -> None:
    chance = random.Random(seed)
    staying = {f"{chance.choice('abcdefghijklmnopqrstuvwxyz')} {number}" for number in range(25)}
    for name in staying:
        await domain.glossary.upsert(actor, TermEdit(name, "Stays."))
    meanwhile = Meanwhile(domain, actor, chance)
    for _ in range(5):
        await meanwhile.happen()

    seen = await walk(api, chance, meanwhile, forward=forward)

    assert len(set(seen)) == len(seen)
    whole, _ = await page(api, first=100)
    assert [name for name in seen if name in staying] == [name for name in whole if name in staying]


async def test_who_has_seen_one_half_of_a_save_sees_the_other(api: GraphQL, domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    scope = {"scope": str(CARD)}

    async def has_violations() -> bool:
        return bool((await api.ask(OPEN_ONES, **scope))["violations"]["totalCount"])

    async def is_scored() -> bool:
        found = (await api.ask(SCORED, **scope))["scorecard"]["dimensions"]
        return "SCORED" in {one["state"] for one in found if one["dimension"]["name"] == "completeness"}

    for minute in range(8):
        await assess_all(domain, actor, rules, datetime(2026, 3, 1, 12, minute, tzinfo=UTC))
        run = await completed_run(domain, actor, RunType.PROFILING, CARD)
        saving = asyncio.create_task(api.do(APPROVE, input={"runId": write_id("WorkflowRun", run.id)}))
        while not saving.done():
            if not await has_violations():
                assert not await is_scored()
            if not await is_scored():
                assert not await has_violations()
        assert await saving == {"__typename": "ApproveRunSuccess"}


async def test_two_who_save_at_once_are_told_the_same(api: GraphQL, domain: Domain, actor: Actor) -> None:
    await assess_all(domain, actor, await ruled_bank(domain, actor), datetime(2026, 3, 1, tzinfo=UTC))
    run = write_id("WorkflowRun", (await completed_run(domain, actor, RunType.PROFILING, CARD)).id)
    asked = """mutation ($input: ApproveRunInput!) { approveRun(input: $input) { ... on ApproveRunSuccess {
      resolvedViolationCount run { approval { version } } } } }"""

    first, second = await asyncio.gather(*(api.do(asked, input={"runId": run}) for _ in range(2)))

    assert first == second
    assert first["resolvedViolationCount"] == 1


async def test_clients_that_are_killed_leave_nothing_running(http: httpx.AsyncClient) -> None:
    at_rest = len(asyncio.all_tasks())

    async def at_work(subscriptions: int) -> bool:
        told = (await http.get("/metrics")).text
        return f"assay_open_subscriptions {subscriptions}.0\n" in told

    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(socket(http)) for _ in range(CLIENTS)]
        for ws in sockets:
            await signed_in(ws)
            await say(ws, {"type": "subscribe", "id": "1", "payload": FOLLOW})
        await eventually(lambda: at_work(CLIENTS))
        for ws in sockets:
            ws.transport.abort()
        await eventually(lambda: at_work(0))

    async def as_at_rest() -> bool:
        return len(asyncio.all_tasks()) <= at_rest

    await eventually(as_at_rest)


async def test_twenty_who_start_with_one_key_at_once_start_one_run(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    (card,) = await add_tables(domain, actor, "card")
    wanted = {"connection": "bank", "targets": [{"table": str(card)}], "idempotencyKey": "once"}

    started = await asyncio.gather(*(api.do(START, input=wanted) for _ in range(20)))

    listed = await api.ask("{ workflowRuns(filter: {types: [PROFILING]}) { edges { node { id } } } }")
    assert [edge["node"] for edge in listed["workflowRuns"]["edges"]] == [started[0]["run"]]
    assert started == started[:1] * 20
