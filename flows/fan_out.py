"""One visible Prefect task an item; the work itself runs on the flow's own event loop.

A submitted task is a thin synchronous function: it hands its coroutine to the loop of the flow and waits in its
thread. So one loop, one engine and one model client serve the run, and the task runner's width is the width of work.
"""

import asyncio
import concurrent.futures
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectConcurrentFuture, PrefectFuture

from domain.errors import DomainError
from domain.fqn import Fqn
from flows.failures import ModelKeyRejected, RunFailure, SourceUnreachable
from flows.retries import source_losses
from flows.runtime import Run, patiently
from flows.unexpected import unexpected
from flows.work_in_hand import RunEnding

Work = Callable[[Fqn], Awaitable[None]]

OF_THE_RUN = (ModelKeyRejected, SourceUnreachable)
"""What no other item can do better: the run ends with it."""


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
        work_on.with_options(task_run_name=str(fqn)).submit(Handover(loop, _bound(run, fqn, work))) for fqn in items
    ]
    states = await asyncio.gather(*map(_state_of, submitted))
    for state in states:
        failure = None if state.is_completed() else await state.aresult(raise_on_failure=False)
        if isinstance(failure, OF_THE_RUN):
            raise failure


def _state_of(submitted: PrefectFuture[None]) -> asyncio.Future[State[None]]:
    """The task's final state, without blocking the loop as the future's own `wait` would."""
    assert isinstance(submitted, PrefectConcurrentFuture)
    return asyncio.wrap_future(submitted.wrapped_future)


def _bound(run: Run, fqn: Fqn, work: Work) -> Callable[[], Coroutine[None, None, None]]:
    return lambda: _attempt(run, fqn, work)


async def _attempt(run: Run, fqn: Fqn, work: Work) -> None:
    with run.work.item():
        await _recording_failure(run, fqn, work)


async def _recording_failure(run: Run, fqn: Fqn, work: Work) -> None:
    try:
        await patiently(lambda: run.domain.items.start(run.actor, run.record.id, fqn))
        async for attempt in source_losses():
            with attempt:
                await work(fqn)
    except RunFailure as failure:
        await _fail(run, fqn, failure.code, failure.message)
        if isinstance(failure, OF_THE_RUN):
            run.work.end()
        raise
    except DomainError as error:
        await _fail(run, fqn, type(error).__name__.upper(), error.message)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the item has failed and the others go on
        told = unexpected(error, run.record.id, fqn)
        await _fail(run, fqn, told.code, told.message)
        raise told from None


async def _fail(run: Run, fqn: Fqn, code: str, message: str) -> None:
    await patiently(lambda: run.domain.items.fail(run.actor, run.record.id, fqn, code, message))
    await run.say(f"{fqn}: {message}", level="WARNING")
