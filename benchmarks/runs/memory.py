"""The most memory that each process took while a run worked."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from benchmarks.latency.installation import Installation
from benchmarks.latency.memory import MEBIBYTE, services
from benchmarks.scale.figures import Figure
from deploy.local.processes import family_of, memory_bytes
from deploy.local.run_processes import processes_of_runs

LOOK_SECONDS = 2.0
RUN = "the run"


class Peaks:
    """Shared pages are counted once, among those who share them."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._bytes: dict[str, int] = {}
        self._all = 0

    def look(self) -> None:
        now = _taken(self._installation)
        for name, taken in now.items():
            self._bytes[name] = max(taken, self._bytes.get(name, 0))
        self._all = max(self._all, sum(now.values()))

    def figures(self, when: str) -> Sequence[Figure]:
        peaks = {**self._bytes, "all of them at one time": self._all}
        return [Figure(f"memory of {name} {when}, peak", peak / MEBIBYTE, unit="MiB") for name, peak in peaks.items()]


@asynccontextmanager
async def watching(installation: Installation) -> AsyncIterator[Peaks]:
    peaks = Peaks(installation)
    looking = asyncio.create_task(_look_again_and_again(peaks))
    try:
        yield peaks
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look_again_and_again(peaks: Peaks) -> None:
    while True:
        await asyncio.to_thread(peaks.look)
        await asyncio.sleep(LOOK_SECONDS)


def _taken(installation: Installation) -> Mapping[str, int]:
    running = installation.home.running()
    assert running  # it is ours
    of_runs = processes_of_runs(running)
    taken = {
        name: memory_bytes([process for process in family_of(pid) if process not in of_runs])
        for name, pid in services(installation).items()
    }
    return {**taken, RUN: memory_bytes(of_runs)}
