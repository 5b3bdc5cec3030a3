import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from api.services import Services
from domain.bootstrap import Domain
from domain.identity import Actor
from domain.settings import ApiSettings
from tests.api.conftest import serving
from tests.e2e.client import GraphQL
from tests.factories.connections import add_connection
from tests.waiting import until_waiting_for_a_lock

pytestmark = pytest.mark.db

GRAPHQL = "application/graphql-response+json"
NESTED = " ".join(
    f"fragment {name} on Query {{" + "...{" * 150 + below + "}" * 151
    for name, below in (("A", "...B"), ("B", "...C"), ("C", "__typename"))
)
"""Fragments that are nested as far as the parser lets them, one inside the other."""
TINY = {"query": "{ __typename }"}


async def post(http: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", "accept": GRAPHQL, **headers}
    return await http.post("/graphql", content=content, headers=sent)


async def test_answer_has_the_media_type_that_was_asked_for(http: httpx.AsyncClient) -> None:
    modern, plain = await post(http, TINY), await post(http, TINY, accept="*/*")

    assert modern.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert plain.headers["content-type"] == "application/json; charset=utf-8"
    assert modern.json() == plain.json()
    assert modern.json()["data"] == {"__typename": "Query"}
    assert modern.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": "{"}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nope }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($f: Fqn!) { asset(fqn: $f) { fqn } }"}, 400, "BAD_USER_INPUT"),
        ({"query": "query ($f: Fqn!) { asset(fqn: $f) { fqn } }", "variables": {"f": "a..b"}}, 400, "BAD_USER_INPUT"),
        ({"query": "query A { __typename } query B { __typename }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename }", "operationName": "B"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment F on Query { __typename }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { events { cursor } }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ dataConnection(name: "\\u0000") { name } }'}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ __typename }", "variables": {"a": ["\0"]}}, 400, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "variables": [1]}, 400, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "operationName": 1}, 400, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "extensions": 1}, 400, "BAD_USER_INPUT"),
        ({"query": 1}, 400, "BAD_USER_INPUT"),
        ({}, 400, "BAD_USER_INPUT"),
        ([TINY], 400, "BAD_USER_INPUT"),
        (None, 400, "BAD_USER_INPUT"),
        (b'{"query": "\xff"}', 400, "BAD_USER_INPUT"),
        (b'{"query": "{ __typename }", "variables": {"a": NaN}}', 400, "BAD_USER_INPUT"),
        (b"[" * 100_000, 400, "BAD_USER_INPUT"),
        ({"query": "{" + "...{" * 150 + "...A" + "}" * 151 + NESTED}, 400, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_request_that_cannot_be_executed_has_a_status_and_a_code_and_no_data(
    http: httpx.AsyncClient, body: object, status: int, code: str
) -> None:
    reply = await post(http, body)

    assert reply.status_code == status
    assert reply.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert reply.json().keys() - {"extensions"} == {"errors"}
    assert [error["extensions"]["code"] for error in reply.json()["errors"]] == [code]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
        ({"content-type": 'application/json; charset="UTF-8"'}, 200),
        ({"accept": "image/png"}, 406),
    ],
)
async def test_media_types_are_checked(http: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    assert (await post(http, TINY, **headers)).status_code == status


async def test_body_over_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    reply = await post(http, {"query": "{ __typename }", "variables": {"x": "x" * ApiSettings().max_body_bytes}})

    assert (reply.status_code, reply.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(("method", "allow"), [("PUT", "GET, POST"), ("DELETE", "GET, POST"), ("PATCH", "GET, POST")])
async def test_other_methods_are_told_which_there_are(http: httpx.AsyncClient, method: str, allow: str) -> None:
    reply = await http.request(method, "/graphql")

    assert (reply.status_code, reply.headers["allow"]) == (405, allow)


async def test_get_reads_and_never_changes(http: httpx.AsyncClient) -> None:
    read = await http.get(
        "/graphql", params={"query": "query ($i: ID!) { node(id: $i) { id } }", "variables": '{"i":"x"}'}
    )
    changed = await http.get("/graphql", params={"query": "mutation { __typename }"})

    assert read.json()["data"] == {"node": None}
    assert (changed.status_code, changed.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{i}: __typename" for i in range(31)) + " }",
        "{ " + "a { " * 12 + "b" + " }" * 12 + " }",
        "{ " + "__typename " * 2001 + "}",
        " ".join(f"query Q{i} {{ __typename }}" for i in range(11)),
    ],
)
async def test_documents_over_a_limit_are_refused(http: httpx.AsyncClient, query: str) -> None:
    reply = await post(http, {"query": query, "operationName": "Q1"})

    assert reply.status_code == 400
    assert {error["extensions"]["code"] for error in reply.json()["errors"]} <= {
        "GRAPHQL_VALIDATION_FAILED",
        "GRAPHQL_PARSE_FAILED",
    }


