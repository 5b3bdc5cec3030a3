"""Work that runs beside a test and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

LONGEST_END_SECONDS = 10.0


@asynccontextmanager
async def beside(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run these while the body runs; one that breaks, or does not end, fails the test."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended, hanging = await asyncio.wait(tasks, timeout=LONGEST_END_SECONDS)
        assert not hanging, "work that was cancelled goes on"
        for task in ended:
            if not task.cancelled():
                task.result()
