"""What profiling costs beside the cheapest look at the same tables, in time, in work of the source and in memory."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import asyncpg

from benchmarks.profiling.reference import DataHub, Referred, installed_datahub
from benchmarks.profiling.tables import LARGE, LARGER, SMALL_TABLES, make_small_tables, make_table, one_look
from benchmarks.profiling.work import Worked
from benchmarks.runs.processor import seconds_of
from benchmarks.scale.figures import Figure
from deploy.local.databases import create_database
from deploy.local.errors import LauncherError
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.throwaway import throwaway_postgres

NAME, WIDTH = "source", 10
WHOLE, SAMPLED, SMALL = "whole", "sampled", "small"
WALL_BAR, SOURCE_BAR, MEMORY_BAR = 6.0, 1.0, 512.0
SAMPLED_WALL_BAR, SAMPLED_SOURCE_BAR = 1.5, 0.5
SMALL_BAR = 8.0
REFERENCE_WALL_BAR, REFERENCE_SOURCE_BAR, REFERENCE_SMALL_BAR = 0.2, 0.066, 0.33

Tell = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: how long it took, and what the source's processes worked for it."""

    wall: float
    source: float


@dataclass(frozen=True, slots=True)
class Bench:
    postgres: EmbeddedPostgres
    rounds: int
    datahub: DataHub | None = None
    """The reference, if it is asked for and can be had."""

    async def looked(self, statements: Sequence[str], width: int = 1) -> Cost:
        """The median of some rounds, after one that warms up."""
        pool = await asyncpg.create_pool(self.postgres.address.dsn(NAME), min_size=width, max_size=width)
        try:
            costs = [(await self._costing(_all(pool, statements)))[1] for _ in range(self.rounds + 1)][1:]
        finally:
            await pool.close()
        return Cost(median(cost.wall for cost in costs), median(cost.source for cost in costs))

    async def profiled(self, schema: str, width: int) -> tuple[Cost, Worked]:
        """The round in the middle by its time, which is that of the work alone."""
        found = []
        for _ in range(self.rounds):
            worked, cost = await self._costing(self._work(schema, width))
            found.append((Cost(worked.wall, cost.source), worked))
        return sorted(found, key=lambda one: one[0].wall)[self.rounds // 2]

    async def referred(self, datahub: DataHub, schema: str, *, flattened: bool = False) -> tuple[Cost, Referred]:
        """Once: it takes many times as long."""
        work = datahub.profile(self.postgres.address, NAME, schema, flattened=flattened)
        referred, cost = await self._costing(work)
        return Cost(referred.wall, cost.source), referred

    async def _work(self, schema: str, width: int) -> Worked:
        address = self.postgres.address
        told = {"host": address.host, "port": address.port, "user": address.user, "password": address.password}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.profiling.work", schema, str(width), stdin=PIPE, stdout=PIPE
        )
        output, _ = await process.communicate(json.dumps(told | {"database": NAME}).encode())
        if process.returncode:
            raise LauncherError(f"Profiling {schema} failed; what it said stands above.")
        return Worked(**json.loads(output))

    async def _costing(self, work: Awaitable[T]) -> tuple[T, Cost]:
        assert self.postgres.pid
        before, began = seconds_of(self.postgres.pid), time.perf_counter()
        result = await work
        return result, Cost(time.perf_counter() - began, seconds_of(self.postgres.pid) - before)


async def _all(pool: asyncpg.Pool, statements: Sequence[str]) -> None:
    await asyncio.gather(*(pool.fetch(statement) for statement in statements))


def measure_profiling(rounds: int, tell: Tell, *, with_datahub: bool = False) -> Sequence[Figure]:
    datahub = installed_datahub(tell) if with_datahub else None
    with throwaway_postgres() as postgres:
        return asyncio.run(_measure(Bench(postgres, rounds, datahub), tell))


async def _measure(bench: Bench, tell: Tell) -> Sequence[Figure]:
    tell(f"tables of {LARGE:,} and {LARGER:,} rows, and {SMALL_TABLES} small ones")
    await _fill(bench.postgres)
    tell("a profile of all rows")
    figures = [*await _whole(bench)]
    tell("a profile of a sample")
    figures += await _sampled(bench)
    tell("profiles of small tables")
    return [*figures, *await _small(bench)]


