"""Rules, violations and scorecards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.rules.model import DqRule
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank

pytestmark = pytest.mark.db

ASSESSED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """query ($scope: Fqn, $filter: DqRuleFilter) { dqRules(scope: $scope, filter: $filter) { edges { node {
  id kind tableFqn assetFqn columns parameters threshold severity state version meaning
  table { fqn } asset { fqn type } dimension { name assessmentType }
  newestExecution { outcome evaluated failed failingRows { keys } } } } } }"""
VIOLATIONS = """query ($scope: Fqn, $filter: ViolationFilter) { violations(scope: $scope, filter: $filter) { totalCount
  edges { node { id assetFqn severity status occurrences details asset { fqn } dimension { name } metric { name }
    rule { kind } failingRows { keys sql } } } } }"""
UPDATE = """mutation ($input: UpdateViolationsInput!) { updateViolations(input: $input) { __typename
  ... on UpdateViolationsSuccess { results {
    violation { status resolution notes resolvedBy } error { __typename code } } }
  ... on InvalidInput { fields { path } } ... on NotFound { kind } } }"""
SORTED = """query ($orderBy: ViolationOrder, $first: Int, $after: String) {
  violations(orderBy: $orderBy, first: $first, after: $after) { edges { cursor node { id assetFqn } } } }"""
MATCHING = """mutation ($input: UpdateMatchingViolationsInput!) { updateMatchingViolations(input: $input) { __typename
  ... on UpdateMatchingViolationsSuccess { updatedCount } ... on InvalidInput { fields { path } } } }"""
HISTORY = """query ($scope: Fqn) { violations(scope: $scope) { edges { node { severity severityBy
  history { edges { node { kind actor assignee notes severity observedAt evaluated failed run { type } } } } } } } }"""
CARD_SCORES = """query ($scope: Fqn!, $asOf: DateTime, $weights: [WeightOverride!]) {
  scorecard(scope: $scope, asOf: $asOf, weightOverrides: $weights) { scope score state
    dimensions { dimension { name } weight score state numerator denominator assetsAssessed observedAt
      metrics { metric { name } score } }
    cells { edges { node { assetFqn score state metric { name dimension: assessmentType } asset { name } } } } } }"""


@pytest.fixture(autouse=True)
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, ASSESSED_AT)
    return rules


def change(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ __typename
      ... on {kind}Success {{ rules {{ state }} }} }} }}"""


async def test_rule_is_shown_with_what_it_judges_and_found(api: GraphQL, rules: Mapping[Fqn, DqRule]) -> None:
    page = (await api.ask(RULES, scope=str(CARD), filter={"states": ["ACTIVE"]}))["dqRules"]

    assert [edge["node"] for edge in page["edges"]] == [
        {
            "id": write_id("DqRule", rules[CARD].id),
            "kind": "NOT_NULL",
            "tableFqn": str(CARD),
            "assetFqn": f"{CARD}.amount",
            "columns": ["amount"],
            "parameters": {},
            "threshold": "1",
            "severity": "HIGH",
            "state": "ACTIVE",
            "version": 1,
            "meaning": "amount has a value.",
            "table": {"fqn": str(CARD)},
            "asset": {"fqn": f"{CARD}.amount", "type": "COLUMN"},
            "dimension": {"name": "completeness", "assessmentType": "DATA_QUALITY"},
            "newestExecution": {"outcome": "FAILED", "evaluated": 100, "failed": 10, "failingRows": {"keys": []}},
        }
    ]


async def test_rules_are_paused_activated_and_retired(api: GraphQL, rules: Mapping[Fqn, DqRule]) -> None:
    ids = {"ruleIds": [write_id("DqRule", rule.id) for rule in rules.values()]}

    for name, state in (("pauseDqRules", "PAUSED"), ("activateDqRules", "ACTIVE"), ("retireDqRules", "RETIRED")):
        assert (await api.do(change(name), input=ids))["rules"] == [{"state": state}] * 2

    open_ones = (await api.ask(VIOLATIONS, filter={"status": ["OPEN"]}))["violations"]
    assert open_ones["totalCount"] == 0


