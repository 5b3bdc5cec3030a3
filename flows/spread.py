"""The work on the items of a run, done where the settings say."""

from collections.abc import Sequence

from domain.fqn import Fqn
from flows.crew import Crew
from flows.fan_out import fan_out
from flows.hand_out import hand_out
from flows.item_work import Bench
from flows.runtime import Run


async def spread(run: Run, items: Sequence[Fqn], bench: Bench, crew: Crew) -> None:
    """Every item, by the threads of this process at one bench, or by processes that each have their own."""
    if run.settings.runs.task_runner == "threads":
        async with bench(run, items) as work:
            await fan_out(run, items, work)
    else:
        await hand_out(run, items, bench, crew.processes(run.settings))
