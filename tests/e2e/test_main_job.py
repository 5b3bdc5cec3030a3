"""The three walks of the architecture, on the sample bank, through HTTP and WebSocket."""

import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]

INGESTIONS = """query { workflowRuns(filter: {types: [SERVICE_INGESTION], connection: "bank"}, first: 100) {
  edges { node { id status prefectFlowRunId prefectUrl } } } }"""
CREATED = """mutation ($input: RecordAssetCreatedInput!) { recordAssetCreated(input: $input) { __typename
  ... on RecordAssetCreatedSuccess { asset { fqn } } ... on Error { message } } }"""
SCORECARD_CHANGED = """subscription ($scope: Fqn!) { scorecardChanged(scope: $scope) { __typename
  scorecard { scope dimensions { dimension { name } assessmentType state } } } }"""
SCHEMAS = """query ($scope: Fqn!) { assets(scope: $scope, filter: {types: [SCHEMA]}) { edges { node { fqn } } } }"""
PROFILE = """query ($fqn: Fqn!) { asset(fqn: $fqn) {
  profile { ... on TableProfile { rowCount { value method } } } } }"""
START_ON_DATABASE = """mutation ($input: StartProfilingInput!) { startProfiling(input: $input) { __typename
  ... on UnsupportedTargetLevel { message target } } }"""
NEWEST_RUN = "query { workflowRuns(first: 1) { edges { node { id } } } }"


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


async def test_profiling_is_followed_live_from_request_to_profiles(api: GraphQL) -> None:
    run = await bank.start(api, "startProfiling", "bank", bank.CORE)

    events = await bank.follow(api, run)

    assert bank.states(events)[-2:] == ["RUNNING", "COMPLETED"]
    done = {event["item"] for event in events if event.get("itemStatus") == "COMPLETED"}
    last = [event for event in events if event["__typename"] == "WorkflowRunStateChanged"][-1]
    assert last["run"]["progress"] == {"completed": len(done), "failed": 0, "total": len(done)}
    assert bank.CARD in done
    profile = (await api.ask(PROFILE, fqn=bank.CARD))["asset"]["profile"]
    assert profile["rowCount"] == {"value": 3000, "method": "EXACT"}


async def test_save_turns_scores_to_not_available_and_the_next_assessment_brings_them_back(api: GraphQL) -> None:
    # given an assessed schema with open violations, and a completed profiling run that waits
    await bank.complete(api, await bank.start(api, "startDqAssessment", "bank", bank.CORE))
    before = await bank.dimensions(api, bank.CORE, "DATA_QUALITY")
    scored = {name for name, line in before.items() if line["state"] == "SCORED"}
    opened = {violation["id"] for violation in await bank.violations(api, bank.CORE, "OPEN")
              if violation["dimension"]["name"] in before}  # fmt: skip
    elsewhere = await bank.dimensions(api, "bank.sample_bank.market", "DATA_QUALITY")
    run = await bank.start(api, "startProfiling", "bank", bank.CORE)
    await bank.complete(api, run)
    assert scored >= {"completeness", "uniqueness", "validity"}
    assert opened

    # when it is saved, while somebody watches the scorecard
    async with api.subscribed(SCORECARD_CHANGED, scope=bank.CORE) as changes:
        snapshot = await anext(changes)
        saved = await api.do(bank.APPROVE, input={"runId": run})
        changed = await anext(changes)

    # then the scores are gone, the violations closed, and nothing elsewhere has changed
    assert saved["__typename"] == "ApproveRunSuccess"
    assert saved["resolvedViolationCount"] == len(opened)
    assert saved["run"]["approval"] == {"status": "APPROVED", "autoSaved": False, "decidedBy": "developer"}
    after = await bank.dimensions(api, bank.CORE, "DATA_QUALITY")
    assert {after[name]["state"] for name in scored} == {"PENDING"}
    assert {after[name]["score"] for name in scored} == {None}
    assert {line["state"] for line in snapshot["scorecard"]["dimensions"] if line["dimension"]["name"] in scored} == {
        "SCORED"
    }
    assert {line["state"] for line in changed["scorecard"]["dimensions"] if line["dimension"]["name"] in scored} == {
        "PENDING"
    }
    superseded = {one["id"]: one for one in await bank.violations(api, bank.CORE, "RESOLVED") if one["id"] in opened}
    assert superseded.keys() == opened
    assert {one["resolution"] for one in superseded.values()} == {"SUPERSEDED_BY_APPROVAL"}
    assert await bank.dimensions(api, "bank.sample_bank.market", "DATA_QUALITY") == elsewhere

    # and saving twice changes nothing
    again = await api.do(bank.APPROVE, input={"runId": run})
    assert again["resolvedViolationCount"] == saved["resolvedViolationCount"]

    # and the next assessment brings scores and violations back, the violations under their old ids
    await bank.complete(api, await bank.start(api, "startDqAssessment", "bank", bank.CORE))
    renewed = await bank.dimensions(api, bank.CORE, "DATA_QUALITY")
    assert {name: renewed[name]["score"] for name in scored} == {name: before[name]["score"] for name in scored}
    assert opened <= {violation["id"] for violation in await bank.violations(api, bank.CORE, "OPEN")}


async def test_asset_created_ingests_all_schemas_once(api: GraphQL) -> None:
    before = {edge["node"]["id"] for edge in (await api.ask(INGESTIONS))["workflowRuns"]["edges"]}
    event = {"connection": "bank", "eventId": "e2e-all-schemas"}

    recorded = await api.do(CREATED, input=event)
    repeated = await api.do(CREATED, input=event)

    assert recorded["__typename"] == repeated["__typename"] == "RecordAssetCreatedSuccess"
    started = await _until_new(api, before)
    await bank.complete(api, started)
    schemas = (await api.ask(SCHEMAS, scope="bank"))["assets"]["edges"]
    assert [edge["node"]["fqn"] for edge in schemas] == [
        "bank.sample_bank.core",
        "bank.sample_bank.market",
        "bank.sample_bank.public",
    ]
    after = (await api.ask(INGESTIONS))["workflowRuns"]["edges"]
    assert {edge["node"]["id"] for edge in after} - before == {started}
    assert all(edge["node"]["prefectUrl"].endswith(edge["node"]["prefectFlowRunId"]) for edge in after)


async def _until_new(api: GraphQL, before: set[str]) -> str:
    """The ingestion run that the event starts; the subscription tells when there is one."""
    watching = 'subscription { workflowRunsChanged(scope: "bank") { run { id type } } }'
    async with api.subscribed(watching) as changes:
        edges = (await api.ask(INGESTIONS))["workflowRuns"]["edges"]
        if new := {edge["node"]["id"] for edge in edges} - before:
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
