"""Profiles of earlier runs, and what changed since, through GraphQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import RunId, RunType
from tests.domain.profiles.measured import NOW, column, numbers, table
from tests.e2e.client import GraphQL
from tests.factories.assets import add_tables
from tests.factories.runs import request_run

pytestmark = pytest.mark.db

HISTORY = """query ($table: Fqn!, $first: Int, $after: String) {
  profileHistory(table: $table, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    edges { node { observedAt rowCount { value method } run { id type }
      profile { columnCount columns { name top { value } } } } } } }"""
TREND = """query ($column: Fqn!, $metric: String!) { profileTrend(column: $column, metric: $metric) {
  edges { node { profile { observedAt } measurement { value low high method } } } } }"""
DRIFT = """query ($table: Fqn!, $fromRun: ID, $toRun: ID) {
  profileDrift(table: $table, fromRun: $fromRun, toRun: $toRun) {
  before { run { id } } after { run { id } } rowCount { difference change } addedColumns removedColumns notCompared
  columns { name level isTypeChanged typeBefore typeAfter
    distributions { basis level populationStabilityIndex leastStabilityIndex indexByChance jensenShannonDistance
      kolmogorovSmirnov parts { name low high before after } }
    numbers { metric change difference } } } }"""


async def profiled(domain: Domain, actor: Actor, fqn: Fqn, days: Sequence[int]) -> list[RunId]:
    """Runs that measured the table on these days: on each half of the answers more is yes."""
    runs = []
    for day in days:
        run = await request_run(domain, actor, RunType.PROFILING, fqn)
        await domain.items.open_items(actor, run.id)
        answers = column(["yes"] * (50 + 25 * day) + ["no"] * (50 - 25 * day), "answer")
        measured = table(answers, numbers([float(day), 1.0]), rows=100 + day)
        await domain.items.finish_profiled(
            actor, run.id, replace(measured, fqn=fqn, observed_at=NOW + timedelta(days=day))
        )
        runs.append(run.id)
    return runs


@pytest.fixture
async def card(domain: Domain, actor: Actor, bank: DataConnection) -> Fqn:
    (fqn,) = await add_tables(domain, actor, "card")
    return fqn


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


async def test_history_shows_each_profile_with_its_run(api: GraphQL, domain: Domain, actor: Actor, card: Fqn) -> None:
    runs = await profiled(domain, actor, card, [0, 1, 2])

    first = (await api.ask(HISTORY, table=str(card), first=2))["profileHistory"]
    rest = (await api.ask(HISTORY, table=str(card), first=2, after=first["pageInfo"]["endCursor"]))["profileHistory"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert [one["run"]["id"] for one in nodes(first) + nodes(rest)] == [
        write_id("WorkflowRun", run) for run in reversed(runs)
    ]
    assert nodes(rest) == [
        {
            "observedAt": "2026-03-01T12:00:00+00:00",
            "rowCount": {"value": 100, "method": "EXACT"},
            "run": {"id": write_id("WorkflowRun", runs[0]), "type": "PROFILING"},
            "profile": {
                "columnCount": 2,
                "columns": [
                    {"name": "answer", "top": [{"value": "no"}, {"value": "yes"}]},
                    {"name": "amount", "top": [{"value": "0.0"}, {"value": "1.0"}]},
                ],
            },
        }
    ]


async def test_a_page_of_profiles_is_read_with_two_statements_however_long_it_is(
    api: GraphQL, domain: Domain, actor: Actor, card: Fqn, statements: list[str]
) -> None:
    await profiled(domain, actor, card, [0, 1, 2])
    counted = []
    for first in (1, 3):
        statements.clear()
        query = HISTORY.replace("totalCount", "")
        assert len(nodes((await api.ask(query, table=str(card), first=first))["profileHistory"])) == first
        counted.append(len([sent for sent in statements if "_profile" in sent]))

    assert counted == [2, 2]


async def test_a_trend_is_a_line_with_intervals(api: GraphQL, domain: Domain, actor: Actor, card: Fqn) -> None:
    await profiled(domain, actor, card, [0, 1])

    found = (await api.ask(TREND, column=str(card.child("amount")), metric="numbers.mean"))["profileTrend"]

    assert nodes(found) == [
        {
            "profile": {"observedAt": f"2026-03-0{1 + day}T12:00:00+00:00"},
            "measurement": {"value": mean, "low": mean, "high": mean, "method": "EXACT"},
        }
        for day, mean in ((1, 1.0), (0, 0.5))
    ]


async def test_drift_tells_what_moved_and_how_far(api: GraphQL, domain: Domain, actor: Actor, card: Fqn) -> None:
    runs = await profiled(domain, actor, card, [0, 1])

    found = (await api.ask(DRIFT, table=str(card)))["profileDrift"]

    ids = [write_id("WorkflowRun", run) for run in runs]
    answer = found["columns"][0]
    assert [found["before"]["run"]["id"], found["after"]["run"]["id"]] == ids
    assert found["rowCount"] == {"difference": 1, "change": "CHANGED"}
    assert (answer["name"], answer["level"], answer["isTypeChanged"]) == ("answer", "SIGNIFICANT", False)
    nulls, values = answer["distributions"]
    assert (nulls["basis"], nulls["level"], nulls["populationStabilityIndex"]) == ("NULLS", "NONE", 0)
    assert values["parts"][:2] == [
        {"name": "no", "low": None, "high": None, "before": 0.5, "after": 0.25},
        {"name": "yes", "low": None, "high": None, "before": 0.5, "after": 0.75},
    ]
    assert values["populationStabilityIndex"] == pytest.approx(0.27465, abs=1e-5)
    assert values["jensenShannonDistance"] == pytest.approx(0.22090, abs=1e-5)
    assert (values["indexByChance"], values["kolmogorovSmirnov"]) == (0, None)
    changed = {one["metric"]: one["change"] for one in answer["numbers"]}
    assert (changed["completeness"], changed["distinct"]) == ("SAME", "SAME")


async def test_drift_between_named_runs_and_where_there_is_none(
    api: GraphQL, domain: Domain, actor: Actor, card: Fqn
) -> None:
    runs = [write_id("WorkflowRun", run) for run in await profiled(domain, actor, card, [0, 1, 2])]

    found = (await api.ask(DRIFT, table=str(card), fromRun=runs[0], toRun=runs[1]))["profileDrift"]
    nothing = (await api.ask(DRIFT, table=str(card), toRun=runs[0]))["profileDrift"]

    assert ([found["before"]["run"]["id"], found["after"]["run"]["id"]], nothing) == (runs[:2], None)
