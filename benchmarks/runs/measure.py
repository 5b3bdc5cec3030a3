"""A whole installation at work: wide runs, long runs, and runs that many follow."""

import asyncio
import sys
from collections.abc import Callable, Sequence

import httpx

from benchmarks.latency.installation import Installation, own_installation
from benchmarks.runs.environment import wide_runs
from benchmarks.runs.followed import measure_following
from benchmarks.runs.many import measure_many
from benchmarks.runs.source import make_source
from benchmarks.runs.wide import measure_width
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api
from deploy.local.demo.command import TIMEOUT_SECONDS
from deploy.local.progress import LineProgress
from deploy.local.server_address import ServerAddress
from deploy.local.throwaway import throwaway_postgres

Tell = Callable[[str], None]


def measure_runs(rounds: int, tell: Tell) -> Sequence[Figure]:
    tell("an installation, and a source")
    with (
        wide_runs(),
        throwaway_postgres() as source,
        own_installation(LineProgress(sys.stdout)) as installation,
    ):
        return asyncio.run(_measure(installation, source.address, rounds, tell))


async def _measure(installation: Installation, server: ServerAddress, rounds: int, tell: Tell) -> Sequence[Figure]:
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        api = Api(installation.api_url, http)
        seconds_alone = await make_source(installation, api, server)
        tell("the width of a run")
        figures = [*await measure_width(installation, api, seconds_alone, rounds, tell)]
        tell("subscribers to a run")
        figures += await measure_following(installation, api, rounds, tell)
        tell("many small tables")
        return [*figures, *await measure_many(installation, api)]
