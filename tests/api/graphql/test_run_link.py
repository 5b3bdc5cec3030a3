"""The link from Prefect's UI back to a run of ours."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from api.graphql.ids import read_id
from api.graphql.runs.types import KIND
from api.services import Services
from domain.identifiers import new_id
from tests.api.conftest import serving
from tests.e2e.client import GraphQL

pytestmark = pytest.mark.db

START = (
    """mutation { startIngestion(input: { connection: "other" }) { ... on StartIngestionSuccess { run { id } } } }"""
)


async def test_link_opens_the_editor_with_a_query_of_that_run(api: GraphQL, http: httpx.AsyncClient) -> None:
    run = (await api.do(START))["run"]["id"]
    key: UUID = read_id(KIND, run)

    answer = await http.get(f"/runs/{key}")
    leads_to = urlsplit(answer.headers["location"])
    (query,) = parse_qs(leads_to.fragment)["query"]

    assert (answer.status_code, leads_to.path, leads_to.query) == (307, "/graphql", "")
    assert (await api.ask(query))["workflowRun"]["type"] == "SERVICE_INGESTION"
    assert (await http.get("/runs/1")).status_code == 404


async def test_there_is_no_such_link_where_there_is_no_editor(services: Services) -> None:
    in_production = replace(services, settings=services.settings.model_copy(update={"mode": "production"}))

    async with serving(in_production) as address, httpx.AsyncClient(base_url=address) as client:
        answer = await client.get(f"/runs/{new_id()}")

    assert answer.status_code == 404
