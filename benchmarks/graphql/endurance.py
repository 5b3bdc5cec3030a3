"""Whether memory grows with the requests and sockets that were served."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.graphql.documents import SCHEMA, TINY, Question
from benchmarks.graphql.follower import following
from benchmarks.graphql.installation import Server
from benchmarks.graphql.requests import ask
from benchmarks.scale.figures import Figure

REQUESTS, CYCLES = 50_000, 2_000
WARM_UP = 10
"""A part of them: a tenth."""
CLIENTS = 8
BAR = 1.05
MIX = (
    Question("tiny", TINY, {}),
    Question(
        "page", "query ($scope: Fqn!) { assets(scope: $scope) { edges { node { fqn name } } } }", {"scope": SCHEMA}
    ),
)


def measure_endurance(api: Server, tell: Callable[[str], None]) -> Sequence[Figure]:
    tell(f"memory: {REQUESTS:,} requests and {CYCLES:,} sockets")
    _use(api, REQUESTS // WARM_UP, CYCLES // WARM_UP)
    before = _mebibytes(api)
    _use(api, REQUESTS, CYCLES)
    after = _mebibytes(api)
    return [
        Figure("resident memory after warm-up", before, unit="MiB"),
        Figure("resident memory after all", after, after / before, BAR, unit="MiB"),
    ]


def _use(api: Server, requests: int, cycles: int) -> None:
    count = requests // len(MIX) // CLIENTS
    with ThreadPoolExecutor(CLIENTS) as clients:
        for asking in [clients.submit(ask, api, question, count) for question in MIX for _ in range(CLIENTS)]:
            asking.result()
    asyncio.run(_come_and_go(api, cycles))


async def _come_and_go(api: Server, cycles: int) -> None:
    for _ in range(cycles // CLIENTS):
        await asyncio.gather(*(_visit(api) for _ in range(CLIENTS)))


async def _visit(api: Server) -> None:
    """Half of all clients go without a word, but so that the test of it needs no time-out."""
    async with following(api) as socket:
        socket.transport.abort()


def _mebibytes(api: Server) -> float:
    return api.process.memory_info().rss / 1024 / 1024