async def test_refused_change_of_rules_changes_none(
    api: GraphQL, sql: asyncpg.Connection, rules: Mapping[Fqn, DqRule]
) -> None:
    known = write_id("DqRule", rules[CARD].id)
    retired = write_id("DqRule", rules[CARD_TRANSACTION].id)
    await api.do(change("retireDqRules"), input={"ruleIds": [retired]})

    async with nothing_written(sql):
        answers = [
            (await api.do(change("pauseDqRules"), input={"ruleIds": ids}))["__typename"]
            for ids in ([], [known, retired], [known, write_id("DqRule", new_id())], [known, "nonsense"])
        ]

    assert answers == ["InvalidInput", "Conflict", "NotFound", "NotFound"]


async def test_violation_is_shown_with_all_that_explains_it(api: GraphQL) -> None:
    page = (await api.ask(VIOLATIONS, scope=str(CARD)))["violations"]
    violation = page["edges"][0]["node"]

    assert violation.pop("id")
    assert page["totalCount"] == 1
    assert violation == {
        "assetFqn": f"{CARD}.amount",
        "severity": "HIGH",
        "status": "OPEN",
        "occurrences": 1,
        "details": {
            "rule": "amount has a value.",
            "kind": "NOT_NULL",
            "counts_rows": True,
            "evaluated": 100,
            "failed": 10,
        },
        "asset": {"fqn": f"{CARD}.amount"},
        "dimension": {"name": "completeness"},
        "metric": {"name": "complete_values"},
        "rule": {"kind": "NOT_NULL"},
        "failingRows": {"keys": [], "sql": None},
    }


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 2),
        ({"status": ["RESOLVED", "OPEN"]}, 2),
        ({"status": ["RESOLVED"]}, 0),
        ({"severity": ["LOW"]}, 0),
        ({"dimension": ["completeness"]}, 2),
        ({"metric": ["complete_values"]}, 2),
        ({"metric": ["keyed"]}, 0),
        ({"resolution": ["FIXED_IN_DATA"]}, 0),
        ({"isAssigned": False}, 2),
        ({"assignee": "ada"}, 0),
        ({"openedBefore": "2026-03-01T12:00:00Z"}, 0),
        ({"lastSeenAfter": "2026-03-01T11:59:59Z"}, 2),
        ({"openedAfter": "2026-03-01T11:59:59Z"}, 2),
        ({"openedAfter": "2026-03-01T12:00:00Z"}, 0),
    ],
)
async def test_violations_are_filtered(api: GraphQL, wanted: dict[str, Any], count: int) -> None:
    assert (await api.ask(VIOLATIONS, filter=wanted))["violations"]["totalCount"] == count


async def test_violations_are_sorted_and_a_cursor_is_good_for_its_order_only(
    api: GraphQL, http: httpx.AsyncClient
) -> None:
    newest = (await api.ask(SORTED))["violations"]["edges"]
    oldest = {"field": "LAST_SEEN_AT", "direction": "ASC"}
    first = (await api.ask(SORTED, orderBy=oldest, first=1))["violations"]["edges"]
    second = (await api.ask(SORTED, orderBy=oldest, after=first[0]["cursor"]))["violations"]["edges"]

    assert [edge["node"] for edge in first + second] == [edge["node"] for edge in reversed(newest)]
    for order, cursor in ((None, first[0]["cursor"]), ({"field": "SEVERITY"}, first[0]["cursor"]),
                          (oldest, newest[0]["cursor"])):  # fmt: skip
        asked = {"query": SORTED, "variables": {"orderBy": order, "after": cursor}}
        (error,) = (await http.post("/graphql", json=asked)).json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_history_tells_what_checks_and_people_did(api: GraphQL) -> None:
    decision = {"status": "ACKNOWLEDGED", "severity": "LOW", "assignee": "ada", "notes": "On it."}
    done = await api.do(MATCHING, input={"scope": str(CARD), "filter": {"severity": ["HIGH"]}, **decision})

    (edge,) = (await api.ask(HISTORY, scope=str(CARD)))["violations"]["edges"]

    assert done == {"__typename": "UpdateMatchingViolationsSuccess", "updatedCount": 1}
    assert (edge["node"]["severity"], edge["node"]["severityBy"]) == ("LOW", "developer")
    nothing = dict.fromkeys(("assignee", "notes", "severity", "observedAt", "evaluated", "failed", "run"))
    assert [entry["node"] for entry in edge["node"]["history"]["edges"]] == [
        nothing | {"kind": "ACKNOWLEDGED", "actor": "developer", "assignee": "ada", "notes": "On it.",
                   "severity": "LOW"},
        nothing | {"kind": "OPENED", "actor": "ada", "observedAt": "2026-03-01T12:00:00+00:00", "evaluated": 100,
                   "failed": 10, "run": {"type": "DQ_ASSESSMENT"}},
    ]  # fmt: skip


