"""A process of its own that profiles tables of a PostgreSQL source as a flow does, and tells what it took of memory.

Arguments: the DSN of the source and the names of tables in `public`, which are measured one after the other. It writes
one JSON object: the largest resident memory of the process in MiB, and why each table failed that did.
"""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import flows.profile_database  # noqa: F401 - what a flow has in memory before it begins
from domain.connections.model import ConnectionSettings, SslMode
from domain.fqn import Fqn
from domain.settings import ProfilingSettings, SourceSettings
from flows.failures import RunFailure
from flows.profiling.engine import open_engine
from flows.profiling.measure import profile_table
from flows.profiling.plan import plan_profile
from flows.sources.postgres import open_postgres

KIB_PER_MIB = 1024


async def profile_all(dsn: str, tables: Sequence[str]) -> dict[str, str]:
    address, settings = urlsplit(dsn), ProfilingSettings()
    database = address.path.removeprefix("/")
    assert address.hostname
    assert address.port
    assert address.username
    login = ConnectionSettings(address.hostname, address.port, database, address.username, ssl_mode=SslMode.DISABLE)
    source = await open_postgres(login, unquote(address.password or ""), SourceSettings())
    failed: dict[str, str] = {}
    async with open_engine(settings.memory_limit_mb) as engine:
        for name in tables:
            try:
                found = await source.describe_table(Fqn.of("svc", database, "public", name))
                await profile_table(source, engine, plan_profile(found, settings))
            except RunFailure as failure:
                failed[name] = failure.message
    await source.close()
    return failed


def peak_mib() -> float:
    """Of this program alone: `getrusage` also counts what the process held before it became this one."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    assert found, "Linux tells the most that a process ever took"
    return int(found[1]) / KIB_PER_MIB


if __name__ == "__main__":
    failed = asyncio.run(profile_all(sys.argv[1], sys.argv[2:]))
    sys.stdout.write(json.dumps({"peak_mib": peak_mib(), "failed": failed}))
