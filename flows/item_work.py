"""The work on the items of one task: each has its own attempt, its own failure and its own record of both."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from domain.errors import DomainError
from domain.fqn import Fqn
from domain.runs.model import RunTaken
from flows.batches import Batch
from flows.failures import LeftOut, ModelKeyRejected, RunFailure, SourceUnreachable
from flows.retries import source_losses
from flows.runtime import Run, patiently
from flows.unexpected import unexpected

Work = Callable[[Fqn], Awaitable[None]]
Bench = Callable[[Run, Sequence[Fqn]], AbstractAsyncContextManager[Work]]
"""Opens all that the work on these items takes, in the process in which it is done.

A function of a module: another process finds it there by its name.
"""
Failure = RunFailure | DomainError

OF_THE_RUN = (ModelKeyRejected, SourceUnreachable)
"""What no other item can do better: the run ends with it."""
SHOWN = 10
"""Failed items that a task names; all of them stand with the run."""


class BatchFailed(RunFailure):
    code = "BATCH_FAILED"


async def work_through(run: Run, batch: Batch, work: Work) -> None:
    """One item after the other. A single failed item fails the task, though not the others of its batch.

    A person who looks for what failed looks for red tasks, and a batch must not hide what a task of its own would show.
    """
    failed: dict[Fqn, Failure] = {}
    for fqn in batch.items:
        if failure := await _attempt(run, fqn, work):
            failed[fqn] = failure
    if failed:
        raise _summed_up(batch, failed)


def _summed_up(batch: Batch, failed: Mapping[Fqn, Failure]) -> Failure:
    if len(batch.items) == 1:
        return failed[batch.items[0]]
    told = [f"{fqn}: {failure.message}" for fqn, failure in list(failed.items())[:SHOWN]]
    more = [f"{len(failed) - SHOWN:,} more failed; the run says which."] if len(failed) > SHOWN else []
    return BatchFailed("\n".join([f"{len(failed):,} of {len(batch.items):,} failed.", *told, *more]))


async def _attempt(run: Run, fqn: Fqn, work: Work) -> Failure | None:
    """Why the item failed, if it did; one that is left out has not. What ends the run is raised."""
    with run.work.item():
        try:
            await patiently(lambda: run.domain.items.start(run.actor, run.record.id, fqn))
            async for attempt in source_losses():
                with attempt:
                    await work(fqn)
        except LeftOut as left_out:
            reason = left_out.message
            await patiently(lambda: run.domain.spending.leave_out(run.actor, run.record.id, fqn, reason))
        except OF_THE_RUN as failure:
            await _record(run, fqn, failure)
            run.work.end()
            raise
        except RunTaken:
            run.work.end()
            raise
        except (RunFailure, DomainError) as failure:
            return await _record(run, fqn, failure)
        except Exception as error:  # noqa: BLE001 - whatever it was, the item has failed and the others go on
            return await _record(run, fqn, unexpected(error, run.record.id, fqn))
    return None


async def _record(run: Run, fqn: Fqn, failure: Failure) -> Failure:
    code = failure.code if isinstance(failure, RunFailure) else type(failure).__name__.upper()
    await patiently(lambda: run.domain.items.fail(run.actor, run.record.id, fqn, code, failure.message))
    await run.say(f"{fqn}: {failure.message}", level="WARNING")
    return failure
