"""Blocking work beside the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
REPEAT_SECONDS = 0.2


async def run_off_loop(work: Callable[[], T], interrupt: Callable[[], Awaitable[None]]) -> T:
    """Run `work` in a thread of its own; the loop's shared threads may all be waiting for tables.

    When the awaiting task is cancelled, `interrupt` is called until the work has ended: between two statements there
    is nothing to interrupt, and one call could be lost.
    """
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="off-loop")
    future = asyncio.get_running_loop().run_in_executor(executor, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await _end(future, interrupt)
        raise
    finally:
        executor.shutdown(wait=False)


async def _end(future: asyncio.Future[T], interrupt: Callable[[], Awaitable[None]]) -> None:
    while not future.done():
        await interrupt()
        await asyncio.wait([future], timeout=REPEAT_SECONDS)
    future.exception()  # it is the interruption itself: taken here, so that nobody misses it
