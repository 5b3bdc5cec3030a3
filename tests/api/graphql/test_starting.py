from typing import Any

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.assets import add_tables
from tests.fakes.orchestrator import FakeOrchestrator
from tests.waiting import eventually

pytestmark = pytest.mark.db

CARD = [{"table": "bank.main.public.card"}]


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> None:
    await add_tables(domain, actor, "card")


def mutation(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ __typename
      ... on {kind}Success {{ run {{ id type status targets saveAll parameters requestedBy progress {{ total }}
        connection {{ name }} targetAssets {{ fqn }} definition {{ flow }} approval {{ status version autoSaved }} }} }}
      ... on Error {{ code message }} ... on InvalidInput {{ fields {{ path }} }}
 }} }}"""


@pytest.mark.parametrize(
    ("name", "given", "run_type", "parameters", "flow"),
    [
        ("testDataConnection", {}, "CONNECTION_CHECK", {}, "check-connection"),
        ("startIngestion", {"schemas": ["public"]}, "SERVICE_INGESTION", {"schemas": ["public"]}, "ingest-service"),
        (
            "startProfiling",
            {
                "targets": CARD,
                "sampling": {"sampleSize": 10, "seed": 7},
                "budget": {"seconds": 60, "bytes": 5_000_000_000},
                "saveAll": True,
            },
            "PROFILING",
            {"sample_size": 10, "seed": 7, "budget_seconds": 60.0, "budget_bytes": 5_000_000_000},
            "profile-database",
        ),
        (
            "startEnrichment",
            {"targets": CARD, "include": ["PII", "SEMANTIC_TYPES"]},
            "METADATA_ENRICHMENT",
            {"include": ["pii", "semantic-types"]},
            "enrich-metadata",
        ),
        ("startRuleGeneration", {"targets": CARD}, "DQ_RULE_GENERATION", {}, "generate-dq-rules"),
        ("startRuleExecution", {"targets": CARD}, "DQ_EXECUTION", {}, "execute-dq-rules"),
        ("startMetadataAssessment", {"targets": CARD}, "METADATA_ASSESSMENT", {}, "assess-metadata"),
        ("startDqAssessment", {"targets": CARD}, "DQ_ASSESSMENT", {}, "assess-dq"),
        (
            "startRunAll",
            {"targets": CARD, "sampling": {"sampleThreshold": 5}, "budget": {"rows": 9}, "include": ["DOMAIN"]},
            "RUN_ALL",
            {"sample_threshold": 5, "budget_rows": 9, "include": ["domain"]},
            "run-all",
        ),
    ],
)
async def test_started_run_waits_with_all_that_was_asked_for(
    api: GraphQL, name: str, given: dict[str, Any], run_type: str, parameters: dict[str, Any], flow: str
) -> None:
    started = await api.do(mutation(name), input={"connection": "bank", **given})

    run = started["run"]
    targets = ["bank.main.public.card"] if "targets" in given else []
    reviewed = {"status": "PENDING", "version": 1, "autoSaved": False}
    assert run.pop("id")
    assert run == {
        "type": run_type,
        "status": "PENDING",
        "targets": targets,
        "saveAll": given.get("saveAll", False),
        "parameters": parameters,
        "requestedBy": "developer",
        "progress": {"total": 0},
        "connection": {"name": "bank"},
        "targetAssets": [{"fqn": fqn} for fqn in targets],
        "definition": {"flow": flow},
        "approval": reviewed if run_type in {"PROFILING", "METADATA_ENRICHMENT", "DQ_RULE_GENERATION"} else None,
    }


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"targets": [{"schema": "bank.main"}]}, ("UnsupportedTargetLevel", "BAD_USER_INPUT")),
        ({"targets": [{"table": "bank"}]}, ("UnsupportedTargetLevel", "BAD_USER_INPUT")),
        ({"targets": [{"table": "bank.main.public.card.id"}]}, ("UnsupportedTargetLevel", "BAD_USER_INPUT")),
        ({"targets": []}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": [{"table": "bank.main.public.gone"}]}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": [{"table": "other.main.public.card"}]}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "idempotencyKey": ""}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "sampling": {"sampleSize": 0}}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "budget": {"seconds": 0}}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "budget": {"rows": 0}}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "budget": {"bytes": -1}}, ("InvalidInput", "BAD_USER_INPUT")),
        ({"targets": CARD, "connection": "nowhere"}, ("NotFound", "NOT_FOUND")),
    ],
)
async def test_refused_request_starts_nothing(
    api: GraphQL, sql: asyncpg.Connection, given: dict[str, Any], answer: tuple[str, str]
) -> None:
    async with nothing_written(sql):
        refused = await api.do(mutation("startProfiling"), input={"connection": "bank", **given})

    assert (refused["__typename"], refused["code"]) == answer


async def test_same_key_gives_the_same_run(api: GraphQL, sql: asyncpg.Connection) -> None:
    wanted = {"connection": "bank", "targets": CARD, "idempotencyKey": "once"}

    first = await api.do(mutation("startProfiling"), input=wanted)
    again = await api.do(mutation("startProfiling"), input=wanted)

    assert again["run"]["id"] == first["run"]["id"]
    assert await sql.fetchval("SELECT count(*) FROM workflow_run WHERE idempotency_key = 'once'") == 1


async def test_run_handed_to_prefect_says_where_to_look(api: GraphQL, orchestrator: FakeOrchestrator) -> None:
    orchestrator.trouble = None
    started = (await api.do(mutation("startProfiling"), input={"connection": "bank", "targets": CARD}))["run"]
    query = "query ($id: ID!) { workflowRun(id: $id) { prefectFlowRunId prefectUrl } }"

    async def is_handed_over() -> bool:
        return bool((await api.ask(query, id=started["id"]))["workflowRun"]["prefectFlowRunId"])

    await eventually(is_handed_over)
    run = (await api.ask(query, id=started["id"]))["workflowRun"]
    assert run["prefectUrl"] == f"http://127.0.0.1:4200/runs/flow-run/{run['prefectFlowRunId']}"
