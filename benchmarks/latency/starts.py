"""How long it takes from asking for a run until it works, and how much the machine works for it."""

import time
from collections.abc import Sequence
from statistics import median

import psutil

from benchmarks.latency.installation import Installation
from benchmarks.latency.memory import services
from benchmarks.latency.percentiles import percentile
from benchmarks.latency.source import NAME, SCHEMA
from benchmarks.latency.subscriber import statuses_of
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api
from deploy.local.demo.job import start
from deploy.local.errors import LauncherError

PROFILE = start("startProfiling")
MEDIAN_BAR = 3_000.0


async def measure_starts(installation: Installation, api: Api, repetitions: int) -> Sequence[Figure]:
    """One after the other, as a person starts them; the first one warms up and does not count."""
    await _milliseconds_to_running(installation, api)
    worked = _processor_seconds(installation)
    taken = [await _milliseconds_to_running(installation, api) for _ in range(repetitions)]
    worked = _processor_seconds(installation) - worked
    return [
        Figure("start mutation to RUNNING, median", median(taken), bar=MEDIAN_BAR),
        Figure("start mutation to RUNNING, p95", percentile(taken, 95)),
        Figure("processor time of all processes, a run", worked / repetitions * 1000),
    ]


async def _milliseconds_to_running(installation: Installation, api: Api) -> float:
    """Until a subscriber hears it. The run goes on to its end, so that the next one has the machine for itself."""
    began = time.monotonic()
    started = await api.do(PROFILE, input={"connection": NAME, "targets": [{"schema": SCHEMA}]})
    milliseconds, last = None, None
    async with statuses_of(installation.api_url, started["run"]["id"]) as statuses:
        async for arrival in statuses:
            last = arrival.status
            if last == "RUNNING" and milliseconds is None:
                milliseconds = (time.monotonic() - began) * 1000
    if milliseconds is None or last != "COMPLETED":
        raise LauncherError(f"Run {started['run']['id']} ended {last}, so nothing was measured.")
    return milliseconds


def _processor_seconds(installation: Installation) -> float:
    """Of the services and of the processes that they started, which have ended."""
    times = [psutil.Process(pid).cpu_times() for pid in services(installation).values()]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)
