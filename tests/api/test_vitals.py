import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.events.hub import Hub
from api.services import Services
from domain.bootstrap import Domain, open_domain
from domain.connections.model import DataConnection
from domain.identity import Actor
from domain.runs.model import RunRequest, RunType
from domain.settings import DatabaseSettings, Settings
from tests.api.conftest import serving
from tests.api.sockets import FOLLOW, say, signed_in, socket
from tests.waiting import eventually

pytestmark = pytest.mark.db

Samples = dict[tuple[str, tuple[str, ...]], float]


async def scrape(http: httpx.AsyncClient) -> Samples:
    """Values by the name and the values of the labels, in the order of their names."""
    reply = await http.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(reply.text))
    return {
        (one.name, tuple(one.labels[label] for label in sorted(one.labels))): one.value
        for family in families
        for one in family.samples
    }


async def test_operations_are_counted_by_type_and_outcome_and_errors_by_code(http: httpx.AsyncClient) -> None:
    for query in (
        "{ viewer { name } }",
        "{ nope }",
        "{",
        "mutation { __typename }",
        "{ assets(first: 101) { edges { cursor } } }",
    ):
        await http.post("/graphql", json={"query": query})
    await http.put("/graphql")

    found = await scrape(http)

    assert {labels: value for (name, labels), value in found.items() if name == "assay_operations_total"} == {
        ("ok", "query"): 1,
        ("partial", "query"): 1,
        ("failed", "query"): 1,
        ("failed", "unknown"): 1,
        ("ok", "mutation"): 1,
    }
    assert {labels: value for (name, labels), value in found.items() if name == "assay_errors_total"} == {
        ("BAD_USER_INPUT",): 2,
        ("GRAPHQL_PARSE_FAILED",): 1,
        ("GRAPHQL_VALIDATION_FAILED",): 1,
    }
    assert found["assay_operation_seconds_count", ("query",)] == 3


async def test_sockets_and_subscriptions_are_counted_while_they_are_open(http: httpx.AsyncClient) -> None:
    async def follows(sockets: int) -> bool:
        found = await scrape(http)
        return (found.get(("assay_open_streams", ("socket",)), 0), found["assay_open_subscriptions", ()]) == (
            sockets,
            sockets,
        )

    async with socket(http) as ws:
        await signed_in(ws)
        await say(ws, {"type": "subscribe", "id": "1", "payload": FOLLOW})
        await eventually(lambda: follows(1))
    await eventually(lambda: follows(0))

    found = await scrape(http)
    assert found["assay_operations_total", ("abandoned", "subscription")] == 1


async def test_runs_and_what_waits_in_the_outbox_are_told(
    services: Services, domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    await domain.runs.request(actor, RunRequest(RunType.SERVICE_INGESTION, bank.name))

    async with serving(services) as address, httpx.AsyncClient(base_url=address, timeout=20) as http:
        found = await scrape(http)

    assert found["assay_runs", ("PENDING",)] == 1
    assert found["assay_runs", ("FAILED",)] == 0
    assert found["assay_database_answers", ()] == 1
    assert found["assay_hub_position", ()] >= 1
    assert found["assay_hub_events", ()] >= 0
    assert {labels for name, labels in found if name == "assay_outbox_lag_seconds"} == {("number",), ("reaction",)}


async def test_without_a_database_there_are_numbers_all_the_same() -> None:
    settings = Settings(database=DatabaseSettings(url=SecretStr("postgresql://nobody:hidden@127.0.0.1:9/none")))
    async with (
        open_domain(settings) as domain,
        serving(Services(settings, domain, Hub(domain))) as address,
        httpx.AsyncClient(base_url=address, timeout=20) as http,
    ):
        found = await scrape(http)

    assert found["assay_database_answers", ()] == 0
