"""What befalls the installation: one of its processes is killed, or told to end, at a random moment."""

import asyncio
import random
import signal
from collections.abc import Callable

import asyncpg

from benchmarks.latency.installation import Installation
from benchmarks.storm.plan import Plan
from deploy.local.processes import ProcessIdentity
from deploy.local.run_processes import processes_of_runs
from deploy.local.run_state import RunState
from deploy.local.throwaway import DATABASE

ENGINE = "engine"
VICTIMS = (ENGINE, ENGINE, "warm-start", "worker", "api", "prefect-server", "postgresql")
"""Engines twice: there are several of them."""
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
PAUSE_SECONDS = (0.5, 3.0)
LOOK_SECONDS = 1.0
_DONE = "SELECT coalesce(sum(completed_items), 0) FROM workflow_run WHERE type = 'profiling'"


async def send_faults(installation: Installation, plan: Plan, tell: Callable[[str], None]) -> None:
    """As many as are planned, spread at random over the work, so that none of it is left in peace."""
    chance = random.Random(plan.seed)  # noqa: S311 - the same seed has to choose the same victims
    moments = sorted(chance.uniform(0, plan.runs * plan.tables) for _ in range(plan.faults))
    for sent, moment in enumerate(moments, 1):
        done = await _until_done(installation, moment)
        victim, number = chance.choice(VICTIMS), chance.choice(SIGNALS)
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        process = await _process_of(installation, victim, chance)
        process.send(number)
        tell(f"fault {sent} of {plan.faults}, {done:,} tables done: {number.name} to {victim} (pid {process.pid})")


async def _until_done(installation: Installation, tables: float) -> int:
    """How many tables are done once they are as many; a database that is struck is waited for."""
    while True:
        try:
            if (done := await _count_done(installation)) >= tables:
                return done
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass
        await asyncio.sleep(LOOK_SECONDS)


async def _count_done(installation: Installation) -> int:
    sql = await asyncpg.connect(installation.postgres.dsn(DATABASE))
    try:
        return int(await sql.fetchval(_DONE))
    finally:
        await sql.close()


async def _process_of(installation: Installation, victim: str, chance: random.Random) -> ProcessIdentity:
    """Waits for it while it is being started again, or while no run is at work."""
    while True:
        running = installation.home.running()
        if running and (found := _find(running, victim, chance)):
            return found
        await asyncio.sleep(LOOK_SECONDS)


def _find(running: RunState, victim: str, chance: random.Random) -> ProcessIdentity | None:
    if victim == ENGINE:
        engines = sorted(one.pid for one in processes_of_runs(running))
        return ProcessIdentity.of(chance.choice(engines)) if engines else None
    found = {service.name: service.process for service in running.services}.get(victim)
    return found if found and found.is_alive() else None
