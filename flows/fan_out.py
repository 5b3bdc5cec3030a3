"""Visible Prefect tasks, one an item or one a batch; the work itself runs on the flow's own event loop.

A submitted task is a thin synchronous function: it hands its coroutine to the loop of the flow and waits in its
thread. So one loop, one engine and one model client serve the run, and the task runner's width is the width of work.
"""

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine, Mapping, Sequence

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectConcurrentFuture, PrefectFuture

from domain.fqn import Fqn
from flows.batches import Batch, batches_of
from flows.item_work import OF_THE_RUN, Work, work_through
from flows.runtime import Run, patiently
from flows.work_in_hand import RunEnding


class Handover:
    """A piece of work that belongs to one loop and is waited for in another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._loop = loop
        self._work = work

    def wait(self) -> None:
        """Until the work is done; its failure is raised here."""
        try:
            asyncio.run_coroutine_threadsafe(self._work(), self._loop).result()
        except concurrent.futures.CancelledError:
            raise RunEnding("The run was ended while this item was worked on.") from None


@task(name="item", cache_policy=NO_CACHE, persist_result=False)
def work_on(handover: Handover) -> None:
    handover.wait()


async def fan_out(run: Run, items: Sequence[Fqn], work: Work) -> None:
    """Do the work for every item, as many at once as the flow's task runner is wide.

    A failed item is recorded and the others go on; a failure that concerns the run as a whole ends it.
    """
    loop = asyncio.get_running_loop()
    submitted = [
        work_on.with_options(task_run_name=literally(batch.name)).submit(Handover(loop, _bound(run, batch, work)))
        for batch in await batched(run, items)
    ]
    states = await asyncio.gather(*map(_state_of, submitted))
    for state in states:
        failure = None if state.is_completed() else await state.aresult(raise_on_failure=False)
        if isinstance(failure, OF_THE_RUN):
            raise failure


async def batched(run: Run, items: Sequence[Fqn]) -> list[Batch]:
    limits = run.settings.runs
    rows: Mapping[Fqn, int] = {}
    if len(items) > limits.max_tasks:
        rows = await patiently(lambda: run.domain.read.profiles.row_counts(run.actor.tenant, items))
    return batches_of(items, limits.max_tasks, rows, limits.large_table_rows)


def literally(name: str) -> str:
    """Prefect reads the name of a task run as a format string, and a table may be called anything."""
    return name.replace("{", "{{").replace("}", "}}")


def _state_of(submitted: PrefectFuture[None]) -> asyncio.Future[State[None]]:
    """The task's final state, without blocking the loop as the future's own `wait` would."""
    assert isinstance(submitted, PrefectConcurrentFuture)
    return asyncio.wrap_future(submitted.wrapped_future)


def _bound(run: Run, batch: Batch, work: Work) -> Callable[[], Coroutine[None, None, None]]:
    return lambda: work_through(run, batch, work)
