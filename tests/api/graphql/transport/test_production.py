"""What is a convenience of development is off in production."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from api.auth import DevelopmentGate
from api.graphql.schema import make_schema
from api.graphql.transport.view import GraphQLView
from api.request_ids import RequestIds
from api.services import Services
from tests.api.conftest import serving
from tests.e2e.client import NO_TLS

pytestmark = pytest.mark.db


@pytest.fixture
async def production(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    settings = services.settings.model_copy(update={"mode": "production"})
    async with (
        serving(Services(settings, services.domain, services.hub)) as address,
        httpx.AsyncClient(base_url=address, timeout=20, verify=NO_TLS) as http,
    ):
        yield http


@pytest.fixture
async def signed_in(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The view of production behind a gate that lets everybody in."""
    schema = make_schema(services.settings.api, is_open=False)
    view = GraphQLView(schema, services, DevelopmentGate(services.domain.access), None)
    app = Starlette(routes=[Route("/graphql", view)], middleware=[Middleware(RequestIds)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


async def test_production_serves_no_page_and_answers_nobody_without_a_token(production: httpx.AsyncClient) -> None:
    page = await production.get("/graphql", headers={"accept": "text/html"})
    read = await production.get("/graphql", params={"query": "{ __typename }"})
    files = await production.get("/graphiql/index.html")
    asked = await production.post("/graphql", json={"query": "{ __typename }"})

    assert [(reply.status_code, reply.headers["allow"]) for reply in (page, read)] == [(405, "POST")] * 2
    assert files.status_code == 404
    assert (asked.status_code, asked.json()["errors"][0]["extensions"]) == (401, {"code": "UNAUTHENTICATED"})


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("{ __schema { queryType { name } } }", "GraphQL introspection has been disabled"),
        ('{ __type(name: "Query") { name } }', "GraphQL introspection has been disabled"),
        ("{ viewe { name } }", "Cannot query field 'viewe' on type 'Query'."),
    ],
)
async def test_production_does_not_tell_its_schema(signed_in: httpx.AsyncClient, query: str, refusal: str) -> None:
    reply = (await signed_in.post("/graphql", json={"query": query})).json()

    assert reply["errors"][0]["message"].startswith(refusal)
    assert "Did you mean" not in str(reply)
    assert reply["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


async def test_production_takes_no_batches_and_no_forms(signed_in: httpx.AsyncClient) -> None:
    batch = await signed_in.post("/graphql", json=[{"query": "{ __typename }"}])
    form = await signed_in.post("/graphql", files={"operations": ("operations", b'{"query": "{ __typename }"}')})
    plain = await signed_in.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": "text/plain"}
    )

    assert [reply.status_code for reply in (batch, form, plain)] == [400, 415, 415]
