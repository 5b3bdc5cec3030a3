"""Scorecards side by side, and where their numbers come from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.rules.model import DqRule
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC
from tests.factories.rules import assess, executed
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_metadata, ruled_bank

pytestmark = pytest.mark.db

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 1, 18, tzinfo=UTC)
CHILDREN = """query ($scope: Fqn!, $asOf: DateTime, $first: Int, $weights: [WeightOverride!]) {
  scorecard(scope: $scope, asOf: $asOf, weightOverrides: $weights) { score
    children(first: $first) { lost scorecard { scope asOf score state } } } }"""
TREND = """query ($scope: Fqn!, $from: DateTime!, $to: DateTime!, $buckets: Int, $weights: [WeightOverride!]) {
  scorecardTrend(scope: $scope, from: $from, to: $to, buckets: $buckets, weightOverrides: $weights) {
    at score state } }"""
EXPLAIN = """query ($scope: Fqn!, $metric: String!, $first: Int, $after: String) { scorecard(scope: $scope) {
  explain(metric: $metric) { result { numerator denominator score metric { name } }
    cells(first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
      assetVersion recomputed cell { assetFqn score }
      run { type } rules { ruleVersion meaning numerator denominator rule { id } } } } } } } }"""
AGE = """query ($scope: Fqn!, $asOf: DateTime) { scorecard(scope: $scope, asOf: $asOf) {
  dimensions { dimension { name } ageSeconds metrics { ageSeconds } } } }"""


@pytest.fixture(autouse=True)
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    """Of two tables one is worse in its data; in the evening the other one is found to be undescribed."""
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], MORNING, evaluated=60, failed=6))
    await assess(domain, actor, CARD_TRANSACTION, executed(rules[CARD_TRANSACTION], NOON, evaluated=40, failed=20))
    await assess_metadata(domain, actor, CARD, EVENING, is_described=False)
    return rules


async def test_children_are_ranked_by_what_they_take_away(api: GraphQL) -> None:
    card = (await api.ask(CHILDREN, scope=str(PUBLIC), asOf=NOON.isoformat()))["scorecard"]

    shown = [(one["scorecard"]["scope"], one["scorecard"]["score"], one["lost"]) for one in card["children"]]
    assert card["score"] == "0.74"
    assert shown == [(str(CARD_TRANSACTION), "0.5", "0.2"), (str(CARD), "0.9", "0.06")]
    assert {datetime.fromisoformat(one["scorecard"]["asOf"]) for one in card["children"]} == {NOON}


async def test_children_are_weighted_as_their_scope_and_cut_where_asked(api: GraphQL) -> None:
    weights = [{"dimension": "completeness", "weight": "0"}, {"dimension": "documentation", "weight": "3"}]

    card = (await api.ask(CHILDREN, scope=str(PUBLIC), weights=weights, first=1))["scorecard"]

    assert Decimal(card["score"]) == 0
    assert [(one["scorecard"]["scope"], one["lost"]) for one in card["children"]] == [(str(CARD), "1")]


async def test_columns_are_the_children_of_a_table(api: GraphQL) -> None:
    card = (await api.ask(CHILDREN, scope=str(CARD_TRANSACTION)))["scorecard"]

    assert [(one["scorecard"]["scope"], one["scorecard"]["state"]) for one in card["children"]] == [
        (f"{CARD_TRANSACTION}.amount", "SCORED")
    ]


async def test_trend_has_a_point_at_the_end_of_each_part_of_the_period(api: GraphQL) -> None:
    begin, end = NOON - timedelta(hours=12), NOON + timedelta(hours=2)

    points = await trend(api, begin=begin, end=end, buckets=7)

    hours = [0, 0, 0.9, 0.9, 0.9, 0.74, 0.74]
    assert [point["at"] for point in points] == [begin + timedelta(hours=2 * place) for place in range(1, 8)]
    assert [point["score"] for point in points] == [None if not score else str(score) for score in hours]
    assert [point["state"] for point in points] == ["NOT_ASSESSED"] * 2 + ["SCORED"] * 5


async def trend(api: GraphQL, *, begin: datetime, end: datetime, **more: Any) -> list[dict[str, Any]]:
    points = (await api.ask(TREND, scope=str(PUBLIC), **{"from": begin.isoformat(), "to": end.isoformat()}, **more))[
        "scorecardTrend"
    ]
    return [{**point, "at": datetime.fromisoformat(point["at"])} for point in points]


async def test_trend_is_weighted_as_asked(api: GraphQL) -> None:
    weights = [{"dimension": "completeness", "weight": "1"}, {"dimension": "documentation", "weight": "1"}]

    points = await trend(api, begin=NOON, end=EVENING, buckets=2, weights=weights)

    assert [point["score"] for point in points] == ["0.74", "0.37"]


async def test_score_is_explained_down_to_the_rules_and_adds_up_again(
    api: GraphQL, rules: Mapping[Fqn, DqRule]
) -> None:
    first = await explained(api, first=1)
    rest = await explained(api, after=first["cells"]["pageInfo"]["endCursor"])

    assert first["result"] == {
        "numerator": 74,
        "denominator": 100,
        "score": "0.74",
        "metric": {"name": "complete_values"},
    }
    assert first["cells"]["pageInfo"]["hasNextPage"] is True
    share = {"ruleVersion": 1, "meaning": "amount has a value.", "numerator": 54, "denominator": 60}
    assert [edge["node"] for edge in first["cells"]["edges"]] == [
        {
            "assetVersion": None,  # the catalogue of this test came to know of it later
            "recomputed": "0.9",
            "cell": {"assetFqn": f"{CARD}.amount", "score": "0.9"},
            "run": {"type": "DQ_ASSESSMENT"},
            "rules": [{**share, "rule": {"id": write_id("DqRule", rules[CARD].id)}}],
        }
    ]
    assert [edge["node"]["cell"]["assetFqn"] for edge in rest["cells"]["edges"]] == [f"{CARD_TRANSACTION}.amount"]


async def explained(api: GraphQL, **page: Any) -> dict[str, Any]:
    card = (await api.ask(EXPLAIN, scope=str(PUBLIC), metric="complete_values", **page))["scorecard"]
    return dict(card["explain"])


async def test_age_is_counted_from_the_newest_reading_to_the_time_of_the_scorecard(api: GraphQL) -> None:
    card = (await api.ask(AGE, scope=str(CARD), asOf=(MORNING + timedelta(hours=2)).isoformat()))["scorecard"]

    ages = {
        line["dimension"]["name"]: (line["ageSeconds"], line["metrics"][0]["ageSeconds"]) for line in card["dimensions"]
    }
    assert ages["completeness"] == (7200.0, 7200.0)
    assert ages["documentation"] == (None, None)


@pytest.mark.parametrize(
    ("query", "variables", "code", "says"),
    [
        (CHILDREN, {"first": 101}, "BAD_USER_INPUT", "first lies between 1 and 100, not 101."),
        (CHILDREN, {"weights": [{"dimension": "taste", "weight": "1"}]}, "BAD_USER_INPUT", "There is no dimension"),
        (EXPLAIN, {"metric": "taste"}, "NOT_FOUND", "There is no metric 'taste' in this project."),
        (TREND, {"from": NOON.isoformat(), "to": NOON.isoformat()}, "BAD_USER_INPUT", "which is not after its begin"),
        (
            TREND,
            {"from": MORNING.isoformat(), "to": NOON.isoformat(), "buckets": 0},
            "BAD_USER_INPUT",
            "buckets lies between 1 and 200, not 0.",
        ),
        (
            TREND,
            {
                "from": MORNING.isoformat(),
                "to": NOON.isoformat(),
                "weights": [{"dimension": "completeness", "weight": "-1"}],
            },
            "BAD_USER_INPUT",
            "The weight of completeness is negative",
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_compared_or_explained_is_refused_with_the_reason(
    http: httpx.AsyncClient, query: str, variables: dict[str, Any], code: str, says: str
) -> None:
    reply = await http.post("/graphql", json={"query": query, "variables": {"scope": str(PUBLIC), **variables}})

    (error,) = reply.json()["errors"]
    assert error["extensions"]["code"] == code
    assert says in error["message"]
