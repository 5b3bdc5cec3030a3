"""A whole installation in a storm of faults: nothing may be lost, stuck, done twice or told wrongly."""

import asyncio
import sys
from collections.abc import Callable, Sequence

import httpx

from benchmarks.latency.installation import Installation, own_installation
from benchmarks.storm.faults import send_faults
from benchmarks.storm.plan import Plan
from benchmarks.storm.source import make_sources
from benchmarks.storm.truth import read_records
from benchmarks.storm.verdict import differences
from benchmarks.storm.voyage import Voyage, travel
from deploy.local.demo.client import Api
from deploy.local.demo.command import TIMEOUT_SECONDS
from deploy.local.progress import LineProgress
from deploy.local.server_address import ServerAddress
from deploy.local.throwaway import throwaway_postgres

Tell = Callable[[str], None]


def storm(plan: Plan, tell: Tell) -> Sequence[str]:
    """What differs afterwards from what must be; nothing, if all is well."""
    tell("an installation, and a source that stays calm")
    with throwaway_postgres() as calm, own_installation(LineProgress(sys.stdout)) as installation:
        return asyncio.run(_storm(installation, calm.address, plan, tell))


async def _storm(installation: Installation, calm: ServerAddress, plan: Plan, tell: Tell) -> Sequence[str]:
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        api = Api(installation.api_url, http)
        tell(f"{plan.connections} connections with {plan.tables} tables each")
        sources = await make_sources(installation, api, calm, plan)
        tell(f"{plan.runs} runs, {plan.faults} faults, seed {plan.seed}")
        faults = asyncio.create_task(send_faults(installation, plan, tell))
        try:
            voyages = await asyncio.gather(
                *(
                    travel(api, installation.api_url, sources[number % len(sources)], f"run-{number:03}", tell)
                    for number in range(plan.runs)
                )
            )
        finally:
            faults.cancel()
        _summarise(voyages, tell)
        return differences(plan, voyages, await read_records(installation))


def _summarise(voyages: Sequence[Voyage], tell: Tell) -> None:
    tries = sum(voyage.tries for voyage in voyages)
    breaks = sum(voyage.subscriber.breaks for voyage in voyages)
    states = sum(len(voyage.subscriber.states) for voyage in voyages)
    tell(f"{len(voyages)} runs in {tries} tries; subscribers were cut off {breaks} times and were told {states} states")
