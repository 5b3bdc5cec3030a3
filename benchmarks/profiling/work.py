"""`python -m benchmarks.profiling.work SCHEMA WIDTH`, with the source's address as JSON on standard input.

Profiles all tables of the schema as a run does, in a process of its own, whose time and memory are then the work's.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from domain.connections.model import ConnectionSettings, SslMode
from domain.fqn import Fqn
from domain.profiles.model import TableProfile
from domain.settings import ProfilingSettings, SourceSettings
from flows.profiling.engine import MEASURED_AT_ONCE, open_engine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from flows.sources.base import Source
from flows.sources.postgres import open_postgres

SERVICE = "bench"


@dataclass(frozen=True, slots=True)
class Worked:
    """Seconds without the start of the process; the most memory that it ever took, in MiB."""

    wall: float
    processor: float
    memory: float
    rows_read: int


async def _work(address: dict[str, Any], schema: str, width: int) -> Worked:
    settings = ConnectionSettings(
        address["host"], address["port"], address["database"], address["user"], ssl_mode=SslMode.DISABLE
    )
    source = await open_postgres(settings, address["password"], SourceSettings(max_connections=2 * width))
    try:
        began, used = time.perf_counter(), time.process_time()
        profiles = await _profiles(source, Fqn.of(SERVICE, address["database"], schema), width)
        wall, processor = time.perf_counter() - began, time.process_time() - used
    finally:
        await source.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Worked(wall, processor, memory, sum(profile.reading.rows_read for profile in profiles))


async def _profiles(source: Source, schema: Fqn, width: int) -> list[TableProfile]:
    settings, places = ProfilingSettings(), asyncio.Semaphore(width)
    tables = (await source.describe_schema(schema)).tables
    neighbours = Neighbours(source, tables)
    async with open_engine(settings.memory_limit_mb, max(MEASURED_AT_ONCE, width)) as engine:

        async def profile(place: int) -> TableProfile:
            async with places:
                return await profile_table(source, engine, plan_profile(tables[place], settings), neighbours)

        return await asyncio.gather(*map(profile, range(len(tables))))


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(_work(json.load(sys.stdin), sys.argv[1], int(sys.argv[2])))), sys.stdout)
