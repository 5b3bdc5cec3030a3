"""A profiling run, from asking for it until its process has gone."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from api.graphql.ids import read_id
from api.graphql.runs.types import KIND
from benchmarks.latency.installation import Installation
from benchmarks.runs.source import NAME, scope
from deploy.local.demo.client import Answer, Api
from deploy.local.demo.job import ENDED, start
from deploy.local.errors import LauncherError
from deploy.local.run_processes import processes_of_runs
from deploy.local.throwaway import DATABASE

PROFILE = start("startProfiling")
RUN = """query ($id: ID!) { workflowRun(id: $id) {
  status prefectFlowRunId startedAt completedAt progress { completed total } } }"""
WORK = "SELECT min(started_at) AS began, max(completed_at) AS ended FROM run_item WHERE run_id = $1"
LOOK_SECONDS = 0.5
LONGEST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Finished:
    """`work_seconds` are from its first table's beginning to its last one's end, `whole_seconds` from RUNNING on."""

    flow_run_id: str
    completed: int
    work_seconds: float
    whole_seconds: float


async def start_profiling(api: Api, schema: str) -> str:
    started = await api.do(PROFILE, input={"connection": NAME, "targets": [{"schema": scope(schema)}]})
    return str(started["run"]["id"])


async def finished(installation: Installation, api: Api, run_id: str) -> Finished:
    """It is asked for now and then and not followed, so that it costs the same with and without subscribers."""
    async with asyncio.timeout(LONGEST_SECONDS):
        run = await _ended(api, run_id)
        await _until_gone(installation)
    progress = run["progress"]
    if run["status"] != "COMPLETED" or progress["completed"] != progress["total"]:
        raise LauncherError(f"Run {run_id} ended {run['status']} with {progress}, so nothing was measured.")
    began, ended = await _work(installation, run_id)
    return Finished(
        flow_run_id=run["prefectFlowRunId"],
        completed=progress["completed"],
        work_seconds=(ended - began).total_seconds(),
        whole_seconds=_seconds(run["startedAt"], run["completedAt"]),
    )


async def _ended(api: Api, run_id: str) -> Answer:
    while True:
        run: Answer = (await api.ask(RUN, id=run_id))["workflowRun"]
        if run["status"] in ENDED:
            return run
        await asyncio.sleep(LOOK_SECONDS)


async def _until_gone(installation: Installation) -> None:
    """What a process has used is added to its parent's account when it ends."""
    running = installation.home.running()
    assert running  # it is ours
    while processes_of_runs(running):  # noqa: ASYNC110 - nothing tells of the end of another's process
        await asyncio.sleep(LOOK_SECONDS)


async def _work(installation: Installation, run_id: str) -> tuple[datetime, datetime]:
    sql = await asyncpg.connect(installation.postgres.dsn(DATABASE))
    try:
        row = await sql.fetchrow(WORK, read_id(KIND, run_id))
    finally:
        await sql.close()
    return row["began"], row["ended"]


def _seconds(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
