"""How a server leaves that has sockets and streams open."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

import httpx
import psutil
from websockets.asyncio.client import ClientConnection

from benchmarks.graphql.follower import FOLLOW, following
from benchmarks.graphql.installation import LONGEST_END_SECONDS, Server
from benchmarks.scale.figures import Figure
from deploy.local.errors import LauncherError

CLIENTS = 50
BAR = 12.0
SERVICE_RESTARTS = 1012


@dataclass(frozen=True, slots=True)
class Stopped:
    seconds: float
    """From the signal to the end of the process."""
    close_codes: Sequence[int | None]
    ended_streams: int


def measure_stopping(api: Server, tell: Callable[[str], None]) -> Sequence[Figure]:
    """It is gone afterwards."""
    tell(f"stop with {CLIENTS} sockets and {CLIENTS} streams")
    stopped = asyncio.run(stop_in_use(api, CLIENTS))
    if set(stopped.close_codes) != {SERVICE_RESTARTS} or stopped.ended_streams != CLIENTS:
        raise LauncherError(f"Not all clients were told: {stopped}")
    return [Figure("SIGTERM to the end, 50 sockets and 50 streams", stopped.seconds, bar=BAR, unit="s")]


async def stop_in_use(api: Server, clients: int) -> Stopped:
    """So many sockets and as many streams of server-sent events are open when the signal comes."""
    async with AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=clients)
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, limits=limits, timeout=60))
        sockets = [await stack.enter_async_context(following(api)) for _ in range(clients)]
        streams = [await stack.enter_async_context(_stream(http, api)) for _ in range(clients)]
        reading = asyncio.gather(*map(_read_to_the_end, streams))
        began = time.perf_counter()
        api.process.terminate()
        closing = asyncio.gather(*map(_closed, sockets))
        await asyncio.to_thread(_until_gone, api.process)
        return Stopped(time.perf_counter() - began, await closing, sum(await reading))


def _stream(http: httpx.AsyncClient, api: Server) -> AbstractAsyncContextManager[httpx.Response]:
    return http.stream("POST", api.graphql, json={"query": FOLLOW}, headers={"accept": "text/event-stream"})


async def _read_to_the_end(response: httpx.Response) -> bool:
    """True when it was open and then closed by the server, in whatever way."""
    try:
        async for _ in response.aiter_bytes():
            pass
    except httpx.RemoteProtocolError:
        return True
    return response.is_success


async def _closed(socket: ClientConnection) -> int | None:
    await socket.wait_closed()
    return socket.close_code


def _until_gone(process: psutil.Process) -> None:
    process.wait(LONGEST_END_SECONDS)
