"""The items of a run in the processes of a cluster: visible Prefect tasks, one an item or one a batch.

The flow's process gives them out, no more at once than there are processes to share what the run may use. So the width
holds in a cluster of any size, and what has not been given out when the run ends is never begun.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from domain.fqn import Fqn
from flows.batches import Batch
from flows.failures import RunFailure
from flows.fan_out import batched, literally
from flows.item_work import OF_THE_RUN, Bench
from flows.run_part import Part, PartNotOpened, work_on_part
from flows.runtime import Run, patiently
from flows.work_in_hand import RunEnding

LOOK_SECONDS = 0.5


class ClusterUnreachable(RunFailure):
    code = "CLUSTER_UNREACHABLE"


class ProcessLost(RunFailure):
    code = "PROCESS_LOST"


@task(name="item", cache_policy=NO_CACHE, persist_result=False)
async def work_elsewhere(run_id: UUID, process: UUID, processes: int, items: list[str], bench: Bench) -> None:
    await work_on_part(Part(run_id, process, processes, [Fqn.parse(item) for item in items]), bench)


async def hand_out(run: Run, items: Sequence[Fqn], bench: Bench, processes: int) -> None:
    """Do the work of the bench for every item. What cannot be opened fails the run before a process begins."""
    async with bench(run, ()):
        pass
    await HandingOut(run, bench, processes).of(await batched(run, items))


class HandingOut:
    def __init__(self, run: Run, bench: Bench, processes: int) -> None:
        self._run = run
        self._bench = bench
        self._processes = processes
        self._submitting = asyncio.Lock()
        self._reason: RunFailure | None = None

    async def of(self, batches: Sequence[Batch]) -> None:
        """A failed item is recorded and the others go on; a failure that concerns the run as a whole ends it."""
        waiting = iter(batches)
        await asyncio.gather(*(self._keep_busy(waiting) for _ in range(self._processes)))
        if self._reason is not None:
            raise self._reason

    async def _keep_busy(self, waiting: Iterator[Batch]) -> None:
        """One process, with one batch after the other."""
        for batch in waiting:
            submitted = await self._submit(batch)
            if submitted is None:
                return
            await self._judge(batch, await _failure_of(submitted, self._run))

    async def _submit(self, batch: Batch) -> PrefectFuture[Any] | None:
        """None once the run has to end. Off the loop, and one after the other: the first may start the cluster."""
        async with self._submitting:
            if self._run.work.has_to_end:
                return None
            try:
                return await asyncio.to_thread(self._task, batch)
            except OSError:
                kind = self._run.settings.runs.task_runner
                self._end(
                    ClusterUnreachable(f"No {kind} cluster could be reached or started; see runs.{kind}_address.")
                )
                return None

    def _task(self, batch: Batch) -> PrefectFuture[Any]:
        claim = self._run.actor.claim
        assert claim is not None
        named = work_elsewhere.with_options(task_run_name=literally(batch.name))
        items = [str(item) for item in batch.items]
        return named.submit(claim.run_id, claim.process, self._processes, items, self._bench)

    async def _judge(self, batch: Batch, failure: RunFailure | None) -> None:
        """All other failures are of items, and recorded with them where they happened."""
        if isinstance(failure, RunEnding):
            self._run.work.end()
        elif isinstance(failure, (*OF_THE_RUN, PartNotOpened)):
            self._end(failure)
        elif isinstance(failure, ProcessLost) and not self._run.work.has_to_end:
            await self._record(batch, failure)

    def _end(self, reason: RunFailure) -> None:
        """Processes that are still at work hear of it when the run's own state says so."""
        self._reason = self._reason or reason
        self._run.work.end()

    async def _record(self, batch: Batch, lost: ProcessLost) -> None:
        run = self._run
        items = run.domain.items
        left = await patiently(
            lambda: items.fail_unfinished(run.actor, run.record.id, batch.items, lost.code, lost.message)
        )
        for fqn in left:
            await run.say(f"{fqn}: {lost.message}", level="WARNING")


async def _failure_of(submitted: PrefectFuture[Any], run: Run) -> RunFailure | None:
    """Waits for a process to end its batch, though not for one that goes on when the run has to end."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        loop.call_soon_threadsafe(done.set)

    submitted.add_done_callback(tell)
    while not done.is_set():
        if run.work.ignores_its_end:
            return RunEnding("The run was ended while this item was worked on.")
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), LOOK_SECONDS)
    return await asyncio.to_thread(_read, submitted)


def _read(submitted: PrefectFuture[Any]) -> RunFailure | None:
    """Of what a cluster itself has to say only the kind is told."""
    try:
        outcome: Any = submitted.result(raise_on_failure=False)  # a failure is returned, whatever Prefect's types say
    except (Exception, CancelledError) as error:  # noqa: BLE001 - each cluster has errors of its own
        outcome = error
    if outcome is None or isinstance(outcome, RunFailure):
        return outcome
    return ProcessLost(f"The process that worked on it was lost ({type(outcome).__name__}).")
