"""Events to many sockets: whether all arrive in order, how soon, and what one delivery costs beside a raw broadcast."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import httpx
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.graphql.follower import Arrival, change, following, hear
from benchmarks.graphql.installation import Server
from benchmarks.latency.percentiles import percentile
from benchmarks.scale.figures import Figure
from deploy.local.errors import LauncherError

SOCKETS, RATE, EVENTS = 200, 5, 100
P95_BAR, P99_BAR, CPU_BAR = 100.0, 250.0, 5.0
Send = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Delivered:
    milliseconds: Sequence[float]
    """From sending until each arrival."""
    processor_microseconds: float
    """Of one delivery."""
    text: str


def measure_fanout(api: Server, other: Server, plain: Server, tell: Callable[[str], None]) -> Sequence[Figure]:
    """What happens is done at another copy of the server, so that this one is measured for its subscribers alone."""
    tell(f"fan-out: {SOCKETS} sockets, {RATE} events a second")
    ours = asyncio.run(_through_api(api, other))
    raw = asyncio.run(_through_broadcast(plain, ours.text))
    ratio = ours.processor_microseconds / raw.processor_microseconds
    return [
        Figure("event to 200 sockets, median", percentile(ours.milliseconds, 50)),
        Figure("event to 200 sockets, p95", percentile(ours.milliseconds, 95), bar=P95_BAR),
        Figure("event to 200 sockets, p99", percentile(ours.milliseconds, 99), bar=P99_BAR),
        Figure("raw broadcast to 200 sockets, p99", percentile(raw.milliseconds, 99)),
        Figure("processor time, a raw delivery", raw.processor_microseconds, unit="µs"),
        Figure("processor time, a delivery", ours.processor_microseconds, ratio, CPU_BAR, unit="µs"),
    ]


async def _through_api(server: Server, other: Server) -> Delivered:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        sockets = [await stack.enter_async_context(following(server)) for _ in range(SOCKETS)]
        await change(http, other, "before all")
        await asyncio.gather(*map(hear, sockets))
        return await _deliver(server, sockets, partial(change, http, other))


async def _through_broadcast(server: Server, text: str) -> Delivered:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        address = server.socket("/follow")
        sockets = [await stack.enter_async_context(connect(address, proxy=None)) for _ in range(SOCKETS)]

        async def send(name: str) -> None:
            await http.post(f"{server.url}/tell", content=text.replace('"id":"1"', f'"id":"{name}"'))

        return await _deliver(server, sockets, send)


async def _deliver(server: Server, sockets: Sequence[ClientConnection], send: Send) -> Delivered:
    worked = server.processor_seconds()
    listening = [asyncio.create_task(_listen(socket)) for socket in sockets]
    sent = await _send_all(send)
    heard = await asyncio.gather(*listening)
    worked = server.processor_seconds() - worked
    if any(_places(arrivals) != _places(heard[0]) for arrivals in heard):
        raise LauncherError("The sockets did not hear the same events in the same order.")
    milliseconds = [(arrival.at - at) * 1000 for arrivals in heard for arrival, at in zip(arrivals, sent, strict=True)]
    return Delivered(milliseconds, worked / len(milliseconds) * 1_000_000, heard[0][0].text)


async def _listen(socket: ClientConnection) -> Sequence[Arrival]:
    return [await hear(socket) for _ in range(EVENTS)]


async def _send_all(send: Send) -> Sequence[float]:
    """When each was sent, at a steady rate."""
    sent: list[float] = []
    began = time.perf_counter()
    for number in range(EVENTS):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        sent.append(time.perf_counter())
        await send(f"term {number:04}")
    return sent


def _places(arrivals: Sequence[Arrival]) -> Sequence[object]:
    """What tells each event from the others: its cursor, and the name of a raw one."""
    messages = [json.loads(arrival.text) for arrival in arrivals]
    return [(message["id"], message["payload"]["data"]["events"]["cursor"]) for message in messages]
