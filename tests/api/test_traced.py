import json

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.request_ids import RequestIds
from api.traced import Traced
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.identity import Actor
from domain.runs.model import RunRequest, RunType
from domain.tracing import current_traceparent, span
from tests.api.sockets import say, signed_in, socket
from tests.traces import TRACEPARENT


async def place(_request: Request) -> PlainTextResponse:
    return PlainTextResponse(current_traceparent() or "nowhere")


@pytest.mark.parametrize(
    ("path", "traced"), [("/graphql", TRACEPARENT), ("/healthz", "nowhere"), ("/metrics", "nowhere")]
)
async def test_request_goes_on_with_the_trace_of_its_caller(path: str, traced: str) -> None:
    app = Starlette(routes=[Route(path, place)], middleware=[Middleware(RequestIds), Middleware(Traced)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        reply = await http.get(path, headers={"traceparent": TRACEPARENT})

    assert reply.text == traced


@pytest.mark.db
async def test_run_remembers_the_trace_in_which_it_was_asked_for(
    domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    untraced = await domain.runs.request(actor, RunRequest(RunType.SERVICE_INGESTION, bank.name))
    with span("request", TRACEPARENT):
        traced = await domain.runs.request(actor, RunRequest(RunType.SERVICE_INGESTION, bank.name))

    assert (untraced.traceparent, traced.traceparent) == (None, TRACEPARENT)
    assert (await domain.read.runs.get(actor.tenant, traced.id)).traceparent == TRACEPARENT


@pytest.mark.db
async def test_run_that_is_asked_for_on_a_socket_is_of_the_trace_of_the_socket(
    http: httpx.AsyncClient, bank: DataConnection, sql: asyncpg.Connection
) -> None:
    start = f'mutation {{ startIngestion(input: {{connection: "{bank.name}"}}) {{ __typename }} }}'
    async with socket(http, additional_headers={"traceparent": TRACEPARENT}) as ws:
        await signed_in(ws)
        await say(ws, {"type": "subscribe", "id": "1", "payload": {"query": start}})
        answer = json.loads(await ws.recv())

    assert answer["payload"]["data"] == {"startIngestion": {"__typename": "StartIngestionSuccess"}}
    assert await sql.fetchval("SELECT traceparent FROM workflow_run WHERE traceparent IS NOT NULL") == TRACEPARENT
