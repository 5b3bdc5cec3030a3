"""The items that a run is working on, so that a run that has to end can end them."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flows.failures import RunFailure


class RunEnding(RunFailure):
    code = "ENDING"


class WorkInHand:
    """Belongs to one event loop. Cancelling an item's coroutine cancels its statement in the source, too."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self.has_to_end = False

    @contextmanager
    def item(self) -> Iterator[None]:
        """Around the work on one item; refuses to begin once the run has to end."""
        if self.has_to_end:
            raise RunEnding("The run was ended before this item was begun.")
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def end(self) -> None:
        self.has_to_end = True
        for task in self._tasks:
            task.cancel()

    @contextmanager
    def ending_on_sigterm(self) -> Iterator[None]:
        """A worker sends SIGTERM when a run is cancelled or the worker itself is stopped.

        Prefect's own handler would break the event loop, and with it the way to cancel statements in the source.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        earlier = signal.getsignal(signal.SIGTERM)
        loop.add_signal_handler(signal.SIGTERM, self.end)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, earlier)
