"""What the processor has done for each service."""

from collections.abc import Mapping

import psutil

from benchmarks.latency.installation import Installation
from benchmarks.latency.memory import services
from deploy.local.processes import family_of


def processor_seconds(installation: Installation) -> Mapping[str, float]:
    """Of each with all that it has started, also what has ended since: a run is forked by `warm-start`."""
    return {name: seconds_of(pid) for name, pid in services(installation).items()}


def seconds_of(pid: int) -> float:
    """Of a process with all that it has started."""
    return sum(map(_seconds, family_of(pid)))


def spent_since(before: Mapping[str, float], now: Mapping[str, float]) -> Mapping[str, float]:
    return {name: seconds - before[name] for name, seconds in now.items()}


def _seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:  # its parent has it on its account by now
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)