@pytest.mark.parametrize("depth", [1, 900])
async def test_variables_may_be_nested_deeply(http: httpx.AsyncClient, depth: int) -> None:
    variables = '{"unused": ' + "[" * depth + "]" * depth + "}"
    reply = await post(http, b'{"query": "{ __typename }", "variables": ' + variables.encode() + b"}")

    assert reply.json()["data"] == {"__typename": "Query"}


async def test_operation_that_takes_too_long_is_stopped(services: Services, sql: asyncpg.Connection) -> None:
    hasty = services.settings.model_copy(update={"api": ApiSettings(operation_timeout_seconds=0.2)})
    query = {"query": '{ dataConnection(name: "other") { name } }'}
    async with (
        serving(Services(hasty, services.domain, services.hub)) as address,
        httpx.AsyncClient(base_url=address, timeout=20) as http,
        sql.transaction(),
    ):
        await sql.execute("LOCK TABLE data_connection")
        reply = await post(http, query)
        await until_waiting_for_a_lock(sql, 0)

    assert reply.status_code == 503
    assert [error["extensions"]["code"] for error in reply.json()["errors"]] == ["TIMEOUT"]


async def test_query_whose_client_went_away_is_stopped(http: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    query = {"query": '{ dataConnection(name: "other") { name } }'}
    async with sql.transaction():
        await sql.execute("LOCK TABLE data_connection")
        asking = asyncio.create_task(post(http, query))
        await until_waiting_for_a_lock(sql, 1)
        asking.cancel()
        await until_waiting_for_a_lock(sql, 0)


async def test_page_for_browsers_loads_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    page = await http.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    for part in page.text.split('"'):
        if part.startswith("/graphiql/"):
            assert (await http.get(part)).status_code == 200


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("{ assets(first: 101) { edges { cursor } } }", "first lies between 0 and 100, not 101."),
        ("{ assets(first: 1, last: 1) { edges { cursor } } }", "Give first or last, not both."),
        ('{ assets(after: "x") { edges { cursor } } }', "after is no cursor of this list"),
        ('{ search(text: " ") { edges { cursor } } }', "Give 1 to 200 characters to look for."),
    ],
)
async def test_bad_argument_is_a_coded_error_beside_the_other_fields(
    http: httpx.AsyncClient, query: str, answer: str
) -> None:
    reply = await post(http, {"query": query[:-1] + " viewer { name } }"})
    body: dict[str, Any] = reply.json()

    assert reply.status_code == 200
    assert body["data"]["viewer"] == {"name": "developer"}
    assert answer in body["errors"][0]["message"]
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_more_than_a_hundred_ids_are_refused(http: httpx.AsyncClient) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    body = (await post(http, {"query": query, "variables": {"ids": ["x"] * 101}})).json()

    assert body["data"] is None
    assert body["errors"][0]["message"] == "Name at most 100 ids at once, not 101."


async def test_mistakes_of_clients_are_no_errors_of_the_log_and_show_no_document(http: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await post(http, {"query": "{ secret_document }"})

    assert [(line["log_level"], line["event"]) for line in lines if "operation" in line["event"]] == [
        ("info", "operation.refused")
    ]
    assert "secret_document" not in str(lines)


async def test_events_are_streamed_to_a_client_that_asks_for_them(http: httpx.AsyncClient) -> None:
    body = json.dumps({"query": 'subscription { events(after: "MTpldmVudDow") { cursor type } }'})
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    async with http.stream("POST", "/graphql", content=body, headers=headers) as reply:
        lines = reply.aiter_lines()
        async with asyncio.timeout(10):
            first = [await anext(lines), await anext(lines)]

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert first[0] == "event: next"
    told = json.loads(first[1].removeprefix("data: "))
    assert told == {"data": {"events": {"cursor": "MTpldmVudDox", "type": "CONNECTION_CHANGED"}}}


async def test_streams_and_sockets_that_share_an_execution_are_told_the_same(
    http: httpx.AsyncClient, api: GraphQL, domain: Domain, actor: Actor
) -> None:
    query = 'subscription { events(after: "MTpldmVudDow") { cursor scopes } }'
    asking = partial(
        http.stream, "POST", "/graphql", json={"query": query, "variables": {}}, headers={"accept": "text/event-stream"}
    )
    async with api.subscribed(query) as socket, asking() as one, asking() as other, asyncio.timeout(10):
        streams = [_told(one), _told(other)]
        first = [await anext(source) for source in (socket, *streams)]
        await add_connection(domain, actor, "another")
        second = [await anext(source) for source in (socket, *streams)]

    assert first == [first[0]] * 3
    assert second == [second[0]] * 3
    assert [event["scopes"] for event in (first[0], second[0])] == [["other"], ["another"]]


async def _told(stream: httpx.Response) -> AsyncIterator[Any]:
    async for line in stream.aiter_lines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))["data"]["events"]
