"""The few questions that the launcher itself asks Prefect's REST API."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count

import httpx
from pydantic import BaseModel, TypeAdapter

from deploy.local.errors import LauncherError

REQUEST_SECONDS = 10.0
PAGE = 200
WITHOUT_A_WORKER = {  # what becomes of a run whose worker is gone; one that never began may begin
    "PENDING": ("SCHEDULED", "AwaitingRetry"),
    "RUNNING": ("CRASHED", "Crashed"),
    "CANCELLING": ("CANCELLED", "Cancelled"),
}


class Worker(BaseModel):
    last_heartbeat_time: datetime | None


class FlowRun(BaseModel):
    id: str
    state_type: str


class PrefectApi:
    def __init__(self, url: str) -> None:
        credentials = os.environ.get("PREFECT_API_AUTH_STRING")
        user, _, password = (credentials or "").partition(":")
        key = os.environ.get("PREFECT_API_KEY")
        self._client = httpx.Client(
            base_url=url,
            timeout=REQUEST_SECONDS,
            trust_env=url.startswith("https://"),  # no proxy stands between us and our own server
            auth=(user, password) if credentials else None,
            headers={"Authorization": f"Bearer {key}"} if key else None,
        )

    def is_ready(self) -> bool:
        """Asks a filter route too: a server with the wrong FastAPI is healthy and refuses those."""
        try:
            return self._client.get("/ready").is_success and self._post("/work_pools/filter", {"limit": 1}).is_success
        except httpx.HTTPError:
            return False

    def newest_heartbeat(self, pool: str) -> datetime | None:
        """None when no worker of the pool ever reported, or Prefect does not answer."""
        try:
            answer = self._post(f"/work_pools/{pool}/workers/filter", {}).raise_for_status()
        except httpx.HTTPError:
            return None
        workers = TypeAdapter(list[Worker]).validate_json(answer.content)
        return max((worker.last_heartbeat_time for worker in workers if worker.last_heartbeat_time), default=None)

    def settle_runs_without_worker(self, pool: str) -> None:
        """Stopping a worker leaves its runs RUNNING for ever. Call it only where no other worker serves the pool."""
        wanted = {
            "work_pools": {"name": {"any_": [pool]}},
            "flow_runs": {"state": {"type": {"any_": list(WITHOUT_A_WORKER)}}},
        }
        try:
            for run in list(self._flow_runs(wanted)):
                self._settle(run)
        except httpx.HTTPError as error:
            raise LauncherError(f"Prefect does not tell which runs lost their worker: {error}") from None

    def _flow_runs(self, wanted: Mapping[str, object]) -> Iterator[FlowRun]:
        for offset in count(step=PAGE):
            page = self._post("/flow_runs/filter", {**wanted, "limit": PAGE, "offset": offset}).raise_for_status()
            runs = TypeAdapter(list[FlowRun]).validate_json(page.content)
            yield from runs
            if len(runs) < PAGE:
                return

    def _settle(self, run: FlowRun) -> None:
        kind, name = WITHOUT_A_WORKER[run.state_type]
        state = {"type": kind, "name": name, "message": "Its worker ended."}
        self._post(f"/flow_runs/{run.id}/set_state", {"state": state, "force": True}).raise_for_status()

    def _post(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return self._client.post(path, json=body)


class WorkerGate:
    """Settles what earlier workers left, then opens when this one has reported to the pool."""

    def __init__(self, prefect: PrefectApi, pool: str, *, is_sole_worker: bool) -> None:
        self._prefect = prefect
        self._pool = pool
        self._is_sole_worker = is_sole_worker
        self._last_heartbeat: datetime | None = None

    def before_launch(self) -> None:
        if self._is_sole_worker:
            self._prefect.settle_runs_without_worker(self._pool)
        self._last_heartbeat = self._prefect.newest_heartbeat(self._pool)

    def is_open(self) -> bool:
        """Compares Prefect's own times with each other, since its clock may differ from ours."""
        newest = self._prefect.newest_heartbeat(self._pool)
        return newest is not None and (self._last_heartbeat is None or newest > self._last_heartbeat)
