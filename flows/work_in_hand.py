"""The items that a run is working on, so that a run that has to end can end them."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.failures import RunFailure

GRACE_SECONDS = 5.0
"""How long the items may take to end."""


class RunEnding(RunFailure):
    code = "ENDING"


class WorkInHand:
    """Belongs to one event loop. Cancelling an item's coroutine cancels its statement in the source, too."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._ended_at: float | None = None

    @property
    def has_to_end(self) -> bool:
        return self._ended_at is not None

    @property
    def ignores_its_end(self) -> bool:
        """Whether the grace is over, and the one who asks is still there to ask."""
        return self._ended_at is not None and time.monotonic() - self._ended_at > GRACE_SECONDS

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
        """A second wish changes nothing: cancelled twice, an item would leave its statement behind."""
        if self.has_to_end:
            return
        self._ended_at = time.monotonic()
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
