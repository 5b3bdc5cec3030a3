"""Each limit is a setting; what exceeds it is refused with a code, and nothing is done."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from api.services import Services
from tests.api.limited import codes, limited
from tests.api.sockets import FOLLOW, PROTOCOL, say, signed_in, socket
from tests.background import beside
from tests.waiting import eventually, until_waiting_for_a_lock

pytestmark = pytest.mark.db

PAGES = "query ($n: Int) { assets(first: $n) { edges { node { children { name } } } } }"
SLOW = '{ dataConnection(name: "other") { name } }'
STREAM = {"accept": "text/event-stream"}


async def closing(ws: ClientConnection) -> int | None:
    await ws.wait_closed()
    return ws.close_code


async def everything(ws: ClientConnection) -> None:
    while True:
        await ws.recv()


async def test_cost_comes_with_the_answer_and_is_refused_over_the_cap(services: Services) -> None:
    async with limited(services, max_cost=500) as http:
        small = await http.post("/graphql", json={"query": PAGES, "variables": {"n": 20}})
        large = await http.post("/graphql", json={"query": PAGES, "variables": {"n": 50}})

    assert small.json()["extensions"] == {"cost": {"requested": 2 + 20 * 22, "maximum": 500}}
    assert "errors" not in small.json()
    assert (large.status_code, codes(large)) == (200, ["COST_LIMIT_EXCEEDED"])
    assert large.json()["extensions"] == {"cost": {"requested": 2 + 50 * 22, "maximum": 500}}
    assert "data" not in large.json()


@pytest.mark.parametrize("query", [PAGES, 'subscription { scorecardChanged(scope: "a") { scorecard { scope } } }'])
async def test_what_costs_too_much_is_an_error_of_its_operation_on_a_socket(services: Services, query: str) -> None:
    async with limited(services, max_cost=2) as http, socket(http) as ws:
        await signed_in(ws)
        await say(ws, {"type": "subscribe", "id": "1", "payload": {"query": query}})
        refused = json.loads(await ws.recv())

    assert (refused["type"], refused["id"]) == ("error", "1")
    assert [error["extensions"] for error in refused["payload"]] == [{"code": "COST_LIMIT_EXCEEDED"}]


@pytest.mark.parametrize(
    ("limits", "query", "told"),
    [
        ({"max_tokens": 2}, "{ __typename }", "Syntax Error: Document contains more than 2 tokens"),
        ({"max_depth": 1}, "{ viewer { name } }", "The operation has depth 2; at most 1 is allowed."),
        ({"max_aliases": 1}, "{ a: __typename b: __typename }", "The operation has aliases 2; at most 1 is allowed."),
        ({"max_fields": 1}, "{ viewer { name } }", "The operation has fields 2; at most 1 is allowed."),
        ({"max_operations": 1}, "query A { __typename } query B { __typename }", "The document has 2 operations"),
        ({"max_ids": 1}, '{ nodes(ids: ["a", "b"]) { id } }', "Name at most 1 ids at once, not 2."),
    ],
)
async def test_limit_on_documents_is_a_setting(
    services: Services, limits: dict[str, int], query: str, told: str
) -> None:
    async with limited(services, **limits) as http:
        reply = await http.post("/graphql", json={"query": query, "operationName": "A" if "query A" in query else None})

    assert told in reply.json()["errors"][0]["message"]


async def test_body_that_is_too_large_or_too_slow_is_refused(services: Services) -> None:
    headers = {"content-type": "application/json"}
    async with limited(services, max_body_bytes=1024, body_timeout_seconds=0.2) as http:
        large = await http.post("/graphql", content=b" " * 1025, headers=headers)
        host, port = http.base_url.host, http.base_url.port
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
        writer.write(b"content-length: 100\r\n\r\n{")
        answer = await asyncio.wait_for(reader.readline(), 10)
        writer.close()

    assert (large.status_code, codes(large)) == (413, ["LIMIT_EXCEEDED"])
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_frame_over_the_limit_closes_the_socket(services: Services) -> None:
    async with limited(services, max_frame_bytes=1024) as http, socket(http) as ws:
        await signed_in(ws)
        await say(ws, {"type": "ping", "payload": {"x": "x" * 1024}})

        assert await closing(ws) == 1009


async def test_client_that_goes_on_sending_is_told_why_its_frame_is_refused(services: Services) -> None:
    async with limited(services, max_frame_bytes=1024) as http:
        reader, writer = await asyncio.open_connection(http.base_url.host, http.base_url.port)
        writer.write(
            b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        )
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(b"\x81\xff" + (8 * 2**20).to_bytes(8, "big") + bytes(4))
        for _ in range(64):
            writer.write(bytes(2**16))
            await writer.drain()
        told = await asyncio.wait_for(reader.read(), 10)
        writer.close()

    assert answer.startswith(b"HTTP/1.1 101 ")
    assert told[0] == 0x88
    assert int.from_bytes(told[2:4], "big") == 1009


async def test_operations_of_a_socket_are_limited(services: Services) -> None:
    async with limited(services, max_operations_per_socket=1) as http, socket(http) as ws:
        await signed_in(ws)
        for number in ("first", "second"):
            await say(ws, {"type": "subscribe", "id": number, "payload": FOLLOW})
        refused = json.loads(await ws.recv())

    assert (refused["id"], refused["payload"][0]["extensions"]) == ("second", {"code": "LIMIT_EXCEEDED"})


async def test_socket_that_does_not_sign_in_is_closed(services: Services) -> None:
    async with limited(services, connection_init_timeout_seconds=0.1) as http, socket(http) as ws:
        assert await closing(ws) == 4408


async def test_more_streams_than_may_be_open_are_refused_at_the_handshake(services: Services) -> None:
    async with limited(services, max_streams=1) as http:
        async with socket(http):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{str(http.base_url).replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL])
            events = await http.post("/graphql", json=FOLLOW, headers=STREAM)
            reads = await http.post("/graphql", json={"query": "{ __typename }"})
        async with AsyncExitStack() as again:
            await again.enter_async_context(socket(http))

    assert (refused.value.response.status_code, refused.value.response.headers["retry-after"]) == (503, "5")
    assert (events.status_code, codes(events)) == (503, ["SERVICE_UNAVAILABLE"])
    assert reads.status_code == 200


async def test_operation_on_a_socket_that_takes_too_long_is_stopped_in_the_database(
    services: Services, sql: asyncpg.Connection
) -> None:
    async with limited(services, operation_timeout_seconds=0.2) as http, socket(http) as ws, sql.transaction():
        await signed_in(ws)
        await sql.execute("LOCK TABLE data_connection")
        await say(ws, {"type": "subscribe", "id": "1", "payload": {"query": SLOW}})
        told = json.loads(await ws.recv())
        await until_waiting_for_a_lock(sql, 0)

    assert (told["type"], told["payload"][0]["extensions"]) == ("error", {"code": "TIMEOUT"})


@pytest.mark.parametrize("leave", ["complete", "close"])
async def test_operation_that_its_socket_leaves_is_stopped_in_the_database(
    services: Services, sql: asyncpg.Connection, leave: str
) -> None:
    async with limited(services) as http, socket(http) as ws, sql.transaction():
        await signed_in(ws)
        await sql.execute("LOCK TABLE data_connection")
        await say(ws, {"type": "subscribe", "id": "1", "payload": {"query": SLOW}})
        await until_waiting_for_a_lock(sql, 1)
        await (say(ws, {"type": "complete", "id": "1"}) if leave == "complete" else ws.close())
        await until_waiting_for_a_lock(sql, 0)


async def flood(ws: ClientConnection) -> None:
    """Say much to which the server has to answer as much, for ever."""
    with suppress(ConnectionClosed):
        while True:
            await say(ws, {"type": "ping", "payload": {"x": "x" * 500_000}})


@asynccontextmanager
async def not_reading(http: httpx.AsyncClient) -> AsyncIterator[ClientConnection]:
    """A client that speaks and does not listen, when the server has noticed."""
    with capture_logs() as lines:

        async def noticed() -> bool:
            return "socket.stalled" in [line["event"] for line in lines]

        async with asyncio.timeout(15), socket(http, ping_interval=None, close_timeout=0.1) as ws:
            await signed_in(ws)
            ws.transport.pause_reading()
            async with beside(flood(ws)):
                await eventually(noticed)
                yield ws


async def test_client_that_reads_again_is_told_that_it_read_too_slowly(services: Services) -> None:
    async with limited(services, send_timeout_seconds=1) as http, not_reading(http) as ws:
        ws.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            await everything(ws)

    assert ws.close_code == 1013


async def test_client_that_never_reads_takes_no_place(services: Services) -> None:
    async with limited(services, send_timeout_seconds=0.2, max_streams=1) as http, not_reading(http) as ws:

        async def is_free() -> bool:
            with suppress(InvalidStatus):
                async with socket(http):
                    return True
            return False

        await eventually(is_free)
        ws.transport.abort()


async def test_page_of_another_site_may_ask_and_follow_only_where_it_is_listed(services: Services) -> None:
    listed, foreign = "https://data.example.com", "https://evil.example"
    preflight = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    async with limited(services, allowed_origins=(listed,)) as http:
        granted = await http.options("/graphql", headers={"origin": listed, **preflight})
        refused = await http.options("/graphql", headers={"origin": foreign, **preflight})
        asked = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"origin": listed})
        async with socket(http, origin=Origin(listed)) as ws:
            await signed_in(ws)
        with pytest.raises(InvalidStatus) as closed:
            await connect(
                f"{str(http.base_url).replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL], origin=Origin(foreign)
            )

    assert (granted.status_code, granted.headers["access-control-allow-origin"]) == (200, listed)
    assert "access-control-allow-credentials" not in granted.headers
    assert "access-control-allow-origin" not in refused.headers
    assert (asked.headers["access-control-allow-origin"], asked.headers["vary"]) == (listed, "Accept, Origin")
    assert closed.value.response.status_code == 403


async def test_no_other_site_is_granted_anything_unless_one_is_listed(http: httpx.AsyncClient) -> None:
    reply = await http.options(
        "/graphql", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
    )

    assert reply.status_code == 405
    assert not [name for name in reply.headers if name.startswith("access-control")]
