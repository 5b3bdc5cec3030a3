"""How soon a subscriber hears of a state that Prefect has set."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice
from statistics import median

import httpx

from benchmarks.latency.installation import Installation
from benchmarks.latency.percentiles import percentile
from benchmarks.latency.source import NAME, complete
from benchmarks.latency.subscriber import statuses_of
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api
from deploy.local.demo.job import TEST

CHANGES = 100
MEDIAN_BAR, P99_BAR = 150.0, 1_000.0
REOPEN_SECONDS = 30.0
LOOK_SECONDS = 0.05
RUN = "query ($id: ID!) { workflowRun(id: $id) { status prefectFlowRunId } }"


async def measure_states(installation: Installation, api: Api) -> Sequence[Figure]:
    tested = await api.do(TEST, input={"connection": NAME})
    run_id = tested["run"]["id"]
    await complete(installation.api_url, run_id)
    async with _set_in_prefect(installation, api, run_id) as prefect:
        taken = await _delays(installation, prefect, run_id)
    return [
        Figure("state in Prefect to subscriber, median", median(taken), bar=MEDIAN_BAR),
        Figure("state in Prefect to subscriber, p99", percentile(taken, 99), bar=P99_BAR),
    ]


class _FlowRun:
    """A flow run whose states are set from outside, as its engine would, so that no process disturbs the figures."""

    def __init__(self, http: httpx.AsyncClient, flow_run_id: str) -> None:
        self._http = http
        self._path = f"/flow_runs/{flow_run_id}/set_state"

    async def becomes(self, status: str) -> None:
        reply = await self._http.post(self._path, json={"state": {"type": status}, "force": True})
        reply.raise_for_status()


@asynccontextmanager
async def _set_in_prefect(installation: Installation, api: Api, run_id: str) -> AsyncIterator[_FlowRun]:
    """The flow run behind a run that has ended: open again, and ended again afterwards."""
    flow_run_id = (await api.ask(RUN, id=run_id))["workflowRun"]["prefectFlowRunId"]
    async with httpx.AsyncClient(base_url=f"{installation.prefect_url}/api", trust_env=False) as http:
        flow_run = _FlowRun(http, flow_run_id)
        await flow_run.becomes("RUNNING")
        async with asyncio.timeout(REOPEN_SECONDS):
            # Nobody can subscribe to a run that has ended, so it is asked for.
            while (await api.ask(RUN, id=run_id))["workflowRun"]["status"] != "RUNNING":  # noqa: ASYNC110 - as above
                await asyncio.sleep(LOOK_SECONDS)
        yield flow_run
        await flow_run.becomes("COMPLETED")


async def _delays(installation: Installation, flow_run: _FlowRun, run_id: str) -> Sequence[float]:
    """Milliseconds from Prefect's own time stamp to the subscriber, one change after the other, on one clock."""
    delays: list[float] = []
    async with statuses_of(installation.api_url, run_id) as statuses:
        await anext(statuses)  # how it is
        for status in islice(cycle(("PENDING", "RUNNING")), CHANGES):
            await flow_run.becomes(status)
            arrival = await anext(statuses)
            assert arrival.at
            delays.append((arrival.arrived_at - arrival.at).total_seconds() * 1000)
    return delays
