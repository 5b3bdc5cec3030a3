"""The items that a run is working on, so that a cancelled run can end them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from flows.failures import RunFailure


class RunCancelled(RunFailure):
    code = "CANCELLED"


class WorkInHand:
    """Belongs to one event loop. Cancelling an item's coroutine cancels its statement in the source, too."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self.is_cancelled = False

    @contextmanager
    def item(self) -> Iterator[None]:
        """Around the work on one item; refuses to begin once the run is cancelled."""
        if self.is_cancelled:
            raise RunCancelled("The run was cancelled before this item was begun.")
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def cancel(self) -> None:
        self.is_cancelled = True
        for task in self._tasks:
            task.cancel()
