import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from domain.settings import ApiSettings

pytestmark = pytest.mark.db

IDLE = {"query": "subscription { events(types: [RULES_CHANGED]) { cursor } }"}
TINY = {"query": "{ __typename }"}
PROTOCOL: Any = "graphql-transport-ws"  # the library's own type for protocols is a NewType of str


@pytest.fixture
async def ws(address: str) -> AsyncIterator[ClientConnection]:
    async with connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL]) as socket:
        yield socket


async def say(ws: ClientConnection, message: object) -> None:
    await ws.send(json.dumps(message))


async def hear(ws: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(await ws.recv()))


async def sign_in(ws: ClientConnection) -> None:
    await say(ws, {"type": "connection_init"})
    assert await hear(ws) == {"type": "connection_ack"}


async def closing(ws: ClientConnection) -> int:
    await ws.wait_closed()
    assert ws.close_code is not None
    return ws.close_code


@pytest.mark.parametrize(
    "message",
    [
        None,
        1,
        [],
        "x",
        {},
        {"type": 1},
        {"type": "nope"},
        {"type": "subscribe", "payload": TINY},
        {"type": "subscribe", "id": 1, "payload": TINY},
        {"type": "subscribe", "id": "", "payload": TINY},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": "1", "payload": {**TINY, "variables": [1]}},
        {"type": "subscribe", "id": "1", "payload": {**TINY, "operationName": 1}},
        {"type": "complete"},
    ],
)
async def test_what_is_no_message_closes_the_socket(ws: ClientConnection, message: object) -> None:
    await sign_in(ws)
    await say(ws, message)

    assert await closing(ws) == 4400


async def test_operation_before_signing_in_closes_the_socket(ws: ClientConnection) -> None:
    await say(ws, {"type": "subscribe", "id": "1", "payload": TINY})

    assert await closing(ws) == 4401


async def test_query_over_the_socket_is_answered_and_completed(ws: ClientConnection) -> None:
    await sign_in(ws)
    await say(ws, {"type": "subscribe", "id": "q", "payload": TINY})

    assert await hear(ws) == {
        "type": "next",
        "id": "q",
        "payload": {
            "data": {"__typename": "Query"},
            "extensions": {"cost": {"requested": 1, "maximum": ApiSettings().max_cost}},
        },
    }
    assert await hear(ws) == {"type": "complete", "id": "q"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_bad_document_ends_its_operation_and_not_the_socket(ws: ClientConnection, query: str, code: str) -> None:
    await sign_in(ws)
    await say(ws, {"type": "subscribe", "id": "1", "payload": {"query": query}})
    refused = await hear(ws)
    await say(ws, {"type": "ping", "payload": {"still": "here"}})

    assert (refused["type"], refused["payload"][0]["extensions"]) == ("error", {"code": code})
    assert await hear(ws) == {"type": "pong", "payload": {"still": "here"}}


async def test_operations_of_a_socket_are_counted(ws: ClientConnection) -> None:
    await sign_in(ws)
    for number in range(51):
        await say(ws, {"type": "subscribe", "id": str(number), "payload": IDLE})

    refused = await hear(ws)
    assert (refused["type"], refused["id"]) == ("error", "50")
    assert refused["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}


async def test_page_of_another_origin_is_refused_at_the_handshake(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"{address.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL], origin=Origin("https://evil.example")
        )

    assert refused.value.response.status_code == 403


async def test_queries_of_one_socket_see_what_changed_between_them(ws: ClientConnection) -> None:
    await sign_in(ws)
    read = {"query": '{ dataConnection(name: "late") { name } }'}
    make = {
        "query": """mutation { createDataConnection(input: {name: "late", settings: {host: "h", database: "d",
          username: "u"}}) { __typename } }"""
    }
    answers = []
    for number, payload in enumerate((read, make, read)):
        await say(ws, {"type": "subscribe", "id": str(number), "payload": payload})
        answers.append((await hear(ws))["payload"]["data"])
        await hear(ws)

    assert answers == [
        {"dataConnection": None},
        {"createDataConnection": {"__typename": "CreateDataConnectionSuccess"}},
        {"dataConnection": {"name": "late"}},
    ]
