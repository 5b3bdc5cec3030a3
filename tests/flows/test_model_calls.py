"""How many calls of one run are with the model at once: counted by the provider that is asked."""

import asyncio
import gc

import pytest
from prefect import State

from domain.assets.model import FoundSchema
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import RunId, RunType
from flows.enrich_metadata import CREW as ENRICHING
from flows.enrich_metadata import enrich_metadata
from flows.generate_dq_rules import CREW as GENERATING
from flows.generate_dq_rules import generate_dq_rules
from flows.llm.budget import CallBudget
from flows.runtime import table_runner
from tests.factories import assets
from tests.factories.connections import add_connection
from tests.factories.runs import request_run
from tests.fakes.model_provider import ModelProvider, Text
from tests.flows.sources.source_database import PUBLIC, SourceDatabase
from tests.flows.worker import Called, Worker
from tests.waiting import eventually

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

TABLES = 6
NEVER = 1_000_000
BOUND_SECONDS = 40.0  # the provider itself waits for 50
WIDE = tuple(f"c{number}" for number in range(90))
CALLS_OF_A_WIDE_TABLE = 3


async def called(worker: Worker, flow: Called, run_id: RunId, provider: ModelProvider, calls: int) -> State[None]:
    """Carry the run out, with no call answered before all `calls` that its tables make at once are there or wait."""
    provider.wait_for_callers = NEVER
    carried_out = asyncio.create_task(worker.call(flow, run_id))

    async def none_is_on_its_way() -> bool:
        return bool(provider.in_flight) and provider.in_flight + waiting_for_a_slot() == calls

    try:
        await eventually(none_is_on_its_way, BOUND_SECONDS)
    finally:
        provider.release()
        state, _ = await carried_out
    return state


def waiting_for_a_slot() -> int:
    return sum(len(one._waiting) for one in gc.get_objects() if type(one) is CallBudget)


@pytest.fixture
async def enrichment(worker: Worker) -> RunId:
    """A run of which every table takes several calls."""
    await add_connection(worker.domain, worker.actor)
    tables = tuple(assets.found_table(assets.PUBLIC.child(f"t{number}"), *WIDE) for number in range(TABLES))
    found = FoundSchema(assets.PUBLIC, assets.FOUND_AT, tables)
    await assets.store_schemas(worker.domain, worker.actor, "bank", [found])
    run = await request_run(worker.domain, worker.actor, RunType.METADATA_ENRICHMENT, assets.PUBLIC)
    return run.id


@pytest.mark.parametrize(
    ("case", "tables", "limit", "max_tasks", "peak"),
    [
        ("tables are the fewest", 2, 20, 1000, 6),
        ("calls are the fewest", 5, 4, 1000, 4),
        ("just as many", TABLES, 18, 1000, 18),
        ("tables in batches are the fewest", 2, 20, 3, 6),
        ("calls of batches are the fewest", 3, 1, 3, 1),
    ],
)
async def test_an_enrichment_has_as_many_calls_at_once_as_its_tables_make_and_its_limit_allows(
    worker: Worker,
    enrichment: RunId,
    provider: ModelProvider,
    case: str,
    tables: int,
    limit: int,
    max_tasks: int,
    peak: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSAY_ENRICHMENT_MAX_CONCURRENT_TABLES", str(tables))
    monkeypatch.setenv("ASSAY_ENRICHMENT_MAX_CONCURRENT_LLM_CALLS", str(limit))
    monkeypatch.setenv("ASSAY_RUNS_MAX_TASKS", str(max_tasks))
    flow = enrich_metadata.with_options(task_runner=table_runner(ENRICHING))

    state = await called(worker, flow, enrichment, provider, calls=tables * CALLS_OF_A_WIDE_TABLE)

    assert state.message == "6 of 6 done, 0 failed."
    assert (provider.peak, len(provider.bodies)) == (peak, TABLES * CALLS_OF_A_WIDE_TABLE)


@pytest.fixture
async def profiled(worker: Worker, shop: SourceDatabase, domain: Domain, actor: Actor) -> None:
    """Tables that rules can be generated for, one call each."""
    for number in range(TABLES):
        await shop.run(f"CREATE TABLE t{number} (id int PRIMARY KEY, quantity int)")
        await shop.run(f"INSERT INTO t{number} SELECT n, n % 5 FROM generate_series(1, 60) n")
    settings = shop.settings(secret="env:SHOP")
    named = {name: getattr(settings, name) for name in ("host", "port", "database", "username", "secret", "ssl_mode")}
    await add_connection(domain, actor, "svc", **named)
    await worker.run(RunType.SERVICE_INGESTION)
    await worker.run(RunType.PROFILING, PUBLIC)


@pytest.mark.engine_postgres
@pytest.mark.parametrize(
    ("case", "tables", "rules", "limit", "peak"),
    [
        ("tables are the fewest", 3, 20, 20, 3),
        ("rules are the fewest", TABLES, 2, 20, 2),
        ("calls are the fewest", TABLES, 20, 4, 4),
        ("all at once", TABLES, TABLES, TABLES, TABLES),
    ],
)
async def test_a_rule_generation_keeps_to_the_narrowest_of_its_limits(
    worker: Worker,
    profiled: None,
    provider: ModelProvider,
    case: str,
    tables: int,
    rules: int,
    limit: int,
    peak: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DQ_RULE_GEN_MAX_CONCURRENT_TABLES", str(tables))
    monkeypatch.setenv("DQ_RULE_GEN_MAX_CONCURRENT_RULES", str(rules))
    monkeypatch.setenv("ASSAY_ENRICHMENT_MAX_CONCURRENT_LLM_CALLS", str(limit))
    provider.then(*[Text('{"rules": []}')] * TABLES)
    requested = await request_run(worker.domain, worker.actor, RunType.DQ_RULE_GENERATION, PUBLIC)
    flow = generate_dq_rules.with_options(task_runner=table_runner(GENERATING))

    state = await called(worker, flow, requested.id, provider, calls=tables)

    assert (state.message, provider.peak, len(provider.bodies)) == ("6 of 6 done, 0 failed.", peak, TABLES)
