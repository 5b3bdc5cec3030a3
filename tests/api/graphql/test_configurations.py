"""Workflow configurations through GraphQL."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC, add_tables

pytestmark = pytest.mark.db

CARD = [{"table": str(PUBLIC.child("card"))}]
FIELDS = """id name type connectionName targets parameters saveAll schedule { cron timeZone } triggers enabled version
  definition { flow } connection { name }"""


def mutation(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ __typename
      ... on {kind}Success {{ configuration {{ {FIELDS} }} }}
      ... on Error {{ code message }} ... on InvalidInput {{ fields {{ path }} }} ... on Conflict {{ currentVersion }}
    }} }}"""


CREATE = mutation("createWorkflowConfiguration")
UPDATE = mutation("updateWorkflowConfiguration")
DELETE = mutation("deleteWorkflowConfiguration")
START = """mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { __typename
  ... on StartWorkflowSuccess { run { id type targets saveAll parameters configuration { id name } } } } }"""
NIGHTLY = {
    "name": "nightly",
    "type": "PROFILING",
    "connection": "bank",
    "targets": CARD,
    "sampling": {"sampleSize": 10},
    "budget": {"rows": 500},
    "saveAll": True,
    "schedule": {"cron": "30 2 * * *", "timeZone": "Europe/Berlin"},
    "triggers": ["CONNECTION_INGESTED"],
}


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> list[Fqn]:
    return await add_tables(domain, actor, "card")


async def configuration(api: GraphQL, **changes: Any) -> dict[str, Any]:
    return dict((await api.do(CREATE, input={**NIGHTLY, **changes}))["configuration"])


async def test_a_configuration_is_made_found_changed_and_deleted(api: GraphQL) -> None:
    made = await configuration(api)
    update = {**NIGHTLY, "configurationId": made["id"], "expectedVersion": 1, "schedule": None, "enabled": False}
    changed = (await api.do(UPDATE, input=update))["configuration"]
    found = await api.ask(
        """query ($id: ID!) { node(id: $id) { id ... on WorkflowConfiguration { name version } }
          workflowConfigurations(filter: {types: [PROFILING], connection: "bank", enabled: false}) {
            totalCount edges { node { name } } }
          on: workflowConfigurations(filter: {enabled: true}) { totalCount } }""",
        id=made["id"],
    )
    deleted = await api.do(DELETE, input={"configurationId": made["id"], "expectedVersion": 2})

    assert made.pop("id")
    assert made == {
        "name": "nightly",
        "type": "PROFILING",
        "connectionName": "bank",
        "targets": ["bank.main.public.card"],
        "parameters": {"sample_size": 10, "budget_rows": 500},
        "saveAll": True,
        "schedule": {"cron": "30 2 * * *", "timeZone": "Europe/Berlin"},
        "triggers": ["CONNECTION_INGESTED"],
        "enabled": True,
        "version": 1,
        "definition": {"flow": "profile-database"},
        "connection": {"name": "bank"},
    }
    assert (changed["schedule"], changed["enabled"], changed["version"]) == (None, False, 2)
    assert found["node"] == {"id": changed["id"], "name": "nightly", "version": 2}
    assert found["workflowConfigurations"] == {"totalCount": 1, "edges": [{"node": {"name": "nightly"}}]}
    assert found["on"] == {"totalCount": 0}
    assert deleted["configuration"]["name"] == "nightly"
    assert (await api.ask("{ workflowConfigurations { totalCount } }"))["workflowConfigurations"] == {"totalCount": 0}


async def test_it_is_told_when_a_schedule_that_is_in_force_starts_it_next(api: GraphQL) -> None:
    asked = "query ($id: ID!) { node(id: $id) { ... on WorkflowConfiguration { nextRunAt } } }"
    rarely = {"cron": "0 0 1 1 *"}
    told = [
        (await api.ask(asked, id=made["id"]))["node"]["nextRunAt"]
        for made in (
            await configuration(api, name="new year", schedule=rarely),
            await configuration(api, name="switched off", schedule=rarely, enabled=False),
            await configuration(api, name="by hand", schedule=None),
        )
    ]

    assert told == [f"{datetime.now(UTC).year + 1}-01-01T00:00:00+00:00", None, None]


