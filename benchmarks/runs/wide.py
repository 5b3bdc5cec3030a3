"""Whether a run is as wide as it is told to be: tables that take their time in the source, and little else."""

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.latency.installation import Installation
from benchmarks.runs.environment import WIDTH
from benchmarks.runs.finished import finished, start_profiling
from benchmarks.runs.processor import processor_seconds, spent_since
from benchmarks.runs.source import SLOW, TABLES
from benchmarks.scale.figures import Figure
from deploy.local.demo.client import Api

BAR = 1.4


async def measure_width(
    installation: Installation, api: Api, seconds_alone: float, rounds: int, tell: Callable[[str], None]
) -> Sequence[Figure]:
    """`seconds_alone` is what one table takes in the source."""
    ideal = TABLES[SLOW] * seconds_alone / WIDTH
    runs, before = [], processor_seconds(installation)
    for _ in range(rounds):
        run = await finished(installation, api, await start_profiling(api, SLOW))
        tell(f"{run.work_seconds:.1f} s of work, {run.whole_seconds:.1f} s in all, ideal {ideal:.1f} s")
        runs.append(run)
    spent = sum(spent_since(before, processor_seconds(installation)).values()) / (rounds * TABLES[SLOW])
    work, whole = median(run.work_seconds for run in runs), median(run.whole_seconds for run in runs)
    about = f"{TABLES[SLOW]} tables of {seconds_alone:.2f} s, {WIDTH} at once"
    return [
        Figure(f"{about}: first begun to last done", work, work / ideal, BAR, unit="s"),
        Figure(f"{about}: RUNNING to the end", whole, whole / ideal, unit="s"),
        Figure(f"{about}: processor time of all processes, a table", spent * 1000),
    ]
