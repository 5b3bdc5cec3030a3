"""One run of many small tables: how fast, what it takes, and whether all of it is on record."""

import asyncio
from collections.abc import Sequence

import httpx

from benchmarks.latency.installation import Installation
from benchmarks.runs.finished import Finished, finished, start_profiling
from benchmarks.runs.memory import watching
from benchmarks.runs.processor import processor_seconds, spent_since
from benchmarks.runs.source import MANY
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api

RECORD_SECONDS = 120.0
LOOK_SECONDS = 1.0


async def measure_many(installation: Installation, api: Api) -> Sequence[Figure]:
    before = processor_seconds(installation)
    async with watching(installation) as peaks:
        run = await finished(installation, api, await start_profiling(api, MANY))
    tasks = min(run.completed, installation.settings.runs.max_tasks)
    missing = await _missing_at_prefect(installation, run.flow_run_id, tasks)
    spent = spent_since(before, processor_seconds(installation))
    return [
        *_of_time(run),
        Figure(f"of its {tasks:,} Prefect tasks not on record as completed", missing, bar=0, unit=""),
        *(Figure(f"processor time of {name}, a table", taken * 1000 / run.completed) for name, taken in spent.items()),
        Figure("processor time of all, a table", sum(spent.values()) * 1000 / run.completed),
        *peaks.figures(f"while {run.completed:,} tables are profiled"),
    ]


def _of_time(run: Finished) -> Sequence[Figure]:
    return [
        Figure(f"{run.completed:,} small tables in one run, RUNNING to the end", run.whole_seconds, unit="s"),
        Figure("small tables a second", run.completed / run.work_seconds, unit="/s"),
    ]


async def _missing_at_prefect(installation: Installation, flow_run_id: str, tasks: int) -> int:
    """Its server records behind the run; what is not there after a while is lost."""
    completed = {"state": {"type": {"any_": ["COMPLETED"]}}}
    question = {"flow_runs": {"id": {"any_": [flow_run_id]}}, "task_runs": completed}
    url = f"{installation.prefect_url}/api/task_runs/count"
    known = 0
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(int(RECORD_SECONDS / LOOK_SECONDS)):
            known = int((await http.post(url, json=question)).raise_for_status().json())
            if known >= tasks:
                break
            await asyncio.sleep(LOOK_SECONDS)
    return tasks - known
