"""What it costs that many follow a run, and how soon they hear."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from benchmarks.latency.installation import Installation
from benchmarks.runs import crowd
from benchmarks.runs.crowd import Heard
from benchmarks.runs.finished import finished, start_profiling
from benchmarks.runs.processor import processor_seconds, spent_since
from benchmarks.runs.source import FOLLOWED
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api
from deploy.local.errors import LauncherError

CROWDS = (0, 100, 500)
PREFECT, API = "prefect-server", "api"
PREFECT_BAR = 1.3
OPEN_SECONDS, HEAR_SECONDS = 60.0, 600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One run: how long it was watched, what services used of the processor, and what the crowd heard."""

    seconds: float
    spent: Mapping[str, float]
    heard: Heard | None


async def measure_following(
    installation: Installation, api: Api, rounds: int, tell: Callable[[str], None]
) -> Sequence[Figure]:
    """In turns, so that what else the machine does falls on all crowds alike; the first turn warms up."""
    await _turn(installation, api, 0, at_least=0)
    turns: dict[int, list[Turn]] = {size: [] for size in CROWDS}
    for _ in range(rounds):
        longest = 0.0  # all are watched as long as the largest, so that what services do at rest weighs the same
        for size in sorted(CROWDS, reverse=True):
            turn = await _turn(installation, api, size, at_least=longest)
            tell(f"{size} subscribers: {turn.spent[PREFECT]:.2f} s of Prefect, {turn.spent[API]:.2f} s of the API")
            turns[size].append(turn)
            longest = max(longest, turn.seconds)
    return [figure for size in CROWDS for figure in _figures(size, turns[size], turns[0])]


async def _turn(installation: Installation, api: Api, size: int, *, at_least: float) -> Turn:
    async with _crowd(installation, size) as people:
        began, before = time.monotonic(), processor_seconds(installation)
        run_id = await start_profiling(api, FOLLOWED)
        heard, *_ = await asyncio.gather(
            _heard(people, run_id), finished(installation, api, run_id), asyncio.sleep(at_least)
        )
        spent = spent_since(before, processor_seconds(installation))
    return Turn(time.monotonic() - began, spent, heard)


@asynccontextmanager
async def _crowd(installation: Installation, size: int) -> AsyncIterator[Process | None]:
    """With its sockets open. Nobody is no process."""
    if not size:
        yield None
        return
    command = (sys.executable, "-m", crowd.__name__, installation.api_url, str(size))
    people = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        if (line := await _line_of(people, OPEN_SECONDS)) != crowd.OPENED:
            raise LauncherError(f"{size} subscribers cannot connect: {line!r}")
        yield people
    finally:
        if people.returncode is None:
            people.kill()
        await people.wait()


async def _heard(people: Process | None, run_id: str) -> Heard | None:
    if people is None:
        return None
    assert people.stdin
    people.stdin.write(f"{run_id}\n".encode())
    await people.stdin.drain()
    if not (line := await _line_of(people, HEAR_SECONDS)):
        raise LauncherError("The process of the subscribers has died; what it says stands above.")
    return Heard(**json.loads(line))


async def _line_of(people: Process, seconds: float) -> str:
    assert people.stdout
    async with asyncio.timeout(seconds):
        return (await people.stdout.readline()).decode().strip()


def _figures(size: int, turns: Sequence[Turn], alone: Sequence[Turn]) -> Sequence[Figure]:
    who = f"{size} subscribers to a run"
    prefect, api = (median(turn.spent[name] for turn in turns) for name in (PREFECT, API))
    base, api_base = (median(turn.spent[name] for turn in alone) for name in (PREFECT, API))
    bar = PREFECT_BAR if size else None
    told = [
        Figure(f"{who}: processor time of Prefect's server", prefect, prefect / base, bar, unit="s"),
        Figure(f"{who}: processor time of the API", api, unit="s"),
    ]
    heard = [turn.heard for turn in turns if turn.heard]
    return [*told, *_of_hearing(who, size, heard, api - api_base)] if heard else told


def _of_hearing(who: str, size: int, heard: Sequence[Heard], api_seconds: float) -> Sequence[Figure]:
    events = median(one.events for one in heard)
    return [
        Figure(f"{who}: who did not hear the end", size - min(one.ended for one in heard), bar=0, unit=""),
        Figure(f"{who}: processor time of the API, an event delivered", api_seconds * 1000 / events),
        Figure(f"{who}: event to arrival, median", median(one.median_milliseconds for one in heard)),
        Figure(f"{who}: event to arrival, p99", median(one.p99_milliseconds for one in heard)),
    ]