async def test_refused_decision_on_a_scope_changes_no_violation(api: GraphQL, sql: asyncpg.Connection) -> None:
    async with nothing_written(sql):
        refused = await api.do(MATCHING, input={"scope": "bank", "status": "RESOLVED"})

    assert refused == {"__typename": "InvalidInput", "fields": [{"path": "resolution"}]}


async def test_violations_of_one_rule(api: GraphQL, rules: Mapping[Fqn, DqRule]) -> None:
    found = (await api.ask(VIOLATIONS, filter={"rule": write_id("DqRule", rules[CARD].id)}))["violations"]

    assert [edge["node"]["assetFqn"] for edge in found["edges"]] == [f"{CARD}.amount"]


async def test_bulk_update_answers_for_each_violation(api: GraphQL) -> None:
    ids = [edge["node"]["id"] for edge in (await api.ask(VIOLATIONS))["violations"]["edges"]]
    decision = {"status": "RESOLVED", "resolution": "FIXED_IN_DATA", "notes": "Mended."}

    updated = await api.do(UPDATE, input={"violationIds": [ids[0], write_id("Violation", new_id())], **decision})
    reopened = await api.do(UPDATE, input={"violationIds": ids, "status": "ACKNOWLEDGED"})

    shown = {"status": "RESOLVED", "resolution": "FIXED_IN_DATA", "notes": "Mended.", "resolvedBy": "developer"}
    assert updated["results"] == [
        {"violation": shown, "error": None},
        {"violation": None, "error": {"__typename": "NotFound", "code": "NOT_FOUND"}},
    ]
    assert [result["error"] and result["error"]["__typename"] for result in reopened["results"]] == ["Conflict", None]


@pytest.mark.parametrize(
    ("decision", "path"),
    [
        ({"status": "RESOLVED"}, "resolution"),
        ({"status": "RESOLVED", "resolution": "RULE_RETIRED"}, "resolution"),
        ({"notes": "x" * 1001}, "notes"),
        ({"assignee": "x" * 201}, "assignee"),
        ({}, "status"),
    ],
)
async def test_refused_update_changes_no_violation(
    api: GraphQL, sql: asyncpg.Connection, decision: dict[str, Any], path: str
) -> None:
    ids = [edge["node"]["id"] for edge in (await api.ask(VIOLATIONS))["violations"]["edges"]]
    async with nothing_written(sql):
        refused = await api.do(UPDATE, input={"violationIds": ids, **decision})

    assert refused == {"__typename": "InvalidInput", "fields": [{"path": path}]}


async def test_scorecard_adds_up_and_says_what_it_rests_on(api: GraphQL) -> None:
    card = (await api.ask(CARD_SCORES, scope="bank"))["scorecard"]

    assert (card["scope"], card["score"], card["state"]) == ("bank", "0.9", "SCORED")
    assert card["dimensions"][0] == {
        "dimension": {"name": "completeness"},
        "weight": "1",
        "score": "0.9",
        "state": "SCORED",
        "numerator": 180,
        "denominator": 200,
        "assetsAssessed": 2,
        "observedAt": "2026-03-01T12:00:00+00:00",
        "metrics": [{"metric": {"name": "complete_values"}, "score": "0.9"}],
    }
    assert [line["state"] for line in card["dimensions"][1:]] == ["NOT_ASSESSED"] * 12
    assert [edge["node"] for edge in card["cells"]["edges"]] == [
        {
            "assetFqn": f"{table}.amount",
            "score": "0.9",
            "state": "SCORED",
            "metric": {"name": "complete_values", "dimension": "DATA_QUALITY"},
            "asset": {"name": "amount"},
        }
        for table in (CARD, CARD_TRANSACTION)
    ]


async def test_scorecard_of_the_past_does_not_know_what_came_later(api: GraphQL) -> None:
    card = (await api.ask(CARD_SCORES, scope="bank", asOf="2026-03-01T11:59:59Z"))["scorecard"]

    assert (card["score"], card["state"]) == (None, "NOT_ASSESSED")


async def test_weights_are_overridden_for_one_answer(api: GraphQL) -> None:
    weights = [{"dimension": "completeness", "weight": "0"}]

    card = (await api.ask(CARD_SCORES, scope="bank", weights=weights))["scorecard"]

    assert (card["score"], card["state"]) == (None, "NOT_ASSESSED")
    assert card["dimensions"][0]["weight"] == "0"