async def test_an_ingestion_of_some_schemas_takes_no_targets(api: GraphQL) -> None:
    made = await api.do(
        CREATE,
        input={"name": "weekly", "type": "SERVICE_INGESTION", "connection": "bank", "schemas": ["public"]},
    )

    shown = made["configuration"]
    assert (shown["targets"], shown["parameters"], shown["triggers"]) == ([], {"schemas": ["public"]}, [])


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"name": " "}, ("InvalidInput", ["name"])),
        ({"targets": []}, ("InvalidInput", ["targets"])),
        ({"include": ["PII"]}, ("InvalidInput", ["parameters"])),
        ({"sampling": {"sampleSize": 0}}, ("InvalidInput", ["sampling.sample_size"])),
        ({"schedule": {"cron": "0 2 * * *", "timeZone": "Mars"}}, ("InvalidInput", ["schedule.timeZone"])),
        ({"targets": [{"schema": "bank.main"}]}, ("UnsupportedTargetLevel", None)),
        ({"connection": "nowhere"}, ("NotFound", None)),
        ({"name": "nightly"}, ("Conflict", None)),
    ],
)
async def test_a_refused_configuration_changes_nothing(
    changes: dict[str, Any], answer: tuple[str, list[str] | None], api: GraphQL, sql: asyncpg.Connection
) -> None:
    await configuration(api)

    async with nothing_written(sql):
        refused = await api.do(CREATE, input={**NIGHTLY, "name": "other", **changes})

    fields = [field["path"] for field in refused["fields"]] if "fields" in refused else None
    assert (refused["__typename"], fields) == answer


async def test_an_outdated_version_is_told_the_current_one(api: GraphQL, sql: asyncpg.Connection) -> None:
    made = await configuration(api)

    async with nothing_written(sql):
        update = {**NIGHTLY, "configurationId": made["id"], "expectedVersion": 7}
        refused = [
            await api.do(UPDATE, input=update),
            await api.do(DELETE, input={"configurationId": made["id"], "expectedVersion": 0}),
        ]

    assert [(one["__typename"], one["currentVersion"]) for one in refused] == [("Conflict", 1)] * 2


@pytest.mark.parametrize(
    ("cron", "said"), [("0 25 * * *", "'25' is no hour"), ("0 0 30 2 *", "none of its months has 30 days")]
)
async def test_a_cron_that_cannot_be_is_refused_with_its_reason(cron: str, said: str, api: GraphQL) -> None:
    with pytest.raises(AssertionError, match=said):
        await configuration(api, schedule={"cron": cron})


async def test_a_started_run_is_what_was_set_up_and_is_found_by_its_configuration(api: GraphQL) -> None:
    made = await configuration(api, enabled=False)
    wanted = {"configurationId": made["id"], "idempotencyKey": "once"}

    first, again = [(await api.do(START, input=wanted))["run"] for _ in range(2)]
    listed = await api.ask(
        """query ($id: ID!) { workflowRuns(filter: {configuration: $id}) { edges { node { id } } }
          all: workflowRuns { edges { node { type configuration { name } } } } }""",
        id=made["id"],
    )

    assert first == again
    assert first == {
        "id": first["id"],
        "type": "PROFILING",
        "targets": ["bank.main.public.card"],
        "saveAll": True,
        "parameters": {"sample_size": 10, "budget_rows": 500},
        "configuration": {"id": made["id"], "name": "nightly"},
    }
    assert listed["workflowRuns"]["edges"] == [{"node": {"id": first["id"]}}]
    assert [edge["node"] for edge in listed["all"]["edges"]] == [
        {"type": "PROFILING", "configuration": {"name": "nightly"}},
        {"type": "SERVICE_INGESTION", "configuration": None},
    ]


async def test_what_is_not_there_is_not_started(api: GraphQL, sql: asyncpg.Connection) -> None:
    async with nothing_written(sql):
        refused = await api.do(START, input={"configurationId": "nonsense"})

    assert refused == {"__typename": "NotFound"}


async def test_the_configurations_and_connections_of_many_are_read_at_once(api: GraphQL, statements: list[str]) -> None:
    for name in ("one", "two", "three"):
        made = await configuration(api, name=name)
        await api.do(START, input={"configurationId": made["id"]})
    statements.clear()

    page = await api.ask(
        "{ workflowRuns(filter: {types: [PROFILING]}) { edges { node { configuration { connection { name } } } } } }"
    )

    assert [edge["node"]["configuration"] for edge in page["workflowRuns"]["edges"]] == [
        {"connection": {"name": "bank"}}
    ] * 3
    for table in ("workflow_configuration", "data_connection"):
        assert len([sent for sent in statements if f"FROM {table}" in sent]) == 1
