"""Where the tasks of a flow run: in threads of its own process, or in the processes of a Dask or Ray cluster."""

from importlib import import_module
from typing import Any, assert_never, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import ConcurrentTaskRunner, TaskRunner

from domain.settings import Settings
from flows.crew import Crew
from flows.extras import require_installed

Runner = TaskRunner[PrefectFuture[Any]]
"""Prefect's own type of a future is invariant, so that no concrete runner fits its `flow` without a cast."""


def runner_of(crew: Crew, settings: Settings) -> Runner:
    require_installed(settings.runs.task_runner)
    match settings.runs.task_runner:
        case "threads":
            return cast("Runner", ConcurrentTaskRunner(max_workers=crew.width(settings)))
        case "dask":
            return _dask(settings.runs.dask_address, crew.processes(settings))
        case "ray":
            return _ray(settings.runs.ray_address, crew.processes(settings))
        case _:
            assert_never(settings.runs.task_runner)


def _dask(address: str | None, processes: int) -> Runner:
    dask = import_module("prefect_dask")
    if address is not None:
        return cast("Runner", dask.DaskTaskRunner(address=address))
    cluster = {
        "n_workers": processes,
        "threads_per_worker": 1,
        "preload": ["flows.run_part", "flows.dask_process"],
        "security": True,  # TLS: whoever reaches the port of a cluster can have it run code
        "dashboard_address": "127.0.0.1:0",
        "scheduler_kwargs": {
            "dashboard": False,
            "allowed_failures": 0,  # what killed a process once is not given to the next one
        },
    }
    return cast("Runner", dask.DaskTaskRunner(cluster_kwargs=cluster))


def _ray(address: str | None, processes: int) -> Runner:
    ray = import_module("prefect_ray")
    own = {"num_cpus": processes, "include_dashboard": False}
    return cast("Runner", ray.RayTaskRunner(address=address, init_kwargs={} if address else own))
