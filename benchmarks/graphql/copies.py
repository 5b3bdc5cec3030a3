"""Two servers before one database: how soon subscribers of one hear what was done at the other."""

import asyncio
import time
from collections.abc import Callable, Sequence

import httpx

from benchmarks.graphql.follower import change, following, hear
from benchmarks.graphql.installation import Server
from benchmarks.latency.percentiles import percentile
from benchmarks.scale.figures import Figure

CHANGES = 50
MEDIAN_BAR = 250.0


def measure_copies(here: Server, there: Server, tell: Callable[[str], None]) -> Sequence[Figure]:
    tell("two copies of the server")
    taken = asyncio.run(_delays(here, there))
    return [
        Figure("mutation at one copy to subscriber of another, median", percentile(taken, 50), bar=MEDIAN_BAR),
        Figure("mutation at one copy to subscriber of another, p95", percentile(taken, 95)),
    ]


async def _delays(here: Server, there: Server) -> Sequence[float]:
    """Milliseconds from sending the mutation, one after the other."""
    delays: list[float] = []
    async with httpx.AsyncClient(trust_env=False) as http, following(there) as socket:
        for number in range(CHANGES):
            began = time.perf_counter()
            _, arrival = await asyncio.gather(change(http, here, f"copied {number}"), hear(socket))
            delays.append((arrival.at - began) * 1000)
    return delays
