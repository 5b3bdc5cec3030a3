"""A whole installation: how soon runs start, how soon subscribers hear, and what it takes to be there."""

import asyncio
import sys
from collections.abc import Callable, Sequence

import httpx

from benchmarks.latency.installation import Installation, own_installation
from benchmarks.latency.memory import measure_memory
from benchmarks.latency.source import make_source
from benchmarks.latency.starts import measure_starts
from benchmarks.latency.states import measure_states
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api
from deploy.local.demo.command import TIMEOUT_SECONDS
from deploy.local.progress import LineProgress


def measure_latency(repetitions: int, tell: Callable[[str], None]) -> Sequence[Figure]:
    tell("an installation")
    with own_installation(LineProgress(sys.stdout)) as installation:
        return asyncio.run(_measure(installation, repetitions, tell))


async def _measure(installation: Installation, repetitions: int, tell: Callable[[str], None]) -> Sequence[Figure]:
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        api = Api(installation.api_url, http)
        await make_source(installation, api)
        tell("starts of runs")
        figures = [*await measure_starts(installation, api, repetitions)]
        tell("states of a run")
        figures += await measure_states(installation, api)
        tell("memory")
        return [*figures, *measure_memory(installation)]
