"""What is on record after the storm: in our tables, and at Prefect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import httpx

from benchmarks.latency.installation import Installation
from benchmarks.storm.subscriber import ToldState
from deploy.local.throwaway import DATABASE

_RUNS = """
    SELECT r.id, r.status, r.prefect_flow_run_id, r.completed_items, r.failed_items, r.total_items,
           (SELECT count(*) FROM run_item i WHERE i.run_id = r.id AND i.status = 'COMPLETED') AS items_done,
           (SELECT count(*) FROM table_profile p JOIN run_item i ON i.run_id = p.run_id AND i.fqn = p.fqn
             WHERE p.run_id = r.id AND i.status = 'COMPLETED') AS results
      FROM workflow_run r WHERE r.type = 'profiling'
"""
_STATES = """
    SELECT payload ->> 'run_id' AS run_id, payload ->> 'status' AS status, payload ->> 'state_at' AS at
      FROM domain_event WHERE type = 'run.state_changed' ORDER BY sequence
"""
_STARTS = """
    SELECT run_id, substring(message FROM 'start (\\d+)')::int AS start
      FROM run_log WHERE message LIKE 'The run has begun: start %' ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class Record:
    """`starts` are those that a process of ours has claimed, `begun` is how often Prefect began it."""

    status: str
    counts: tuple[int, int, int]
    """Completed, failed and total, as the run says."""
    items_done: int
    results: int
    """Profiles of items that are done."""
    states: Sequence[ToldState]
    starts: Sequence[int]
    at_prefect: str
    begun: int


async def read_records(installation: Installation) -> Mapping[UUID, Record]:
    sql = await asyncpg.connect(installation.postgres.dsn(DATABASE))
    try:
        runs, states, starts = [await sql.fetch(query) for query in (_RUNS, _STATES, _STARTS)]
    finally:
        await sql.close()
    async with httpx.AsyncClient(base_url=f"{installation.prefect_url}/api", trust_env=False) as prefect:
        return {run["id"]: await _record(prefect, run, states, starts) for run in runs}


async def _record(
    prefect: httpx.AsyncClient, run: asyncpg.Record, states: Sequence[asyncpg.Record], starts: Sequence[asyncpg.Record]
) -> Record:
    flow_run = (await prefect.get(f"/flow_runs/{run['prefect_flow_run_id']}")).raise_for_status().json()
    told = [state for state in states if state["run_id"] == str(run["id"])]
    return Record(
        status=run["status"],
        counts=(run["completed_items"], run["failed_items"], run["total_items"]),
        items_done=run["items_done"],
        results=run["results"],
        states=[ToldState(state["status"], datetime.fromisoformat(state["at"])) for state in told],
        starts=[start["start"] for start in starts if start["run_id"] == run["id"]],
        at_prefect=flow_run["state_type"],
        begun=flow_run["run_count"],
    )
