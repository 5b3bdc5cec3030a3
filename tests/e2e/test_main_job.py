"""The three walks of the architecture, on the sample bank and on Pagila, through HTTP and WebSocket."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.conftest import DemoOn
from tests.e2e.installation import Installation
from tests.e2e.real_databases import needs_databases
from tests.e2e.sources import BANK, PAGILA, Source
from tests.e2e.standing import Standing, invalidated, standing

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]

INGESTIONS = """query ($filter: WorkflowRunFilter!) { workflowRuns(filter: $filter, first: 100) {
  edges { node { id status prefectFlowRunId prefectUrl } } } }"""
CREATED = """mutation ($input: RecordAssetCreatedInput!) { recordAssetCreated(input: $input) { __typename
  ... on RecordAssetCreatedSuccess { asset { fqn } } ... on Error { message } } }"""
SCORECARD_CHANGED = """subscription ($scope: Fqn!) { scorecardChanged(scope: $scope) { cursor
  scorecard { dimensions { dimension { name } assessmentType state } } } }"""
VIOLATIONS_CHANGED = """subscription ($scope: Fqn!, $after: String!) { violationsChanged(scope: $scope, after: $after) {
  opened recurred resolved updated scopes } }"""
RUNS_CHANGED = "subscription ($scope: Fqn!) { workflowRunsChanged(scope: $scope) { run { id type } } }"
SCHEMAS = """query ($scope: Fqn!) { assets(scope: $scope, filter: {types: [SCHEMA]}) { edges { node { fqn } } } }"""
PROFILE = """query ($fqn: Fqn!) { asset(fqn: $fqn) { profile { ... on TableProfile {
  rowCount { value method } columns { name distinct { value method } } } } } }"""
START_ON_DATABASE = """mutation ($input: StartProfilingInput!) { startProfiling(input: $input) { __typename
  ... on UnsupportedTargetLevel { message target } } }"""
NEWEST_RUN = "query { workflowRuns(first: 1) { edges { node { id } } } }"


@dataclass(frozen=True, slots=True)
class FollowedRun:
    id: str
    events: list[dict[str, Any]]


@pytest.fixture(
    scope="module", params=[pytest.param(BANK, id="bank"), pytest.param(PAGILA, id="pagila", marks=needs_databases)]
)
async def source(request: pytest.FixtureRequest, demo_on: DemoOn) -> Source:
    """A source whose main job is done."""
    chosen: Source = request.param
    if chosen is not BANK:
        await demo_on(chosen.connection)
    return chosen


@pytest.fixture(scope="module")
async def profiling(api: GraphQL, source: Source) -> FollowedRun:
    """A run that the first walk looks at and the second one saves."""
    run = await bank.start(api, "startProfiling", source.connection, source.schema)
    return FollowedRun(run, await bank.follow(api, run))


def test_demo_prints_the_scorecard_the_violations_and_the_addresses(
    demo_output: str, installation: Installation
) -> None:
    assert "Scorecard of bank: " in demo_output
    assert "Open violations: " in demo_output
    assert f"http://127.0.0.1:{installation.api_port}/graphql" in demo_output


def test_demo_begun_again_goes_on_with_what_is_done(installation: Installation, demo_output: str) -> None:
    repeated = installation.run("demo", "--exit")

    assert repeated.returncode == 0
    scorecard = [line for line in demo_output.splitlines() if line.startswith("Scorecard")]
    assert [line for line in repeated.stdout.splitlines() if line.startswith("Scorecard")] == scorecard


async def test_profiling_is_followed_live_from_request_to_profiles(
    api: GraphQL, source: Source, profiling: FollowedRun
) -> None:
    assert bank.states(profiling.events)[-2:] == ["RUNNING", "COMPLETED"]
    ended = {event["item"]: event["itemStatus"] for event in profiling.events if "item" in event}
    assert len(ended) == source.table_count
    assert {fqn for fqn, status in ended.items() if status != "COMPLETED"} == source.unreadable
    last = [event for event in profiling.events if event["__typename"] == "WorkflowRunStateChanged"][-1]
    failed = len(source.unreadable)
    assert last["run"]["progress"] == {
        "completed": source.table_count - failed,
        "failed": failed,
        "total": source.table_count,
    }
    profile = (await api.ask(PROFILE, fqn=source.table))["asset"]["profile"]
    assert profile["rowCount"] == {"value": source.row_count, "method": "EXACT"}
    assert {one["name"]: one["distinct"] for one in profile["columns"]} == {
        column: {"value": count, "method": "EXACT"} for column, count in source.distinct.items()
    }


async def test_save_turns_scores_to_not_available_and_the_next_assessment_brings_them_back(
    api: GraphQL, source: Source, profiling: FollowedRun
) -> None:
    # given an assessed schema with open violations, and a completed profiling run that waits
    before = await standing(api, source)
    assert {name for name, state in before.states().items() if state == "SCORED"} == source.scored
    assert before.violations

    # when it is saved, while somebody watches the scorecard and the violations
    async with api.subscribed(SCORECARD_CHANGED, scope=source.schema) as scorecards:
        snapshot = await anext(scorecards)
        async with api.subscribed(VIOLATIONS_CHANGED, scope=source.schema, after=snapshot["cursor"]) as changes:
            saved = await api.do(bank.APPROVE, input={"runId": profiling.id})
            changed, closed = await anext(scorecards), await anext(changes)

    # then the scores are gone, the violations closed, and nothing else has changed
    assert saved["__typename"] == "ApproveRunSuccess"
    assert saved["resolvedViolationCount"] == len(before.violations)
    assert saved["run"]["approval"] == {"status": "APPROVED", "autoSaved": False, "decidedBy": "developer"}
    after = await standing(api, source)
    assert after == Standing(invalidated(before.quality), frozenset(), before.others)
    assert [_states(snapshot), _states(changed)] == [before.states(), after.states()]
    assert closed == {"opened": 0, "recurred": 0, "resolved": len(before.violations), "updated": 0,
                      "scopes": [source.schema]}  # fmt: skip
    resolved = await bank.violations(api, source.schema, "RESOLVED")
    assert {one["id"]: one["resolution"] for one in resolved if one["id"] in before.violations} == dict.fromkeys(
        before.violations, "SUPERSEDED_BY_APPROVAL"
    )

    # and saving twice changes nothing
    assert await api.do(bank.APPROVE, input={"runId": profiling.id}) == saved

    # and the next assessment brings scores and violations back, the violations under their old ids
    await bank.complete(api, await bank.start(api, "startDqAssessment", source.connection, source.schema))
    assert await standing(api, source) == before


def _states(change: dict[str, Any]) -> dict[str, str]:
    lines = [line for line in change["scorecard"]["dimensions"] if line["assessmentType"] == "DATA_QUALITY"]
    return {line["dimension"]["name"]: line["state"] for line in lines}


async def test_asset_created_ingests_all_schemas_once(api: GraphQL, source: Source) -> None:
    before = {run["id"] for run in await _ingestions(api, source)}
    event = {"connection": source.connection, "eventId": f"e2e-{source.connection}"}

    recorded = await api.do(CREATED, input=event)
    repeated = await api.do(CREATED, input=event)

    assert recorded["__typename"] == repeated["__typename"] == "RecordAssetCreatedSuccess"
    started = await _until_new(api, source, before)
    await bank.complete(api, started)
    schemas = (await api.ask(SCHEMAS, scope=source.connection))["assets"]["edges"]
    assert [edge["node"]["fqn"] for edge in schemas] == list(source.schemas)
    after = await _ingestions(api, source)
    assert {run["id"] for run in after} - before == {started}
    assert all(run["prefectUrl"].endswith(run["prefectFlowRunId"]) for run in after)


async def _ingestions(api: GraphQL, source: Source) -> list[dict[str, Any]]:
    wanted = {"types": ["SERVICE_INGESTION"], "connection": source.connection}
    return [edge["node"] for edge in (await api.ask(INGESTIONS, filter=wanted))["workflowRuns"]["edges"]]


async def _until_new(api: GraphQL, source: Source, before: set[str]) -> str:
    """The ingestion run that the event starts; the subscription tells when there is one."""
    async with api.subscribed(RUNS_CHANGED, scope=source.connection) as changes:
        if new := {run["id"] for run in await _ingestions(api, source)} - before:
            return str(new.pop())
        async for change in changes:
            if change["run"]["type"] == "SERVICE_INGESTION" and change["run"]["id"] not in before:
                return str(change["run"]["id"])
    raise AssertionError("the subscription ended")


async def test_database_as_target_is_refused_before_anything_starts(api: GraphQL) -> None:
    before = (await api.ask(NEWEST_RUN))["workflowRuns"]["edges"]

    refused = await api.do(START_ON_DATABASE, input={"connection": "bank", "targets": [{"schema": "bank.sample_bank"}]})

    assert refused["__typename"] == "UnsupportedTargetLevel"
    assert (await api.ask(NEWEST_RUN))["workflowRuns"]["edges"] == before
