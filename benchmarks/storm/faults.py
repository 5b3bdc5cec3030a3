"""What befalls the installation: one of its processes is killed, or told to end, at a random moment."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable

from benchmarks.latency.installation import Installation
from benchmarks.storm.plan import Plan
from deploy.local.processes import ProcessIdentity
from deploy.local.run_processes import processes_of_runs

ENGINE = "engine"
VICTIMS = (ENGINE, ENGINE, "warm-start", "worker", "api", "prefect-server", "postgresql")
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
    if victim == ENGINE:
        engines = sorted(one.pid for one in processes_of_runs(running))
        return ProcessIdentity.of(chance.choice(engines)) if engines else None
    found = {service.name: service.process for service in running.services}.get(victim)
    return found if found and found.is_alive() else None
