"""What was measured, and whether it is good enough."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    measured: float
    """The median of the repetitions, where the name says nothing else."""
    ratio: float | None = None
    """How many times as long as the base of the comparison."""
    bar: float | None = None
    """The largest ratio that is good enough, or measure where there is no ratio; None for what is only told."""
    unit: str = "ms"

    @property
    def is_missed(self) -> bool:
        judged = self.measured if self.ratio is None else self.ratio
        return self.bar is not None and judged > self.bar


async def milliseconds(work: Work) -> float:
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1000


async def medians(works: Mapping[str, Work], repetitions: int) -> dict[str, float]:
    """In turns, so that what else the machine does falls on all alike; the first turn warms up and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions + 1):
        for name, work in works.items():
            taken[name].append(await milliseconds(work))
    return {name: median(times[1:]) for name, times in taken.items()}


def table_of(figures: Sequence[Figure]) -> str:
    width = max(len(figure.name) for figure in figures)
    lines = [f"{'figure':{width}}  {'measured':>13}  {'ratio':>8}  {'bar':>10}  verdict"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} x"
        unit = figure.unit if figure.ratio is None else "x"
        bar = "" if figure.bar is None else f"{figure.bar:g} {unit}"
        verdict = "" if figure.bar is None else "MISSED" if figure.is_missed else "met"
        measured = f"{figure.measured:>9,.1f} {figure.unit:<3}"
        lines.append(f"{figure.name:{width}}  {measured}  {ratio:>8}  {bar:>10}  {verdict}".rstrip())
    return "\n".join(lines)
