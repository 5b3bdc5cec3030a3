"""The flows on a small source database: what they find, what they leave, what they never tell."""

import json
from decimal import Decimal
from uuid import UUID

import pytest

from domain.assets.model import AssetField, AssetType
from domain.assets.queries import AssetFilter
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.glossary.model import TermEdit, TermStatus
from domain.identity import Actor
from domain.ledger.model import CallOutcome
from domain.pages import PageRequest
from domain.rules.model import Outcome, RuleDefinition, RuleKind, RuleState
from domain.runs.model import ItemStatus, RunType
from tests.factories.connections import add_connection
from tests.fakes.model_provider import ModelProvider, Text
from tests.flows.sources.source_database import PUBLIC, SourceDatabase
from tests.flows.worker import PASSWORD_VARIABLE, Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    pytest.mark.engine_postgres,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

CANARY = "canary-4711"
ORDERS = PUBLIC.child("orders")


@pytest.fixture
async def filled(shop: SourceDatabase, domain: Domain, actor: Actor) -> SourceDatabase:
    await shop.run(
        "CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL)",
        f"INSERT INTO customer SELECT n, '{CANARY}-' || n || '@example.org' FROM generate_series(1, 60) n",
        "CREATE TABLE orders (id int PRIMARY KEY, quantity int)",
        "INSERT INTO orders SELECT n, n % 5 FROM generate_series(1, 60) n",
        "CREATE SCHEMA archive",
        "CREATE TABLE archive.old (id int)",
    )
    settings = shop.settings(secret="env:SHOP")
    await add_connection(
        domain,
        actor,
        "svc",
        **{name: getattr(settings, name) for name in ("host", "port", "database", "username", "secret", "ssl_mode")},
    )
    return shop


async def catalogue(worker: Worker) -> set[str]:
    """Schemas and tables."""
    wanted = AssetFilter(types=(AssetType.SCHEMA, AssetType.TABLE, AssetType.VIEW))
    page = await worker.domain.read.assets.page(worker.actor.tenant, None, wanted, PageRequest(first=100))
    return {str(asset.fqn) for _, asset in page.items}


async def test_ingestion_finds_all_schemas_and_forgets_those_that_vanished(
    worker: Worker, filled: SourceDatabase
) -> None:
    await worker.run(RunType.SERVICE_INGESTION)
    first = await catalogue(worker)
    await filled.run("DROP SCHEMA archive CASCADE", "DROP TABLE orders")

    _, listed = await worker.run(RunType.SERVICE_INGESTION, schemas=["public"])
    restricted = await catalogue(worker)
    await worker.run(RunType.SERVICE_INGESTION)

    public, archive = f"{PUBLIC}", f"{PUBLIC.parent}.archive"
    assert first == {public, archive, f"{archive}.old", f"{public}.customer", f"{public}.orders"}
    assert (listed.progress.completed, restricted) == (1, first - {f"{public}.orders"})
    assert await catalogue(worker) == {public, f"{public}.customer"}


async def test_system_schemas_are_left_out_unless_asked_for(worker: Worker, filled: SourceDatabase) -> None:
    await worker.run(RunType.SERVICE_INGESTION, schemas=["information_schema"])
    await worker.run(RunType.SERVICE_INGESTION)

    schemas = {fqn for fqn in await catalogue(worker) if Fqn.parse(fqn).depth == 3}
    assert {Fqn.parse(fqn).name for fqn in schemas} == {"archive", "information_schema", "public"}


async def test_a_schema_that_does_not_exist_is_named(worker: Worker, filled: SourceDatabase) -> None:
    _, run = await worker.run(RunType.SERVICE_INGESTION, schemas=["public", "pubic"])

    assert (run.error_code, run.error_message) == ("INVALID", "svc.shop has no schema pubic.")


async def test_a_wrong_password_is_said_and_not_shown(
    worker: Worker, filled: SourceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, CANARY)

    state, run = await worker.run(RunType.SERVICE_INGESTION)

    address = filled.settings().address
    assert run.error_message == f"{address} cannot be reached: the user name or the password is wrong."
    assert CANARY not in await worker.told_to_prefect(state, tasks=0)


