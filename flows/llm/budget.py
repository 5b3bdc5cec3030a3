"""The slots for model calls: one set for the whole run, however many tables, threads and event loops ask."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]


class CallBudget:
    """First come, first served. An asyncio.Semaphore would belong to one loop and fail on the others."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: deque[_Waiter] = deque()
        self._lock = threading.Lock()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        await self._acquire()
        try:
            yield
        finally:
            self._release()

    async def _acquire(self) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            waiter = (loop, loop.create_future())
            self._waiting.append(waiter)
        try:
            await waiter[1]
        except asyncio.CancelledError:
            self._abandon(waiter)
            raise

    def _release(self) -> None:
        """Hands the slot to the next waiter in that waiter's own loop; a loop that is closed has nobody waiting."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._free += 1
                    return
                loop, granted = self._waiting.popleft()
            try:
                loop.call_soon_threadsafe(self._grant, granted)
            except RuntimeError:
                continue
            return

    def _grant(self, granted: asyncio.Future[None]) -> None:
        if granted.cancelled():
            self._release()
        else:
            granted.set_result(None)

    def _abandon(self, waiter: _Waiter) -> None:
        """Cancelled: leave the queue, or pass on a slot that was granted in the same moment."""
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                return
        if waiter[1].done() and not waiter[1].cancelled():
            self._release()
