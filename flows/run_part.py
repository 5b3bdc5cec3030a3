"""A part of a run, carried out in a process of a cluster.

It comes as plain values. The run is opened again by its id, with a share of what the run may use, and worked on under
the claim of the flow's process: what that one may not store any more, this one may not store either.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import UUID

from structlog.contextvars import bind_contextvars

from domain.access.model import system_actor
from domain.bootstrap import Domain
from domain.errors import DomainError, NotFound
from domain.fqn import Fqn
from domain.identity import Claim
from domain.runs.model import RunStatus, RunTaken
from domain.settings import Settings, SettingsError
from flows.batches import Batch
from flows.failures import RunFailure
from flows.item_work import OF_THE_RUN, Bench, Work, work_through
from flows.retries import source_losses
from flows.runtime import Run, follow, open_share, patiently
from flows.unexpected import unexpected
from flows.work_in_hand import RunEnding


class PartNotOpened(RunFailure):
    """What the work takes could not be had: not the items have failed, but the run."""

    def __init__(self, message: str, code: str = RunFailure.code) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Part:
    """`process` holds the claim, and so many `processes` share the run."""

    run_id: UUID
    process: UUID
    processes: int
    items: Sequence[Fqn]


async def work_on_part(part: Part, bench: Bench) -> None:
    """Every failure that leaves is a RunFailure: others may not survive the way to the flow's process."""
    try:
        async with AsyncExitStack() as stack:
            run, items, work = await _opened(stack, part, bench)
            if items:
                await _until_told_to_end(run, Batch(tuple(items)), work)
    except RunTaken:
        raise RunEnding("Another process carries out the run.") from None
    except DomainError as error:
        raise RunFailure(error.message) from None


async def _until_told_to_end(run: Run, batch: Batch, work: Work) -> None:
    """The work is a task of its own, so that the end of the run ends it and not what has to be closed after it."""
    working = asyncio.create_task(work_through(run, batch, work))
    await asyncio.wait([working])
    if working.cancelled():
        raise RunEnding("The run was ended while this item was worked on.")
    working.result()


async def _opened(stack: AsyncExitStack, part: Part, bench: Bench) -> tuple[Run, Sequence[Fqn], Work]:
    try:
        run = await stack.enter_async_context(_joined(part))
        items = await _left_of(run, part.items)
        return run, items, await _prepared(stack, run, bench, items)
    except (RunTaken, *OF_THE_RUN):
        raise
    except RunFailure as failure:
        raise PartNotOpened(failure.message, failure.code) from None
    except (DomainError, SettingsError) as error:
        raise PartNotOpened(str(error), type(error).__name__.upper()) from None
    except Exception as error:  # noqa: BLE001 - its text may quote values
        told = unexpected(error, part.run_id)
        raise PartNotOpened(told.message, told.code) from None


@asynccontextmanager
async def _joined(part: Part) -> AsyncIterator[Run]:
    """The run, listened to: whether it lives is for the flow's process to tell, whether it has to end is heard here."""
    bind_contextvars(run=str(part.run_id))
    async with open_share(part.processes) as (domain, settings):
        run = await _found(domain, settings, part)
        heard = asyncio.Event()
        listening = asyncio.create_task(_listen(run, heard))
        try:
            await heard.wait()  # what has to end already is not begun
            yield run
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def _found(domain: Domain, settings: Settings, part: Part) -> Run:
    record = await patiently(lambda: domain.oversight.find_text(part.run_id))
    if record is None:
        raise NotFound("run", str(part.run_id))
    flow = system_actor(record.tenant, f"flow {record.type}")
    connection = await patiently(lambda: domain.read.connections.get(record.tenant, record.connection_id))
    return Run(record, connection, replace(flow, claim=Claim(part.run_id, part.process)), domain, settings)


async def _listen(run: Run, heard: asyncio.Event) -> None:
    async def hear() -> RunStatus:
        try:
            return await run.domain.claims.heed(run.actor, run.record.id)
        finally:
            heard.set()

    await follow(run, hear=hear, end=lambda _: run.work.end(), leave=run.work.end)


async def _left_of(run: Run, items: Sequence[Fqn]) -> Sequence[Fqn]:
    """A cluster gives out again what was with a process that it lost, and some of it may be done."""
    left = frozenset(await run.open_items(()))
    return [item for item in items if item in left]


async def _prepared(stack: AsyncExitStack, run: Run, bench: Bench, items: Sequence[Fqn]) -> Work:
    """A source that is away for a moment is waited for, as it is in the middle of the work: others have reached it."""
    async for attempt in source_losses():
        with attempt:
            work = await stack.enter_async_context(bench(run, items))
    return work
