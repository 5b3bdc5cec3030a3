"""One run through the storm: started, followed, and tried again until it has completed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.storm.source import StormSource
from benchmarks.storm.subscriber import Subscriber
from deploy.local.demo.client import Api
from deploy.local.demo.job import RETRY, RUN, start
from deploy.local.errors import LauncherError

PROFILE = start("startProfiling")
MOST_TRIES = 30
LONGEST_TRY_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Voyage:
    """`stuck` says why it was given up; None for a run that completed."""

    run_id: str
    tries: int
    subscriber: Subscriber
    stuck: str | None


async def travel(api: Api, api_url: str, source: StormSource, key: str, tell: Callable[[str], None]) -> Voyage:
    wanted = {"connection": source.name, "targets": [{"schema": source.schema}], "idempotencyKey": key}
    run_id = (await api.do(PROFILE, input=wanted))["run"]["id"]
    subscriber = Subscriber(api_url, run_id)
    for tries in range(1, MOST_TRIES + 1):
        try:
            async with asyncio.timeout(LONGEST_TRY_SECONDS):
                await subscriber.follow()
        except TimeoutError:
            return Voyage(run_id, tries, subscriber, f"had not ended after {LONGEST_TRY_SECONDS:.0f} s")
        run = (await api.ask(RUN, id=run_id))["workflowRun"]
        progress = run["progress"]
        tell(f"{key} try {tries}: {run['status']}, {progress['completed']} of {progress['total']} done")
        if run["status"] == "COMPLETED":
            return Voyage(run_id, tries, subscriber, None)
        await _try_again(api, run_id)
    return Voyage(run_id, MOST_TRIES, subscriber, f"had not completed after {MOST_TRIES} tries")


async def _try_again(api: Api, run_id: str) -> None:
    """Sent twice where an answer was lost; the second time the run is no ended one any more."""
    try:
        await api.do(RETRY, input={"runId": run_id})
    except LauncherError as refused:
        if "only an ended run can be tried again" not in str(refused):
            raise
