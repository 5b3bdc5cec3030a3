"""What befalls the installation: one of its processes is killed, or told to end, at a random moment."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable

import psutil

from benchmarks.latency.installation import Installation
from benchmarks.storm.plan import Plan
from deploy.local.processes import ProcessIdentity, family_of, marked
from flows.warm_start import launch

ENGINE, ENGINE_MODULE, WARM_START = "engine", "prefect.engine", "warm-start"
VICTIMS = (ENGINE, ENGINE, "worker", "api", "prefect-server", "postgresql", WARM_START)
"""Engines twice: there are several of them."""
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
PAUSE_SECONDS = (2.0, 12.0)


async def send_faults(installation: Installation, plan: Plan, tell: Callable[[str], None]) -> Counter[str]:
    """As many as are planned; how often each befell whom."""
    chance = random.Random(plan.seed)  # noqa: S311 - the same seed has to choose the same victims
    sent: Counter[str] = Counter()
    while sent.total() < plan.faults:
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        victim, number = chance.choice(VICTIMS), chance.choice(SIGNALS)
        process = _process_of(installation, victim, chance)
        if process is None:
            continue  # it is being started again, or no run is at work
        process.send(number)
        sent[f"{number.name} {victim}"] += 1
        tell(f"fault {sent.total()} of {plan.faults}: {number.name} to {victim} (pid {process.pid})")
    return sent


def _process_of(installation: Installation, victim: str, chance: random.Random) -> ProcessIdentity | None:
    running = installation.home.running()
    if running is None:
        return None
    services = {service.name: service.process for service in running.services if service.process}
    if victim == ENGINE:
        engines = _engines(running.mark, services.get(WARM_START))
        return ProcessIdentity.of(chance.choice(engines)) if engines else None
    found = services.get(victim)
    return found if found and found.is_alive() else None


def _engines(mark: str, warm_start: ProcessIdentity | None) -> list[int]:
    """The processes of runs: those that the worker started, and those that were forked for them."""
    forked = family_of(warm_start.pid)[1:] if warm_start else []
    started = [process for process in marked(mark) if {ENGINE_MODULE, launch.__file__} & set(_command(process))]
    return sorted({process.pid for process in (*forked, *started)})


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
