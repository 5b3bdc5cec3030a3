"""A flow whose work tells where it was done, and how much of it was in hand at once: processes meet in the source."""

import os
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from prefect import Flow, State, flow

from domain.fqn import Fqn
from flows.crew import Crew, source_connections
from flows.item_work import Work
from flows.runtime import Run, open_run, table_runner
from flows.sources.secret_references import resolve_secret
from flows.spread import spread
from tests.waiting import eventually

MEETING_PLACE = "CREATE TABLE public.place (name text PRIMARY KEY, process int, is_left boolean DEFAULT false)"
FATAL = "fatal"
"""A table whose process is killed."""
CREW = Crew("profiling", (source_connections,))


def probe() -> Flow[[UUID], Coroutine[Any, Any, State[None]]]:
    """Where the settings of this moment let it work."""

    @flow(name="probe", task_runner=table_runner(CREW))
    async def probing(run_id: UUID) -> State[None]:
        async with open_run(run_id) as run:
            await spread(run, await run.open_items(), bench, CREW)
            return await run.close({})

    return probing


@asynccontextmanager
async def bench(run: Run, _tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    yield partial(_meet, run)


async def _meet(run: Run, fqn: Fqn) -> None:
    """In hand until as many have been so as there are processes, and for some statements after that."""
    if fqn.name == FATAL:
        os._exit(1)
    place = await _connect(run)
    try:
        await place.execute("INSERT INTO place VALUES ($1, $2)", fqn.name, os.getpid())
        in_hand = await _in_hand(place)
        await eventually(lambda: _all_have_begun(place, CREW.width(run.settings)))
        for _ in range(20):
            in_hand = max(in_hand, await _in_hand(place))
        await place.execute("UPDATE place SET is_left = true WHERE name = $1", fqn.name)
    finally:
        await place.close()
    counts = {"process": os.getpid(), "in_hand": in_hand, "connections": run.settings.source.max_connections}
    await run.domain.items.finish(run.actor, run.record.id, fqn, counts)


async def _in_hand(place: asyncpg.Connection) -> int:
    return int(await place.fetchval("SELECT count(*) FROM place WHERE NOT is_left"))


async def _all_have_begun(place: asyncpg.Connection, width: int) -> bool:
    return bool(await place.fetchval("SELECT count(*) >= $1 FROM place", width))


async def _connect(run: Run) -> asyncpg.Connection:
    settings = run.connection.settings
    assert settings.secret is not None
    return await asyncpg.connect(
        host=settings.host,
        port=settings.port,
        database=settings.database,
        user=settings.username,
        password=resolve_secret(settings.secret, run.settings.secrets_folder),
    )
