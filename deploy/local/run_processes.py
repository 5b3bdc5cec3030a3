"""Finds the processes that do the work of runs, for who wants to disturb them."""

import psutil

from deploy.local.processes import marked
from deploy.local.run_state import RunState
from flows.warm_start.launch import ENGINE

GENERATIONS = 2
"""A run is forked by its keeper, and that by the warm process."""


def processes_of_runs(running: RunState) -> list[psutil.Process]:
    """Forked ones, and those that begin by themselves."""
    warm = {service.process.pid for service in running.services if service.name == "warm-start" and service.process}
    return [process for process in marked(running.mark) if _is_run(process, warm)]


def _is_run(process: psutil.Process, warm: set[int]) -> bool:
    try:
        ancestors = [parent.pid for parent in process.parents()[:GENERATIONS]]
        return ENGINE in process.cmdline() or (len(ancestors) == GENERATIONS and ancestors[-1] in warm)
    except psutil.NoSuchProcess:
        return False