async def _fill(postgres: EmbeddedPostgres) -> None:
    await create_database(postgres.address.dsn("postgres"), NAME)
    sql = await asyncpg.connect(postgres.address.dsn(NAME))
    try:
        for schema in (WHOLE, SAMPLED, SMALL):
            await sql.execute(f"CREATE SCHEMA {schema}")
        await make_table(sql, f"{WHOLE}.t", LARGE)
        await make_table(sql, f"{SAMPLED}.t", LARGER)
        await make_small_tables(sql, SMALL)
        await sql.execute("CHECKPOINT")
    finally:
        await sql.close()


async def _whole(bench: Bench) -> Sequence[Figure]:
    about = f"{LARGE:,} x 20, all rows"
    look, count = await bench.looked([one_look(f"{WHOLE}.t")]), await bench.looked([_count(WHOLE)])
    profile, worked = await bench.profiled(WHOLE, width=1)
    return [
        _seconds(f"{about}: one aggregate of all columns", look.wall),
        _seconds(f"{about}: count(*)", count.wall),
        _seconds(f"{about}: profile, beside the aggregate", profile.wall, look.wall, WALL_BAR),
        _seconds(f"{about}: profile, beside count(*)", profile.wall, count.wall),
        _seconds(f"{about}: work of the source, beside the aggregate", profile.source, look.source, SOURCE_BAR),
        *_ours(about, worked),
        *await _beside_datahub(bench, about, WHOLE, profile, (REFERENCE_WALL_BAR, REFERENCE_SOURCE_BAR)),
    ]


async def _sampled(bench: Bench) -> Sequence[Figure]:
    about = f"{LARGER:,} x 20, default settings"
    look, count = await bench.looked([one_look(f"{SAMPLED}.t")]), await bench.looked([_count(SAMPLED)])
    profile, worked = await bench.profiled(SAMPLED, width=1)
    return [
        _seconds(f"{about}: profile, beside one aggregate", profile.wall, look.wall, SAMPLED_WALL_BAR),
        _seconds(f"{about}: work of the source, beside count(*)", profile.source, count.source, SAMPLED_SOURCE_BAR),
        Figure(f"{about}: rows read", worked.rows_read, unit=""),
        *_ours(about, worked),
    ]


async def _small(bench: Bench) -> Sequence[Figure]:
    about = f"{SMALL_TABLES} small tables, {WIDTH} at once"
    looks = [one_look(f"{SMALL}.t_{number:03}") for number in range(SMALL_TABLES)]
    look = await bench.looked(looks, WIDTH)
    profile, worked = await bench.profiled(SMALL, WIDTH)
    return [
        _seconds(f"{about}: one aggregate each", look.wall),
        _seconds(f"{about}: profiles, beside the aggregates", profile.wall, look.wall, SMALL_BAR),
        _seconds(f"{about}: work of the source, beside theirs", profile.source, look.source),
        *_ours(about, worked),
        *await _beside_datahub(bench, about, SMALL, profile, (REFERENCE_SMALL_BAR, None)),
    ]


async def _beside_datahub(
    bench: Bench, about: str, schema: str, ours: Cost, bars: tuple[float, float | None]
) -> Sequence[Figure]:
    """`bars` are what ours may take of its time, and of its work of the source."""
    if bench.datahub is None:
        return []
    cost, referred = await bench.referred(bench.datahub, schema)
    fewer, _ = await bench.referred(bench.datahub, schema, flattened=True)
    return [
        Figure(f"{about}: columns that DataHub profiled", referred.columns, unit=""),
        _seconds(f"{about}: DataHub's profile", cost.wall),
        _seconds(f"{about}: DataHub's profile, flattened", fewer.wall),
        _seconds(f"{about}: work of the source for DataHub", cost.source),
        _seconds(f"{about}: work of the source for DataHub, flattened", fewer.source),
        _seconds(f"{about}: work of DataHub", referred.processor),
        Figure(f"{about}: memory of DataHub at most", referred.memory, unit="MiB"),
        _seconds(f"{about}: our profile, beside DataHub's", ours.wall, cost.wall, bars[0]),
        _seconds(f"{about}: work of the source for ours, beside DataHub's", ours.source, cost.source, bars[1]),
    ]


def _ours(about: str, worked: Worked) -> Sequence[Figure]:
    return [
        _seconds(f"{about}: work of ours", worked.processor),
        Figure(f"{about}: memory of ours at most", worked.memory, bar=MEMORY_BAR, unit="MiB"),
    ]


def _seconds(name: str, seconds: float, base: float | None = None, bar: float | None = None) -> Figure:
    return Figure(name, seconds * 1000, None if base is None else seconds / base, bar)


def _count(schema: str) -> str:
    return f"SELECT count(*) FROM {schema}.t"  # noqa: S608 - names of ours