async def test_a_table_that_is_dropped_meanwhile_fails_alone_and_no_value_is_told(
    worker: Worker, filled: SourceDatabase
) -> None:
    await filled.run("CREATE VIEW broken AS SELECT id, email::int AS number FROM customer")
    await worker.run(RunType.SERVICE_INGESTION, schemas=["public"])
    await filled.run("DROP TABLE orders")

    state, run = await worker.run(RunType.PROFILING, PUBLIC)

    items = await worker.items(run)
    assert {name: item.status for name, item in items.items()} == {
        "broken": ItemStatus.FAILED,
        "customer": ItemStatus.COMPLETED,
        "orders": ItemStatus.FAILED,
    }
    assert items["orders"].error_message == f"{ORDERS} does not exist."
    told = [await worker.told_to_prefect(state, tasks=3), *await worker.said(run), items["broken"].error_message or ""]
    assert CANARY not in "\n".join(told)


async def test_a_model_describes_the_tables_once_and_never_sees_personal_values(
    worker: Worker, filled: SourceDatabase, provider: ModelProvider
) -> None:
    await worker.run(RunType.SERVICE_INGESTION, schemas=["public"])
    await worker.run(RunType.PROFILING, PUBLIC)

    _, first = await worker.run(RunType.METADATA_ENRICHMENT, PUBLIC)
    asked = len(provider.bodies)
    _, second = await worker.run(RunType.METADATA_ENRICHMENT, PUBLIC)

    assert (asked, len(provider.bodies), first.output["provider"]) == (2, 2, "openai")
    assert CANARY not in provider.sent
    outcomes = [await outcomes_of(worker, run.id) for run in (first, second)]
    assert outcomes == [[CallOutcome.ANSWERED] * 2, [CallOutcome.REUSED] * 2]


async def test_an_enrichment_knows_the_terms_that_people_agreed_on(worker: Worker, filled: SourceDatabase) -> None:
    glossary, actor = worker.domain.glossary, worker.actor
    await glossary.upsert(actor, TermEdit("Amount ordered", "Pieces.", ("Quantity",), TermStatus.APPROVED))
    await glossary.upsert(actor, TermEdit("Id", "Not agreed on."))
    await worker.run(RunType.SERVICE_INGESTION, schemas=["public"])

    _, run = await worker.run(RunType.METADATA_ENRICHMENT, ORDERS)

    page = await worker.domain.read.runs.changes(actor.tenant, run.id, (), PageRequest(first=100))
    defined = {change.asset: change.after for _, change in page.items if change.field == AssetField.BUSINESS_DEFINITION}
    assert defined == {ORDERS.child("quantity"): "Pieces."}


async def outcomes_of(worker: Worker, run_id: UUID) -> list[CallOutcome]:
    page = await worker.domain.read.ledger.page(worker.actor.tenant, run_id, PageRequest(first=10))
    return [call.outcome for _, call in page.items]


async def test_rules_that_a_model_suggests_are_tried_and_proposed(
    worker: Worker, filled: SourceDatabase, provider: ModelProvider
) -> None:
    await worker.run(RunType.SERVICE_INGESTION, schemas=["public"])
    await worker.run(RunType.PROFILING, ORDERS)
    rule = {
        "kind": "VALUE_RANGE",
        "columns": ["id"],
        "parameters": {"min": 1, "max": 1000000},
        "severity": "HIGH",
        "rationale": "Numbers begin at one.",
        "confidence": 0.8,
    }
    provider.then(Text(json.dumps({"rules": [rule, {**rule, "columns": ["weight"]}]})))

    _, run = await worker.run(RunType.DQ_RULE_GENERATION, ORDERS)

    drafts = await worker.domain.read.rules.of_table(worker.actor.tenant, ORDERS, RuleState.DRAFT)
    assert [draft.definition.columns for draft in drafts if draft.origin == "openai:gpt-4o"] == [("id",)]
    assert any("names a column that orders does not have" in line for line in await worker.said(run))
    assert await outcomes_of(worker, run.id) == [CallOutcome.ANSWERED]


async def test_a_rule_that_is_tried_says_what_the_data_are_like_and_is_not_kept(
    worker: Worker, filled: SourceDatabase, domain: Domain, actor: Actor
) -> None:
    await worker.run(RunType.SERVICE_INGESTION)
    positive = RuleDefinition(RuleKind.VALUE_RANGE, ORDERS, ("quantity",), {"min": 1}, threshold=Decimal("0.9"))
    run = await domain.trials.start(actor, positive)

    state, run = await worker.carry_out(run)

    trial = (await domain.read.runs.trials(actor.tenant, [run.id]))[run.id].evaluation
    assert (state.message, trial.outcome, trial.evaluated, trial.failed) == (
        "1 of 1 done, 0 failed.",
        Outcome.FAILED,
        60,
        12,
    )
    assert trial.failing_keys[:2] == ({"id": "5"}, {"id": "10"})
    assert await domain.read.rules.of_table(actor.tenant, ORDERS, *RuleState) == []
