"""Weights, targets and what a save makes stale are changed as versions, and every scorecard follows."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import RunType
from tests.api.graphql.untouched import settled
from tests.e2e.client import GraphQL
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, assess_all, assess_metadata, ruled_bank

pytestmark = pytest.mark.db

ASSESSED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIMENSION = """mutation ($input: UpdateDimensionInput!) { updateDimension(input: $input) { __typename
  ... on UpdateDimensionSuccess { dimension { name weight description version } }
  ... on Conflict { currentVersion } ... on InvalidInput { fields { path } } ... on NotFound { kind key } } }"""
METRIC = """mutation ($input: UpdateMetricInput!) { updateMetric(input: $input) { __typename
  ... on UpdateMetricSuccess { metric { name target version } }
  ... on Conflict { currentVersion } ... on InvalidInput { fields { path } } ... on NotFound { kind key } } }"""
INVALIDATION = """mutation ($input: UpdateInvalidationInput!) { updateInvalidation(input: $input) { __typename
  ... on UpdateInvalidationSuccess { invalidation { runType assessmentTypes version } }
  ... on Conflict { currentVersion } ... on NotFound { kind key } } }"""
SCORES = """query ($scope: Fqn!, $asOf: DateTime) { scorecard(scope: $scope, asOf: $asOf) { score state } }"""
LIVE = """subscription ($scope: Fqn!, $weights: [WeightOverride!]) {
  scorecardChanged(scope: $scope, weightOverrides: $weights) { scorecard { score } } }"""


async def scoring_rows(sql: asyncpg.Connection) -> list[int]:
    tables = ("dimension", "metric", "metric_invalidation", "audit_event", "domain_event")
    return [await sql.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


@pytest.fixture(autouse=True)
async def assessed(domain: Domain, actor: Actor) -> None:
    """The card's data scores 0.9, its documentation 0."""
    await assess_all(domain, actor, await ruled_bank(domain, actor), ASSESSED_AT)
    await assess_metadata(domain, actor, CARD, ASSESSED_AT, is_described=False)


async def test_weight_counts_from_its_new_version_on_and_not_before(api: GraphQL, domain: Domain) -> None:
    before = domain.clock().isoformat()
    earlier = (await api.ask(SCORES, scope=str(CARD), asOf=before))["scorecard"]

    changed = await api.do(
        DIMENSION, input={"name": "documentation", "expectedVersion": 1, "weight": "0", "description": "Words."}
    )

    dimension = {"name": "documentation", "weight": "0", "description": "Words.", "version": 2}
    assert changed == {"__typename": "UpdateDimensionSuccess", "dimension": dimension}
    assert (await api.ask(SCORES, scope=str(CARD)))["scorecard"] == {"score": "0.9", "state": "SCORED"}
    assert (await api.ask(SCORES, scope=str(CARD), asOf=before))["scorecard"] == earlier
    assert earlier["score"] != "0.9"


async def test_target_is_set_and_cleared(api: GraphQL) -> None:
    base = {"name": "complete_values"}

    given = await api.do(METRIC, input={**base, "expectedVersion": 1, "target": "0.95"})
    cleared = await api.do(METRIC, input={**base, "expectedVersion": 2, "clearTarget": True})

    assert given["metric"] == {"name": "complete_values", "target": "0.95", "version": 2}
    assert cleared["metric"] == {"name": "complete_values", "target": None, "version": 3}


async def test_save_makes_stale_what_the_mapping_says(api: GraphQL, domain: Domain, actor: Actor) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)

    changed = await api.do(
        INVALIDATION, input={"runType": "PROFILING", "expectedVersion": 1, "assessmentTypes": ["METADATA"]}
    )
    await domain.approvals.approve(actor, run.id)

    assert changed["invalidation"] == {"runType": "PROFILING", "assessmentTypes": ["METADATA"], "version": 2}
    listed = (await api.ask("{ invalidations { runType assessmentTypes version } }"))["invalidations"]
    assert changed["invalidation"] in listed
    assert (await api.ask(SCORES, scope=str(CARD)))["scorecard"] == {"score": "0.9", "state": "SCORED"}


async def test_live_scorecard_follows_a_changed_weight_and_keeps_the_overrides_of_its_subscriber(api: GraphQL) -> None:
    weights = [{"dimension": "completeness", "weight": "1"}]
    async with api.subscribed(LIVE, scope=str(CARD), weights=weights) as changes:
        await anext(changes)
        await api.do(DIMENSION, input={"name": "documentation", "expectedVersion": 1, "weight": "2"})
        after = await anext(changes)

    assert after["scorecard"] == {"score": "0.3"}


@pytest.mark.parametrize(
    ("mutation", "input_", "answer"),
    [
        (DIMENSION, {"name": "taste", "expectedVersion": 1, "weight": "1"}, {"kind": "dimension", "key": "taste"}),
        (DIMENSION, {"name": "validity", "expectedVersion": 7, "weight": "1"}, {"currentVersion": 1}),
        (DIMENSION, {"name": "validity", "expectedVersion": 1, "weight": "-1"}, {"fields": [{"path": "weight"}]}),
        (DIMENSION, {"name": "validity", "expectedVersion": 1}, {"fields": [{"path": "input"}]}),
        (METRIC, {"name": "taste", "expectedVersion": 1, "target": "1"}, {"kind": "metric", "key": "taste"}),
        (METRIC, {"name": "described", "expectedVersion": 7, "target": "1"}, {"currentVersion": 1}),
        (METRIC, {"name": "described", "expectedVersion": 1, "target": "1.01"}, {"fields": [{"path": "target"}]}),
        (
            METRIC,
            {"name": "described", "expectedVersion": 1, "target": "1", "clearTarget": True},
            {"fields": [{"path": "target"}]},
        ),
        (
            METRIC,
            {"name": "described", "expectedVersion": 1, "description": " "},
            {"fields": [{"path": "description"}]},
        ),
        (
            INVALIDATION,
            {"runType": "PROFILING", "expectedVersion": 7, "assessmentTypes": []},
            {"currentVersion": 1},
        ),
        (
            INVALIDATION,
            {"runType": "RUN_ALL", "expectedVersion": 1, "assessmentTypes": []},
            {"kind": "invalidation", "key": "run-all"},
        ),
    ],
)
async def test_change_that_cannot_be_is_refused_and_nothing_is_written(
    api: GraphQL, sql: asyncpg.Connection, mutation: str, input_: dict[str, Any], answer: dict[str, Any]
) -> None:
    await settled(sql)
    before = await scoring_rows(sql)

    told = await api.do(mutation, input=input_)

    del told["__typename"]
    assert told == answer
    assert await scoring_rows(sql) == before
