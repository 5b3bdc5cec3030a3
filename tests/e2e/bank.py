"""What the end-to-end tests ask about the sample bank, through the public API."""

from typing import Any

from tests.e2e.client import GraphQL

CORE = "bank.sample_bank.core"
CARD = f"{CORE}.card"

_CARD = """query ($scope: Fqn!) { scorecard(scope: $scope) { score state
  dimensions { dimension { name } assessmentType score state numerator denominator assetsAssessed assetsPending } } }"""
_OPEN = """query ($scope: Fqn!, $status: [ViolationStatus!], $after: String) {
  violations(scope: $scope, filter: {status: $status}, first: 100, after: $after) {
    edges { node { id assetFqn severity status resolution occurrences dimension { name } details
                   rule { id kind columns } } }
    pageInfo { hasNextPage endCursor } } }"""


async def dimensions(api: GraphQL, scope: str, assessment_type: str) -> dict[str, dict[str, Any]]:
    card = (await api.ask(_CARD, scope=scope))["scorecard"]
    return {line["dimension"]["name"]: line for line in card["dimensions"] if line["assessmentType"] == assessment_type}


async def violations(api: GraphQL, scope: str, *status: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await api.ask(_OPEN, scope=scope, status=list(status), after=after))["violations"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


RUN_EVENTS = """subscription ($runId: ID!, $after: String) { workflowRunEvents(runId: $runId, after: $after) {
  __typename
  ... on WorkflowRunSnapshot { cursor run { status } }
  ... on WorkflowRunStateChanged { cursor status run { progress { completed failed total } } }
  ... on WorkflowRunProgressed { cursor item itemStatus: status progress { completed failed total } }
  ... on WorkflowRunLogged { cursor level message } } }"""
APPROVE = """mutation ($input: ApproveRunInput!) { approveRun(input: $input) { __typename
  ... on ApproveRunSuccess { resolvedViolationCount conflicts { __typename }
    run { approval { status autoSaved decidedBy } }
    invalidatedCells(first: 100) { edges { node { assetFqn state } } }
    resolvedViolations(first: 100) { edges { node { id status resolution } } } }
  ... on Error { message code } } }"""


async def start(api: GraphQL, mutation: str, connection: str, *schemas: str) -> str:
    """The id of the new run."""
    name = mutation[0].upper() + mutation[1:]
    query = f"""mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename
      ... on {name}Success {{ run {{ id status }} }} ... on Error {{ message }} }} }}"""
    targets = [{"schema": schema} for schema in schemas]
    started = await api.do(query, input={"connection": connection, "targets": targets})
    assert started["__typename"] == f"{name}Success", started
    return str(started["run"]["id"])


async def follow(api: GraphQL, run_id: str) -> list[dict[str, Any]]:
    """All events of the run, to its end."""
    async with api.subscribed(RUN_EVENTS, runId=run_id) as events:
        return [event async for event in events]


async def complete(api: GraphQL, run_id: str) -> list[dict[str, Any]]:
    events = await follow(api, run_id)
    assert states(events)[-1] == "COMPLETED", events
    return events


def states(events: list[dict[str, Any]]) -> list[str]:
    """The statuses of the run as they were told, the snapshot's first."""
    told = [
        event["run"]["status"] if event["__typename"] == "WorkflowRunSnapshot" else event["status"]
        for event in events
        if event["__typename"] in {"WorkflowRunSnapshot", "WorkflowRunStateChanged"}
    ]
    return [status for place, status in enumerate(told) if place == 0 or told[place - 1] != status]
